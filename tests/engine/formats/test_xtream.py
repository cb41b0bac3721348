"""The Xtream Codes shapes: every field of every answer, with its type."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from downlink.formats import xtream
from downlink.lineup import KNOWN
from downlink.models import Channel, Programme

from ..factories import make_feed

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
FEED = make_feed(MIDNIGHT)
EAST, RADIO = FEED.channels[0], FEED.channels[-1]


def logo(channel: Channel) -> str:
    return f"http://tv.local/{channel.key}.png"


def types(value: Any) -> Any:
    """The types of everything in a JSON value."""
    if isinstance(value, dict):
        return {key: types(item) for key, item in value.items()}
    if isinstance(value, list):
        return [types(value[0])] if value else []
    return type(value).__name__


def test_user_info() -> None:
    info = xtream.user_info("toonamiabc123", "secret", active=2)
    assert info == {
        "username": "toonamiabc123",
        "password": "secret",
        "message": "",
        "auth": 1,
        "status": "Active",
        "exp_date": "2145916800",
        "is_trial": "0",
        "active_cons": "2",
        "created_at": "1577836800",
        "max_connections": "10",
        "allowed_output_formats": ["m3u8", "ts"],
    }
    expires = datetime.fromtimestamp(int(info["exp_date"]), UTC)
    assert expires == datetime(2038, 1, 1, tzinfo=UTC)
    assert int(info["exp_date"]) < 2**31


def test_refused_user_info_has_every_field() -> None:
    accepted = xtream.user_info("name", "secret", active=0)
    refused = xtream.refused_user_info()
    assert types(refused) == types(accepted)
    assert list(refused) == list(accepted)
    assert (refused["auth"], refused["status"], refused["password"]) == (0, "Disabled", "")


def test_server_info() -> None:
    now = datetime(2026, 11, 24, 14, 10, 5, tzinfo=UTC).astimezone()
    assert xtream.server_info("https", "tv.example.com", 8443, now) == {
        "url": "tv.example.com",
        "port": "8443",
        "https_port": "8443",
        "server_protocol": "https",
        "rtmp_port": "0",
        "timezone": "UTC",
        "timestamp_now": 1795529405,
        "time_now": "2026-11-24 14:10:05",
        "process": True,
    }


def test_live_categories() -> None:
    assert xtream.live_categories() == [
        {"category_id": "1", "category_name": "Television", "parent_id": 0},
        {"category_id": "2", "category_name": "Radio", "parent_id": 0},
    ]


def test_live_streams() -> None:
    streams = xtream.live_streams(FEED.channels, logo)
    assert streams[0] == {
        "num": 1,
        "name": "Toonami Aftermath East",
        "stream_type": "live",
        "stream_id": 1,
        "stream_icon": "http://tv.local/toonami_east.png",
        "epg_channel_id": "toonami-east.toonamiaftermath.com",
        "added": "1577836800",
        "is_adult": "0",
        "category_id": "1",
        "category_ids": [1],
        "custom_sid": "",
        "tv_archive": 0,
        "direct_source": "",
        "tv_archive_duration": 0,
        "thumbnail": "",
    }
    assert [(item["stream_id"], item["num"]) for item in streams] == [
        (known.number, known.number) for known in KNOWN
    ]
    assert [item["epg_channel_id"] for item in streams] == [known.guide_id for known in KNOWN]


@pytest.mark.parametrize(
    ("category", "numbers"),
    [
        pytest.param(None, [1, 2, 3, 4, 5, 6, 7], id="all"),
        pytest.param(1, [1, 2, 3, 4, 5, 6], id="television"),
        pytest.param(2, [7], id="radio"),
        pytest.param(3, [], id="unknown"),
    ],
)
def test_live_streams_of_a_category(category: int | None, numbers: list[int]) -> None:
    streams = xtream.live_streams(FEED.channels, logo, category)
    assert [item["stream_id"] for item in streams] == numbers


def test_panel_content() -> None:
    content = xtream.panel_content(FEED, logo)
    assert content["categories"] == {
        "live": xtream.live_categories(),
        "movie": [],
        "series": [],
    }
    assert list(content["available_channels"]) == ["1", "2", "3", "4", "5", "6", "7"]
    assert content["available_channels"]["7"] == {
        **xtream.live_streams([RADIO], logo)[0],
        "type_name": "Live Streams",
        "category_name": "Radio",
        "series_no": None,
        "live": "1",
        "container_extension": "m3u8",
    }


def test_short_epg_begins_with_the_programme_on_air() -> None:
    listings = xtream.short_epg(EAST, FEED.guide[EAST.key], NOW, 2)
    assert listings[0] == {
        "id": "1525305601",
        "epg_id": "1",
        "title": "U2hvdyAxLTI0",
        "lang": "",
        "start": "2026-11-24 12:00:00",
        "end": "2026-11-24 12:30:00",
        "description": "",
        "channel_id": "toonami-east.toonamiaftermath.com",
        "start_timestamp": "1795521600",
        "stop_timestamp": "1795523400",
        "stop": "2026-11-24 12:30:00",
    }
    assert [b64decode(item["title"]).decode() for item in listings] == ["Show 1-24", "Show 1-25"]


@pytest.mark.parametrize(
    ("at", "limit", "titles"),
    [
        pytest.param(NOW, 1, ["Show 1-24"], id="one"),
        pytest.param(NOW.replace(minute=0), 1, ["Show 1-24"], id="first-second"),
        pytest.param(NOW.replace(minute=30), 1, ["Show 1-25"], id="last-second"),
        pytest.param(MIDNIGHT - timedelta(hours=1), 2, ["Show 1-0", "Show 1-1"], id="before"),
        pytest.param(MIDNIGHT + timedelta(hours=47, minutes=31), 9, ["Show 1-95"], id="near-end"),
        pytest.param(MIDNIGHT + timedelta(days=2), 4, [], id="after"),
    ],
)
def test_short_epg(at: datetime, limit: int, titles: list[str]) -> None:
    listings = xtream.short_epg(EAST, FEED.guide[EAST.key], at, limit)
    assert [b64decode(item["title"]).decode() for item in listings] == titles


def test_what_is_held_is_marked() -> None:
    guide = FEED.guide[EAST.key]
    table = xtream.data_table(EAST, guide, NOW, {guide[3].start, NOW - timedelta(days=400)})
    assert [index for index, item in enumerate(table) if item["has_archive"]] == [3]
    archive = {EAST.key: 5}
    streams = xtream.live_streams(FEED.channels, logo, archive=archive)
    found = [(one["tv_archive"], one["tv_archive_duration"]) for one in streams]
    assert found == [(1, 5)] + [(0, 0)] * (len(streams) - 1)
    panel = xtream.panel_content(FEED, logo, archive)["available_channels"]
    assert [key for key, one in panel.items() if one["tv_archive"]] == [str(EAST.number)]


def test_data_table_marks_the_programme_on_air() -> None:
    table = xtream.data_table(EAST, FEED.guide[EAST.key], NOW)
    assert len(table) == 96
    assert [index for index, item in enumerate(table) if item["now_playing"]] == [24]
    short = xtream.short_epg(EAST, FEED.guide[EAST.key], NOW, 1)[0]
    assert table[24] == {**short, "now_playing": 1, "has_archive": 0}
    assert not any(one["has_archive"] for one in table)
    assert table[0]["now_playing"] == 0


def programme(start: datetime = NOW, **fields: Any) -> Programme:
    return Programme(start=start, stop=start + timedelta(minutes=30), title="Title", **fields)


@pytest.mark.parametrize(
    ("shown", "description"),
    [
        pytest.param(programme(), "", id="nothing"),
        pytest.param(programme(description="Plot."), "Plot.", id="description"),
        pytest.param(programme(episode_title="Pilot"), "Pilot", id="episode-title"),
        pytest.param(programme(season=1, episode=2), "S01E02", id="numbers"),
        pytest.param(programme(episode=102), "E102", id="episode-without-season"),
        pytest.param(programme(season=3), "", id="season-alone"),
        pytest.param(
            programme(season=2, episode=5, episode_title="Überfall", description="Plot.\nMore."),
            "S02E05 Überfall\nPlot.\nMore.",
            id="everything",
        ),
    ],
)
def test_description(shown: Programme, description: str) -> None:
    (listing,) = xtream.short_epg(EAST, (shown,), NOW, 1)
    assert b64decode(listing["description"], validate=True).decode() == description


def test_text_is_padded_base64_of_utf8() -> None:
    shown = replace(programme(), title="Dragon Ball — 孫悟空 🐉?>")
    (listing,) = xtream.short_epg(EAST, (shown,), NOW, 1)
    assert b64decode(listing["title"], validate=True).decode() == "Dragon Ball — 孫悟空 🐉?>"
    assert len(listing["title"]) % 4 == 0


def test_ids_are_unique_and_fit_into_31_bits() -> None:
    feed = make_feed(MIDNIGHT, hours=15 * 24)
    ids = [
        int(item["id"])
        for channel in feed.channels
        for item in xtream.data_table(channel, feed.guide[channel.key], NOW)
    ]
    assert len(ids) == 4 * 15 * 48
    assert len(set(ids)) == len(ids)
    assert all(0 <= number < 2**31 for number in ids)


def test_the_highest_id_fits() -> None:
    last = datetime.fromtimestamp(64 * 86400 * 400 - 1, UTC)
    channel = replace(EAST, number=387)
    (listing,) = xtream.short_epg(channel, (programme(last),), last, 1)
    assert int(listing["id"]) == 64 * 86400 * 388 - 1
    assert int(listing["id"]) < 2**31
