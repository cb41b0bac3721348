"""What players tell channels by is never their place in a list: it stays whatever upstream does."""

from collections.abc import Sequence
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.lineup import Lineup
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.policy import CHANNEL_GONE_AFTER_MISSES
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.secret_sets import Credentials

from .factories import make_entry, make_feed, write_provider_files
from .harness import NOW, Harness, setup_integration

EAST, WEST = "Toonami Aftermath East", "Toonami Aftermath West"
OWL, WAVES, RUN = "Night Owl", "Waves", "Midnight Run"
FIRST = (OWL, EAST, WAVES, WEST, RUN)
TABLET = ConfigSubentryDataWithId(
    data={"channels": ["other_waves", "other_night_owl", "toonami_west"], "is_renumbered": True},
    subentry_id="tablet",
    subentry_type="pass",
    title="Tablet",
    unique_id=None,
)

type Ids = dict[str, tuple[Any, ...]]
"""By a channel's name, all that a player may keep of it."""


class House:
    """A house whose provider brings what a test says."""

    def __init__(self, harness: Harness, folder: Path) -> None:
        self.harness = harness
        self._folder = folder

    async def bring(self, *names: str, times: int = 1) -> None:
        """Refresh with these channels, in this order."""
        bring(self._folder, names)
        for _ in range(times):
            record = await self.harness.coordinator.async_refresh_feed(Cause.BUTTON)
            assert record.error is None

    async def reload(self) -> None:
        """Load the entry anew, and wait for what that sets off."""
        hass, entry = self.harness.hass, self.harness.entry
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        self.harness.coordinator = entry.runtime_data

    async def ids(self, identity: str = "home") -> Ids:
        """Return what a player with the secrets of a pass tells channels by."""
        credentials = self.harness.coordinator.credentials.of(identity)
        assert credentials
        found: dict[str, list[Any]] = {}
        for channel in await self._streams(credentials):
            ids = (channel["stream_id"], channel["epg_channel_id"], channel["num"])
            found[channel["name"]] = [*ids]
        for channel in await self._get(f"/api/{DOMAIN}/hdhr/{credentials.feed_token}/lineup.json"):
            found[channel["GuideName"]] += [channel["GuideNumber"], channel["URL"]]
        return {name: tuple(ids) for name, ids in found.items()}

    async def _streams(self, credentials: Credentials) -> list[dict[str, Any]]:
        login = f"username={credentials.username}&password={credentials.password}"
        return await self._get(f"/player_api.php?{login}&action=get_live_streams")

    async def _get(self, path: str) -> list[dict[str, Any]]:
        answer = await self.harness.client.get(path)
        assert answer.status == 200
        found: list[dict[str, Any]] = await answer.json(content_type=None)
        return found


def bring(folder: Path, names: Sequence[str]) -> None:
    channels = [Lineup().admit(name)[0] for name in names]
    write_provider_files(folder, make_feed(channels=channels))


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
) -> House:
    freezer.move_to(NOW)
    folder = tmp_path / "provider"
    bring(folder, FIRST)
    entry = make_entry(folder, (TABLET,), hdhomerun=True)
    coordinator = await setup_integration(hass, entry)
    return House(Harness(hass, entry, coordinator, await hass_client_no_auth()), folder)


def numbers(ids: Ids) -> dict[str, int]:
    return {name: stream for name, (stream, *_) in ids.items()}


async def test_one_more_in_the_middle_and_another_order(house: House) -> None:
    before, of_tablet = await house.ids(), await house.ids("tablet")
    assert numbers(before) == {EAST: 1, WEST: 2, OWL: 8, WAVES: 9, RUN: 10}
    assert numbers(of_tablet) == {WAVES: 1, OWL: 2, WEST: 3}
    await house.bring(RUN, WEST, "Brand New", WAVES, EAST, OWL)
    after = await house.ids()
    assert after.items() > before.items()
    assert numbers(after)["Brand New"] == 11
    assert await house.ids("tablet") == of_tablet


async def test_one_is_gone_and_comes_back(house: House) -> None:
    before, of_tablet = await house.ids(), await house.ids("tablet")
    others = [name for name in FIRST if name != WAVES]
    await house.bring(*others, times=CHANNEL_GONE_AFTER_MISSES)
    assert await house.ids() == {name: before[name] for name in others}
    assert await house.ids("tablet") == {name: of_tablet[name] for name in (OWL, WEST)}
    await house.bring("Brand New", *reversed(FIRST))
    after = await house.ids()
    assert after.items() > before.items()
    assert numbers(after)["Brand New"] == 11
    assert await house.ids("tablet") == of_tablet


@pytest.mark.parametrize("is_state_lost", [False, True], ids=["the feed", "the state"])
async def test_rebuilt_from_what_is_left(
    house: House, hass_storage: dict[str, Any], is_state_lost: bool
) -> None:
    """After a restore there is no feed; after a stub of a file, no state, but the feed."""
    await house.bring("Brand New", *FIRST)
    before, of_tablet = await house.ids(), await house.ids("tablet")
    if is_state_lost:
        hass_storage[f"{DOMAIN}.state"]["data"] = {}
    else:
        await house.harness.hass.async_add_executor_job(
            shutil.rmtree, data_folder(house.harness.hass)
        )
    await house.reload()
    await house.bring(*reversed(FIRST), "Brand New")
    assert await house.ids() == before
    assert await house.ids("tablet") == of_tablet
