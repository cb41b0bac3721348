"""A provider that stumbles over its own cache."""

from pathlib import Path
import shlex
import sys

from homeassistant.core import HomeAssistant

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.policy import CACHE_DROPPED_AFTER_FAILURES
from custom_components.toonami_downlink.engine.downlink.publish.refresh import cache_file
from custom_components.toonami_downlink.refreshing.refresh import data_folder

from .harness import set_provider_command

STUMBLE = """
import pathlib, shutil, sys
folder, playlist, guide, cache = map(pathlib.Path, sys.argv[1:])
if cache.exists():
    sys.exit("panic: assignment to entry in nil map")
shutil.copy(folder / "index.m3u", playlist)
shutil.copy(folder / "index.xml", guide)
"""


async def test_it_gets_over_it(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    program = folder / "stumble.py"
    program.write_text(STUMBLE)
    words = (sys.executable, str(program), str(folder), "{m3u}", "{xmltv}", "{cache}")
    set_provider_command(hass, coordinator, shlex.join(words))
    cache = cache_file(data_folder(hass))
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text('{"episodeCache":null}')

    for failures in range(1, CACHE_DROPPED_AFTER_FAILURES + 1):
        record = await coordinator.async_refresh_feed(Cause.BUTTON)
        assert (record.error, record.failures) == ("provider_failed", failures)
        assert cache.exists()
    record = await coordinator.async_refresh_feed(Cause.BUTTON)

    assert record.recovered
