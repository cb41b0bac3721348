"""The media source: what it lists, finds and resolves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.frontend.storage import async_user_store
from homeassistant.components.media_player import BrowseError, MediaClass, SearchMediaQuery
from homeassistant.components.media_source import (
    BrowseMediaSource,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
    async_search_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.const import LINKS_RELAY, WATCH_TOKEN_TTL
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Channel
from tests.night import by_night

from .factories import NOON, make_entry
from .harness import move_clock, setup_integration

ROOT = "media-source://toonami_downlink"
TV = "application/vnd.apple.mpegurl"


@pytest.fixture(autouse=True)
async def media_source(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "media_source", {})


async def browse(hass: HomeAssistant, content_id: str = ROOT) -> BrowseMediaSource:
    item = await async_browse_media(hass, content_id)
    assert isinstance(item, BrowseMediaSource)
    return item


async def search(hass: HomeAssistant, text: str, **query: Any) -> list[str]:
    found = await async_search_media(hass, ROOT, SearchMediaQuery(search_query=text, **query))
    return [item.title for item in found.result]


@pytest.mark.usefixtures("coordinator")
async def test_listed_among_all_sources(hass: HomeAssistant) -> None:
    everything = await async_browse_media(hass, None)
    assert everything.children is not None
    assert "Toonami Downlink" in [child.title for child in everything.children]


@pytest.mark.usefixtures("coordinator")
async def test_channels(hass: HomeAssistant) -> None:
    root = await browse(hass)
    assert (root.title, root.can_expand, root.can_play, root.can_search) == (
        "Toonami Downlink",
        True,
        False,
        True,
    )
    assert root.children_media_class == MediaClass.MUSIC
    assert root.children is not None
    assert [child.title for child in root.children] == [
        "Toonami Aftermath East: Show 1-24 · 12:30 PM Show 1-25",
        "Toonami Aftermath West: Show 2-24 · 12:30 PM Show 2-25",
        "Snickelodeon East: Show 3-24 · 12:30 PM Show 3-25",
        "Snickelodeon West: Show 4-24 · 12:30 PM Show 4-25",
        "MTV97",
        "Movies",
        "Toonami Aftermath Radio",
    ]
    assert [child.media_content_id for child in root.children] == [
        f"{ROOT}/{number}" for number in range(1, 8)
    ]
    assert all(child.can_play and not child.can_expand for child in root.children)
    assert [child.thumbnail for child in root.children][3:5] == [
        "https://images.example.com/24.png",
        "/api/toonami_downlink/logos/mtv97.png",
    ]
    assert {child.media_class for child in root.children[:6]} == {MediaClass.CHANNEL}
    assert {child.media_content_type for child in root.children[:6]} == {TV}
    assert root.children[6].media_class == MediaClass.MUSIC
    assert root.children[6].media_content_type == "audio/x-mpegurl"


@pytest.mark.usefixtures("coordinator")
async def test_players_for_sound_see_the_radio_only(hass: HomeAssistant) -> None:
    root = await async_browse_media(
        hass, ROOT, content_filter=lambda item: item.media_content_type.startswith("audio/")
    )
    assert root.children is not None
    assert [child.title for child in root.children] == ["Toonami Aftermath Radio"]


@pytest.mark.usefixtures("coordinator")
async def test_titles_follow_the_clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await move_clock(hass, freezer, NOON + timedelta(minutes=45))
    item = await browse(hass, f"{ROOT}/1")
    assert item.title == "Toonami Aftermath East: Show 1-25 · 1:00 PM Show 1-26"


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("profile", "shown"),
    by_night(
        [
            pytest.param(None, "12:30", id="nothing said, in a house that speaks German"),
            pytest.param({"time_format": "12"}, "12:30 PM", id="12 hours"),
            pytest.param({"time_format": "24", "language": "en"}, "12:30", id="24 hours"),
            pytest.param({"time_format": "language", "language": "en"}, "12:30 PM", id="English"),
            pytest.param({"time_format": "language", "language": "en-GB"}, "12:30", id="British"),
            pytest.param({"time_format": "system", "language": "ko"}, "12:30", id="system"),
            pytest.param({"time_format": ["12"]}, "12:30", id="no format at all"),
            pytest.param("nonsense", "12:30", id="no profile at all"),
        ],
        keep=["12 hours", "no format at all"],
    ),
)
async def test_times_follow_the_clock_of_the_user(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, profile: Any, shown: str
) -> None:
    hass.config.language = "de"
    client = await hass_ws_client()
    for each in await hass.auth.async_get_users():
        await (await async_user_store(hass, each.id)).async_set_item("language", profile)
    await client.send_json_auto_id(
        {"type": "media_source/browse_media", "media_content_id": f"{ROOT}/1"}
    )
    title = (await client.receive_json())["result"]["title"]
    assert title == f"Toonami Aftermath East: Show 1-24 · {shown} Show 1-25"


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("text", "found"),
    by_night(
        [
            pytest.param(
                "snick",
                [
                    "Snickelodeon East: Show 3-24 · 12:30 PM Show 3-25",
                    "Snickelodeon West: Show 4-24 · 12:30 PM Show 4-25",
                ],
                id="part of a name",
            ),
            pytest.param("mtv 97", ["MTV97"], id="name spelt otherwise"),
            pytest.param(
                "snick west",
                ["Snickelodeon West: Show 4-24 · 12:30 PM Show 4-25"],
                id="words of a name",
            ),
            pytest.param("Show 2-24", ["Show 2-24 · Toonami Aftermath West"], id="on now"),
            pytest.param(
                "show 2-30", ["Show 2-30 (3:00 PM) · Toonami Aftermath West"], id="on later"
            ),
            pytest.param(
                "show 3",
                ["Show 3-24 · Snickelodeon East"],
                id="part of a title, each channel once",
            ),
            pytest.param("Show 2-1x", [], id="nothing"),
            pytest.param("!", [], id="nothing to search for"),
        ],
        keep=["part of a name", "on later", "nothing"],
    ),
)
async def test_search(hass: HomeAssistant, text: str, found: list[str]) -> None:
    assert await search(hass, text) == found


@pytest.mark.usefixtures("coordinator")
async def test_search_by_class(hass: HomeAssistant) -> None:
    found = await search(hass, "aftermath", media_filter_classes=[MediaClass.MUSIC])
    assert found == ["Toonami Aftermath Radio"]


@pytest.fixture
def fresh_urls(
    coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    asked: list[str] = []

    async def stream_url(channel: Channel) -> str:
        asked.append(channel.key)
        return f"https://n2.example.com/{channel.key}/{len(asked)}.m3u8"

    monkeypatch.setattr(coordinator.stream_addresses, "async_get", stream_url)
    return asked  # type: ignore[return-value]  # a fixture


@pytest.mark.parametrize(
    ("number", "player", "mime_type"),
    [
        pytest.param(1, "media_player.cast", TV, id="television on a player"),
        pytest.param(7, "media_player.cast", TV, id="radio on a player"),
        pytest.param(1, None, "application/x-mpegURL", id="television in the browser"),
        pytest.param(7, None, "application/x-mpegURL", id="radio in the browser"),
    ],
)
async def test_resolve_asks_for_an_address_each_time(
    hass: HomeAssistant, fresh_urls: list[str], number: int, player: str | None, mime_type: str
) -> None:
    first = await async_resolve_media(hass, f"{ROOT}/{number}", player)
    second = await async_resolve_media(hass, f"{ROOT}/{number}", player)
    assert first.url.endswith("/1.m3u8")
    assert second.url.endswith("/2.m3u8")
    assert first.mime_type == mime_type
    assert len(set(fresh_urls)) == 1


@pytest.mark.usefixtures("coordinator")
async def test_browser(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {"type": "media_source/resolve_media", "media_content_id": f"{ROOT}/2"}
    )
    answer = await client.receive_json()
    assert answer["success"]
    assert answer["result"] == {
        "url": "https://n1.example.com/est/180/playlist.m3u8",
        "mime_type": "application/x-mpegURL",
    }


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize("identifier", ["99", "toonami_east", "²", "-1"])
async def test_unknown_channel(hass: HomeAssistant, identifier: str) -> None:
    with pytest.raises(Unresolvable) as unresolvable:
        await async_resolve_media(hass, f"{ROOT}/{identifier}", None)
    assert unresolvable.value.translation_key == "unknown_channel"
    with pytest.raises(BrowseError, match="There is no channel"):
        await browse(hass, f"{ROOT}/{identifier}")


async def test_no_feed_yet(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    with pytest.raises(BrowseError, match="There is no feed yet"):
        await browse(hass)


async def test_not_loaded(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(Unresolvable):
        await async_resolve_media(hass, f"{ROOT}/1", None)
    with pytest.raises(BrowseError):
        await search(hass, "toonami")


async def test_the_relay_is_played_with_a_signed_address(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, stream_links=LINKS_RELAY))
    for player, mime_type in (("media_player.cast", TV), (None, "application/x-mpegURL")):
        media = await async_resolve_media(hass, f"{ROOT}/2", player)
        assert media.mime_type == mime_type
        match = re.fullmatch(r"/api/toonami_downlink/watch/([0-9a-f]{42})/2\.m3u8", media.url)
        assert match
        token = match[1]
        matches = coordinator.credentials.find_watch_token
        assert matches(token, NOON + WATCH_TOKEN_TTL - timedelta(seconds=1))
        assert not matches(token, NOON + WATCH_TOKEN_TTL)
        assert coordinator.credentials.feed_token not in media.url
    await coordinator.async_rotate_credentials()
    assert not coordinator.credentials.find_watch_token(token, NOON)
