"""HLS for users of Home Assistant: tokens that end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.storage.credentials import CredentialStore
from custom_components.toonami_downlink.streaming.manager import StreamManager, Watcher

from .harness import Harness
from .relayed import API, ask, get, open_relayed, watch_token
from .upstream import Upstream

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    harness = await open_relayed(hass, hass_client_no_auth, upstream)
    yield harness
    await harness.coordinator.streams.async_stop_all()


async def other_house(hass: HomeAssistant, hass_storage: dict[str, Any]) -> CredentialStore:
    """Return the secrets of somebody else."""
    hass_storage.pop(f"{DOMAIN}.credentials")
    return await CredentialStore.async_load(hass)


async def test_watch_tokens(
    harness: Harness, upstream: Upstream, hass_storage: dict[str, Any]
) -> None:
    right = watch_token(harness, hours=1)
    now = int(dt_util.utcnow().timestamp())
    strange = await other_house(harness.hass, hass_storage)
    wrong = {
        "other key": strange.watch_token(dt_util.utcnow() + timedelta(hours=1)),
        "long expired": watch_token(harness, hours=-1),
        "cut": right[:-1],
        "longer": f"{right}0",
        "time only": right[:10],
        "no time": right[10:],
        "later time": f"{now + 9999:010x}{right[10:]}",
        "capitals": right.upper(),
        "nine digits": right[1:],
        "sign": f"-{right[1:]}",
        "blanks": f"%20%20{right}",
        "not ASCII": f"{right[:-1]}%C3%A9",
        "not ASCII in the time": f"%C3%A9{right[1:]}",
        "other digits": f"%D9%A0{right[1:]}",
        "half a character": f"{right[:-1]}%ED%A0%80",
        "very long": right * 80,
        "nothing but noughts": "0" * len(right),
    }
    for token in wrong.values():
        for name in ("1.m3u8", "1/1.ts"):
            status, content = await get(harness, f"{API}/watch/{token}/{name}")
            assert (status, content) == (HTTPStatus.FORBIDDEN, b"") or status == 429
    assert not upstream.asked
    assert (await get(harness, f"{API}/watch/{right}/1.m3u8"))[0] == HTTPStatus.OK


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(1, HTTPStatus.OK), (0, HTTPStatus.FORBIDDEN), (-1, HTTPStatus.FORBIDDEN)],
)
async def test_the_last_second_of_a_watch_token(
    harness: Harness, freezer: Any, seconds: int, status: int
) -> None:
    freezer.move_to("2026-11-24T12:00:00+00:00")
    token = watch_token(harness, seconds=seconds)
    assert (await get(harness, f"{API}/watch/{token}/1.m3u8"))[0] == status


async def test_saying_that_one_has_stopped_to_watch(harness: Harness) -> None:
    token = watch_token(harness, hours=1)
    path = f"{API}/watch/{token}/1.m3u8"
    assert (await get(harness, path))[0] == HTTPStatus.OK
    streams = harness.coordinator.streams
    assert streams.viewers == 1

    for wrong in (f"{API}/watch/{token[:-1]}0/1.m3u8", f"{harness.base}/stream/1.m3u8"):
        answer = await ask(harness, wrong, hdrs.METH_DELETE)
        assert answer.status in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}
    other = {hdrs.USER_AGENT: "VLC/3.0.18 LibVLC/3.0.18"}
    assert (await ask(harness, path, hdrs.METH_DELETE, **other)).status == HTTPStatus.NO_CONTENT
    assert streams.viewers == 1

    assert (await ask(harness, path, hdrs.METH_DELETE)).status == HTTPStatus.NO_CONTENT
    assert streams.viewers == 0
    assert (await ask(harness, path, hdrs.METH_DELETE)).status == HTTPStatus.NO_CONTENT
    answer = await ask(harness, f"{API}/watch/{token}/99.m3u8", hdrs.METH_DELETE)
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_watch_token_outlives_a_reload(harness: Harness) -> None:
    token = watch_token(harness, hours=1)
    assert await harness.hass.config_entries.async_reload(harness.entry.entry_id)
    assert (await get(harness, f"{API}/watch/{token}/1.m3u8"))[0] == HTTPStatus.OK
    await harness.entry.runtime_data.streams.async_stop_all()


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 30), (1, 60), (120, 7200)])
async def test_how_far_one_can_go_back(
    hass: HomeAssistant, harness: Harness, minutes: int, seconds: int
) -> None:
    addresses = harness.coordinator.stream_addresses
    manager = StreamManager(hass, addresses, max_channels=1, pause_minutes=minutes)
    east = harness.publication.feed.channels[0]
    viewer = await manager.async_touch(east, Watcher("192.0.2.1", "VLC"))
    assert viewer.ring.capacity.listed == seconds
    await manager.async_stop_all()
