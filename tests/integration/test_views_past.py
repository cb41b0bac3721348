"""What was on, from what is held for those who watch: catch-up without a recording."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import ClientError, hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_PAUSE_MINUTES,
    CONF_STREAM_LINKS,
    DOMAIN,
    LINKS_DIRECT,
)
from custom_components.toonami_downlink.engine.downlink.models import Channel
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.recording.model import State
from custom_components.toonami_downlink.engine.downlink.relay.ring import NumberedSegment
from custom_components.toonami_downlink.recording.disk import Disk, DiskSilentError
from custom_components.toonami_downlink.streaming.manager import StreamManager
from custom_components.toonami_downlink.views import held

from .broadcast import BEFORE, COUNT, Station, watch
from .factories import NOON
from .harness import NOW, Harness, start_harness
from .held import make, put_file, put_track
from .test_views_recordings import House, api, house, library  # noqa: F401  # fixtures
from .upstream import SECONDS, body

pytestmark = pytest.mark.usefixtures("socket_enabled")

WATCHING = {hdrs.USER_AGENT: "VLC/3.0.20 LibVLC/3.0.20"}

type Open = Callable[..., Awaitable[Harness]]


@pytest.fixture
async def start(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    station: Station,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Open]:
    started: list[Harness] = []

    async def start(**options: Any) -> Harness:
        freezer.move_to(NOW)
        home = await start_harness(hass, hass_client_no_auth, options=options)
        started.append(home)
        return home

    yield start
    for home in started:
        await home.coordinator.streams.async_stop_all()


async def get(home: Harness, path: str, status: int = HTTPStatus.OK) -> str:
    """Ask as a player, and as none that is there already."""
    answer = await home.client.get(path, headers=WATCHING, allow_redirects=False)
    assert answer.status == status, (path, await answer.text())
    return await answer.text(errors="replace")


def past(home: Harness, start: datetime = NOON, seconds: int = 1800, ending: str = "m3u8") -> str:
    return f"{home.base}/timeshift/1/{int(start.timestamp())}/{seconds}.{ending}"


def named(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and line[0] != "#"]


async def follow(home: Harness, path: str, status: int = HTTPStatus.OK) -> str:
    """Open the playlist that a master names."""
    (address,) = named(await get(home, path))
    base = home.client.make_url(path)
    return await get(home, base.join(type(base)(address)).path_qs, status)


def dates(playlist: str) -> list[str]:
    mark = "#EXT-X-PROGRAM-DATE-TIME:"
    return [line.removeprefix(mark) for line in playlist.splitlines() if line.startswith(mark)]


# What is offered


async def archive(home: Harness) -> tuple[list[int], list[int]]:
    """Return the numbers of channels with an archive, and what East has in it by its start."""
    streams = await api(home, "get_live_streams")
    table = await api(home, "get_simple_data_table", stream_id="1")
    held = [int(one["start_timestamp"]) for one in table["epg_listings"] if one["has_archive"]]
    return [one["stream_id"] for one in streams if one["tv_archive"]], held


async def test_what_nobody_watches_offers_nothing(start: Open, station: Station) -> None:
    home = await start()
    assert await archive(home) == ([], [])
    assert "catchup" not in await get(home, f"{home.base}/playlist.m3u")
    for ending in ("m3u8", "ts"):
        text = await get(home, past(home, ending=ending), HTTPStatus.NOT_FOUND)
        assert text == "Nothing of that time is held.\n"
    text = await get(home, f"{past(home)}?place=1-1", HTTPStatus.NOT_FOUND)
    assert text == "Nothing of that time is held any more.\n"
    assert station.opened == 0


async def test_what_is_held_is_told(start: Open) -> None:
    home = await start()
    await watch(home)
    assert await archive(home) == ([1], [int(NOON.timestamp())])
    playlist = await get(home, f"{home.base}/playlist.m3u")
    assert playlist.count('catchup="default" catchup-days="1"') == 1
    home.coordinator.streams.async_end_of(HOME)
    assert await archive(home) == ([], [])


async def test_what_is_told_changes_only_with_a_beginning(
    start: Open, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await start(pause_minutes=1)
    await watch(home)
    looks: list[held.Held] = []
    look = held._look  # noqa: SLF001  # counted: the answers are the same either way

    def listen(*args: Any) -> held.Held:
        looks.append(look(*args))
        return looks[-1]

    monkeypatch.setattr(held, "_look", listen)
    # A minute is listed, and what begins then may be a little late.
    for count in (1, 6, 6):
        assert await archive(home) == ([1], [int(NOON.timestamp())])
        station.bring(count)
    assert await archive(home) == ([1], [int(NOON.timestamp())])
    assert len(looks) == 1
    station.bring(1)
    assert await archive(home) == ([], [])
    await get(home, past(home), HTTPStatus.NOT_FOUND)
    assert len(looks) == 1


async def test_without_a_pause_nothing_is_offered(start: Open) -> None:
    home = await start(**{CONF_PAUSE_MINUTES: 0})
    await watch(home)
    assert await archive(home) == ([], [])
    for place in ("", "?place=1-1"):
        await get(home, past(home) + place, HTTPStatus.NOT_FOUND)


async def test_west_does_not_show_what_east_holds(start: Open) -> None:
    home = await start()
    await watch(home)
    path = past(home, NOON + timedelta(hours=3)).replace("/timeshift/1/", "/timeshift/2/")
    await get(home, path, HTTPStatus.NOT_FOUND)


# As HLS


async def test_what_is_on_from_its_start(
    start: Open, freezer: FrozenDateTimeFactory, station: Station
) -> None:
    home = await start()
    await watch(home)
    master = await get(home, past(home))
    (address,) = named(master)
    assert address.startswith("1800.m3u8?place=")
    folder = past(home).rpartition("/")[0]
    new = await get(home, f"{folder}/{address}")
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in new
    assert len(named(new)) == 3
    assert dates(new)[0] == "2026-11-24T12:00:00.000Z"
    freezer.tick(3)
    whole = await get(home, f"{folder}/{address}")
    assert named(whole)[:3] == named(new)
    assert len(named(whole)) == COUNT - BEFORE
    assert "ENDLIST" not in whole
    segment = home.client.make_url(f"{folder}/").join(
        type(home.client.make_url("/"))(named(new)[0])
    )
    answer = await home.client.get(segment.path, headers=WATCHING)
    assert await answer.read() == body(BEFORE)
    freezer.tick(-60)
    assert len(named(await get(home, f"{folder}/{address}"))) == COUNT - BEFORE
    station.bring(1)
    assert len(named(await get(home, f"{folder}/{address}"))) == COUNT - BEFORE + 1
    assert station.opened == 1
    assert [one.watcher.player for one in home.coordinator.streams.sessions] == ["TV", "VLC"]


async def test_what_is_over(start: Open) -> None:
    home = await start()
    await watch(home)
    playlist = await follow(home, past(home, seconds=10))
    assert playlist.endswith("#EXT-X-ENDLIST\n")
    assert len(named(playlist)) == round(10 / SECONDS + 0.5)


async def test_what_goes_while_somebody_watches_it(
    start: Open, station: Station, freezer: FrozenDateTimeFactory
) -> None:
    home = await start(pause_minutes=1)
    await watch(home)
    (address,) = named(await get(home, past(home)))
    path = f"{past(home).rpartition('/')[0]}/{address}"
    station.bring(50)
    freezer.tick(5)
    playlist = await get(home, path)
    assert "EVENT" not in playlist
    assert dates(playlist)[0] > "2026-11-24T12:00:40"
    await get(home, past(home), HTTPStatus.NOT_FOUND)
    home.coordinator.streams.async_end_of(HOME)
    await get(home, path, HTTPStatus.NOT_FOUND)


FORMS = ["%Y-%m-%d:%H-%M", "%Y-%m-%d_%H-%M", "%Y-%m-%d:%H:%M", "%Y%m%d%H%M", "%s"]


async def test_all_forms_hit_the_same(start: Open, freezer: FrozenDateTimeFactory) -> None:
    home = await start(**{CONF_STREAM_LINKS: LINKS_DIRECT})
    await watch(home)
    expected = named(await follow(home, past(home)))
    numbers = [one.rpartition("/")[2] for one in expected]
    for form in FORMS:
        written = str(int(NOON.timestamp())) if form == "%s" else NOON.strftime(form)
        query = f"stream=1&start={written}&duration=30&extension=m3u8"
        login = "&".join(f"{key}={value}" for key, value in home.login.items())
        for prefix in ("", f"/api/{DOMAIN}/xtream"):
            for path in (
                f"{prefix}/timeshift{home.live}/30/{written}/1.m3u8",
                f"{prefix}/streaming/timeshift.php?{login}&{query}",
            ):
                found = named(await follow(home, path))
                assert found == [f"{prefix}/live{home.live}/1/{number}" for number in numbers]
    await get(home, found[0])


WRONG = ("", "1", "1-", "-1", "x-1", "1-1-1", "1" * 13 + "-1", "1-" + "1" * 13, "²-1")


async def test_wrong_places(start: Open) -> None:
    home = await start()
    await watch(home)
    for place in WRONG:
        assert "STREAM-INF" in await get(home, f"{past(home)}?place={place}"), place
    for first in (0, 10**12 - 1):
        status = HTTPStatus.NOT_FOUND if first else HTTPStatus.OK
        await get(home, f"{past(home)}?place={first}-0", status)
    last = datetime.fromisoformat("9999-12-31T23:59:59+00:00")
    written = f"{home.base}/timeshift/1/99991231235959/86400.m3u8"
    assert last.year == 9999
    await get(home, written, HTTPStatus.NOT_FOUND)
    assert "EXTINF" in await get(home, f"{written}?place=0-0")
    await get(home, f"{home.base}/timeshift/1/00010101000000/60.ts", HTTPStatus.NOT_FOUND)


async def test_a_look_is_no_watching(start: Open) -> None:
    home = await start()
    await watch(home)
    (address,) = named(await get(home, past(home)))
    path = f"{past(home).rpartition('/')[0]}/{address}"
    for one in (past(home), path, past(home, ending="ts")):
        assert (await home.client.head(one)).status == HTTPStatus.OK
    assert home.coordinator.streams.viewers == 1


async def test_secrets(start: Open) -> None:
    home = await start()
    await watch(home)
    (address,) = named(await get(home, past(home)))
    path = f"{past(home).rpartition('/')[0]}/{address}"
    await get(home, path.replace(home.base, f"/api/{DOMAIN}/{'x' * 43}"), HTTPStatus.FORBIDDEN)
    await get(home, f"/timeshift/toonami/wrong/30/{address}", HTTPStatus.NOT_FOUND)
    await get(
        home, "/timeshift/toonami/wrong/30/1764190800/1.m3u8?place=1-1", HTTPStatus.UNAUTHORIZED
    )
    await get(home, path)
    streams = home.coordinator.streams
    assert streams.async_end(streams.sessions[-1].identity)
    await get(home, path, HTTPStatus.FORBIDDEN)
    await get(home, past(home, ending="ts"), HTTPStatus.FORBIDDEN)


# As one stream


async def test_one_stream_until_its_end(start: Open, station: Station) -> None:
    home = await start()
    await watch(home)
    answer = await home.client.get(past(home, seconds=70, ending="ts"), headers=WATCHING)
    assert answer.headers[hdrs.CONTENT_TYPE] == "video/mp2t"
    held = b"".join(body(number) for number in range(BEFORE, COUNT))
    assert await answer.content.readexactly(len(held)) == held
    station.bring(30)
    last = BEFORE + round(70 / SECONDS + 0.5)
    rest = b"".join(body(number) for number in range(COUNT, last))
    assert await answer.read() == rest
    assert station.opened == 1


async def test_one_stream_is_cut_when_its_secret_is_replaced(start: Open) -> None:
    home = await start()
    await watch(home)
    answer = await home.client.get(past(home, ending="ts"), headers=WATCHING)
    await answer.content.readexactly(188)
    await home.coordinator.async_rotate_credentials()
    with pytest.raises(ClientError):
        await answer.read()


# Beside recordings


async def test_recordings_come_first_and_are_not_needed(
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
    station: Station,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    freezer.move_to(NOW)
    recording = make(7, NOON, state=State.RECORDING)
    put_track(library, recording, range(6))
    home = await house(recording)
    await watch(home)
    assert "/recordings/7/000001.ts" in await get(home, past(home))

    async def silent(self: Disk, work: Callable[[], Any], seconds: float = 30) -> Any:
        raise DiskSilentError("silent")

    monkeypatch.setattr(Disk, "run", silent)
    assert "STREAM-INF" in await get(home, past(home))
    await get(home, past(home, NOON - timedelta(minutes=10)), HTTPStatus.SERVICE_UNAVAILABLE)
    await home.coordinator.streams.async_stop_all()


@pytest.mark.parametrize("is_finished", [True, False])
async def test_what_is_over_before_a_recording_begins(
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
    is_finished: bool,
) -> None:
    if is_finished:
        recording = make(8, NOON, file="Late.mp4", size=10)
        put_file(library, recording, 3)
    else:
        recording = make(8, NOON, state=State.RECORDING)
        put_track(library, recording, range(3))
    home = await house(recording)
    start = NOON - timedelta(seconds=10)
    for ending in ("m3u8", "ts"):
        await get(home, past(home, start, 5, ending), HTTPStatus.NOT_FOUND)
        await get(home, past(home, start, 15, ending))


# A real player


async def test_a_real_player_begins_at_the_start(
    start: Open, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it goes on: what it gets first has three segments."""
    home = await start()
    await watch(home)
    asked: list[bytes | None] = []
    has_few, has_more = asyncio.Event(), asyncio.Event()
    segment = StreamManager.async_segment

    def listen(manager: StreamManager, channel: Channel, sequence: int) -> NumberedSegment | None:
        found = segment(manager, channel, sequence)
        asked.append(found.segment.data if found else None)
        if len(asked) >= 3:
            (has_more if len(asked) >= 5 else has_few).set()
        return found

    monkeypatch.setattr(StreamManager, "async_segment", listen)
    url = str(home.client.make_url(past(home)))
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "quiet", "-nostdin", "-i", url, "-c", "copy", "-f", "null", "-")
    )
    try:
        await has_few.wait()
        freezer.tick(3)
        await has_more.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    assert asked[:5] == [body(number) for number in range(BEFORE, BEFORE + 5)]
