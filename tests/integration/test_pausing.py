"""How far those who watch can go back."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.streaming.manager import StreamManager, Watcher

from .harness import Harness

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 30), (1, 60), (120, 7200)])
async def test_how_far_one_can_go_back(
    hass: HomeAssistant, harness: Harness, minutes: int, seconds: int
) -> None:
    addresses = harness.coordinator._stream_addresses  # noqa: SLF001
    manager = StreamManager(hass, addresses, max_channels=1, pause_minutes=minutes)
    east = harness.publication.feed.channels[0]
    viewer = await manager.async_touch(east, Watcher("192.0.2.1", "VLC"))
    assert viewer.ring.capacity.listed == seconds
    await manager.async_stop_all()
