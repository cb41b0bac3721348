"""Recordings in the media browser."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from homeassistant.components import media_source
from homeassistant.components.media_player import BrowseError, SearchMediaQuery
from homeassistant.components.media_source import BrowseMediaSource, Unresolvable
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.recording.model import Recording, State
from custom_components.toonami_downlink.media_source import async_get_media_source
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.media import PAGE

from .factories import NOON, make_entry
from .harness import setup_integration
from .held import STORE, make, stored

HOUR = timedelta(hours=1)
DONE = make(1, file="Outlaw Star/Season 01/Outlaw Star S01E01.mp4")
RUNNING = make(2, NOON - HOUR / 2, title="Trigun", state=State.RECORDING)
SOUND = make(3, NOON - 3 * HOUR, title="Radio Hour", file="Radio Hour.m4a")
PLANNED = make(4, NOON + HOUR, title="Akira", state=State.PLANNED)

type House = Callable[..., Awaitable[None]]


@pytest.fixture
def house(
    hass: HomeAssistant, hass_storage: dict[str, Any], folder: Any, monkeypatch: pytest.MonkeyPatch
) -> House:
    # What is there stays as it is.
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)

    async def start(*recordings: Recording, is_on: bool = True) -> None:
        hass_storage[STORE] = stored(*recordings)
        assert await async_setup_component(hass, "media_source", {})
        entry = make_entry(folder, recordings=is_on, stream_links="relay")
        await setup_integration(hass, entry)

    return start


async def browse(hass: HomeAssistant, identifier: str = "") -> BrowseMediaSource:
    path = f"/{identifier}" if identifier else ""
    found = await media_source.async_browse_media(hass, f"media-source://{DOMAIN}{path}")
    assert isinstance(found, BrowseMediaSource)
    return found


def listed(found: BrowseMediaSource) -> list[tuple[str, str]]:
    root = f"media-source://{DOMAIN}/"
    return [(one.media_content_id.removeprefix(root), one.title) for one in found.children or ()]


async def test_a_folder_for_each_show(hass: HomeAssistant, house: House) -> None:
    await house(DONE, RUNNING, SOUND, PLANNED)
    root = listed(await browse(hass))
    assert root[-1] == ("recordings", "Recordings")
    assert len(root) == 8
    shows = listed(await browse(hass, "recordings"))
    assert [title for _, title in shows] == ["Trigun", "Outlaw Star", "Radio Hour"]
    assert listed(await browse(hass, "recordings/0")) == shows
    (item,) = (await browse(hass, shows[1][0])).children or ()
    assert item.media_content_id.endswith("/recording/1")
    assert item.title == "Outlaw Star S01E01 · 2026-11-24 11:00 AM"
    assert (item.can_play, item.media_content_type) == (True, "video/mp4")
    assert (await browse(hass, "recording/2")).title.startswith("Trigun")


async def test_nothing_to_play(hass: HomeAssistant, house: House) -> None:
    await house(PLANNED)
    assert len((await browse(hass)).children or ()) == 7


async def test_off(hass: HomeAssistant, house: House) -> None:
    await house(DONE, is_on=False)
    assert len((await browse(hass)).children or ()) == 7
    with pytest.raises(BrowseError):
        await browse(hass, "recording/1")


MISSING = (
    *("recording/9", "recording/x", "recording/", "recordings/5", "recordings/1/2/3"),
    *("recordings/0/x", "recording", f"recordings/{'9' * 40}", "shows/1"),
)


async def test_what_is_not_there(hass: HomeAssistant, house: House) -> None:
    await house(DONE)
    for identifier in MISSING:
        with pytest.raises(BrowseError):
            await browse(hass, identifier)
        with pytest.raises(Unresolvable):
            await media_source.async_resolve_media(
                hass, f"media-source://{DOMAIN}/{identifier}", "media_player.x"
            )


async def test_pages(hass: HomeAssistant, house: House) -> None:
    many = [make(number, NOON - number * HOUR) for number in range(1, PAGE + 2)]
    others = [make(500 + number, title=f"Show {number}") for number in range(PAGE)]
    await house(*many, *others)
    shows = listed(await browse(hass, "recordings"))
    assert len(shows) == PAGE + 1
    assert shows[-1] == ("recordings/0/1", "More")
    ((star, title),) = listed(await browse(hass, "recordings/0/1"))
    assert title == "Outlaw Star"
    first = listed(await browse(hass, star))
    assert len(first) == PAGE + 1
    assert first[-1] == (f"{star}/1", "More")
    assert listed(await browse(hass, f"{star}/1")) == [
        ("recording/101", "Outlaw Star S01E101 · 2026-11-20 7:00 AM")
    ]


async def test_it_plays(hass: HomeAssistant, house: House) -> None:
    await house(DONE, RUNNING, SOUND)

    async def resolve(number: int, player: str | None = None) -> tuple[str, str]:
        found = await media_source.async_resolve_media(
            hass, f"media-source://{DOMAIN}/recording/{number}", player
        )
        return found.url.rpartition("/")[2].partition("?")[0], found.mime_type

    assert await resolve(1) == ("1.mp4", "video/mp4")
    assert await resolve(2) == ("2.m3u8", "application/x-mpegURL")
    assert await resolve(2, "media_player.den") == ("2.m3u8", "application/vnd.apple.mpegurl")
    assert await resolve(3) == ("3.m4a", "audio/mp4")


async def test_search(hass: HomeAssistant, house: House) -> None:
    await house(DONE, RUNNING)
    source = await async_get_media_source(hass)
    item = media_source.MediaSourceItem(hass, DOMAIN, "", None)
    found = await source.async_search_media(item, SearchMediaQuery(search_query="outlaw"))
    assert found.result[-1].media_content_id.endswith("/recording/1")
    long = await source.async_search_media(item, SearchMediaQuery(search_query="x" * 5000))
    assert long.result == []
