"""Libraries that players are built with: do they understand what we say?"""

from base64 import b64decode
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ipytv import playlist as ipytv
import pytest
from pyxtream import XTream

from scripts.lib.develop.feed import Access, fetch, on_now
from tests.e2e.assertions import guide_complaints
from tests.e2e.clients.programs import HERE, node, run
from tests.night import by_night

NAMES = [
    "Toonami Aftermath East",
    "Toonami Aftermath West",
    "Snickelodeon East",
    "Snickelodeon West",
    "MTV97",
    "Movies",
    "Toonami Aftermath Radio",
]
PREFIX = "/api/toonami_downlink/xtream"


def login(access: Access) -> tuple[str, str, str]:
    return (
        access.xtream["server"],
        access.xtream["username"],
        access.xtream["password"],
    )


def php(access: Access, path: str, **parameters: str) -> str:
    server, username, password = login(access)
    query = {"username": username, "password": password, **parameters}
    return f"{server}{path}?{urlencode(query)}"


# @iptv/xtream-api


@pytest.mark.parametrize("prefix", by_night(["", PREFIX], keep=[PREFIX]))
def test_xtream_api_raw(access: Access, prefix: str) -> None:
    server, username, password = login(access)
    found = node("xtream_api.mjs", server + prefix, username, password, "raw", "m3u8")
    assert found["profile"]["auth"] == 1
    assert found["profile"]["username"] == username
    assert [item["category_name"] for item in found["categories"]] == ["Television", "Radio"]
    assert [item["name"] for item in found["channels"]] == NAMES
    assert [item["url"] for item in found["channels"]] == [
        f"{server}{prefix}/live/{username}/{password}/{number}.m3u8" for number in range(1, 8)
    ]
    assert [item["name"] for item in found["radio"]] == NAMES[-1:]
    empty = ("movieCategories", "movies", "showCategories", "shows")
    assert [found[key] for key in empty] == [[]] * 4
    assert len(found["shortEpg"]["epg_listings"]) == 3
    assert len(found["fullEpg"]["epg_listings"]) > 100


@pytest.mark.nightly
def test_xtream_api_standardized(access: Access) -> None:
    east = "toonami-east.toonamiaftermath.com"
    guide = fetch(access.guide_url).body
    titles = {on_now(guide)[east]}
    found = node("xtream_api.mjs", *login(access), "standardized")
    titles.add(on_now(guide)[east])
    assert found["profile"]["status"] == "Active"
    assert found["profile"]["expiresAt"] == "2038-01-01T00:00:00.000Z"
    assert found["profile"]["createdAt"] == "2020-01-01T00:00:00.000Z"
    assert found["server"]["serverProtocol"] == "http"
    assert [item["name"] for item in found["categories"]] == ["Television", "Radio"]
    assert [(item["number"], item["name"]) for item in found["channels"]] == list(
        enumerate(NAMES, 1)
    )
    assert [item["categoryIds"] for item in found["channels"]] == [["1"]] * 6 + [["2"]]
    assert all(item["url"].endswith(".ts") for item in found["channels"])
    # The library takes the bytes of UTF-8 for letters.
    assert found["shortEpg"][0]["title"].encode("latin-1").decode() in titles
    assert found["shortEpg"][0]["channelId"] == east


@pytest.mark.nightly
def test_xtream_api_with_a_wrong_password(access: Access) -> None:
    server, username, _ = login(access)
    script = HERE / "xtream_api.mjs"
    done = run("node", script, server, username, "wrong", "raw", check=False)
    assert done.returncode != 0
    assert "Unauthorized" in done.stderr


# pyxtream


def pyxtream(server: str, username: str, password: str, folder: Path) -> XTream:
    return XTream("Toonami", username, password, server, cache_path=str(folder), validate_json=True)


@pytest.mark.parametrize("slash", by_night(["", "/"], keep=["/"]))
def test_pyxtream(
    access: Access, tmp_path: Path, capsys: pytest.CaptureFixture[str], slash: str
) -> None:
    server, username, password = login(access)
    client = pyxtream(server + slash, username, password, tmp_path)
    assert client.state == {"authenticated": True, "loaded": False}
    assert client.load_iptv()
    assert [channel.name for channel in client.channels] == NAMES
    assert [channel.id for channel in client.channels] == list(range(1, 8))
    assert {channel.epg_channel_id for channel in client.channels} == set(
        on_now(fetch(access.guide_url).body)
    )
    assert {group.name for group in client.groups} >= {"Television", "Radio"}
    assert (client.movies, client.series) == ([], [])
    said = capsys.readouterr().out
    assert "Failed validating" not in said
    assert "unknown stream type" not in said
    listings = client.liveEpgByStreamAndLimit(1, 2)["epg_listings"]
    assert len(listings) == 2
    assert len(client.allLiveEpgByStream(1)["epg_listings"]) > 100


def test_pyxtream_with_a_wrong_password(access: Access, tmp_path: Path) -> None:
    server, username, _ = login(access)
    client = pyxtream(server, username, "wrong", tmp_path)
    assert client.state["authenticated"] is False
    assert client.auth_data == {}


# Playlists


def playlists(access: Access) -> dict[str, tuple[str, str]]:
    """Return each playlist that we have, and the guide that it names."""
    guide = php(access, "/xmltv.php")
    return {
        access.playlist_url: (access.playlist_url, access.guide_url),
        "plus": (php(access, "/get.php", type="m3u_plus", output="m3u8"), guide),
        "ts": (php(access, "/get.php", type="m3u_plus", output="ts"), guide),
    }


def test_iptv_playlist_parser(access: Access) -> None:
    for url, guide in playlists(access).values():
        found = node("parse.mjs", "playlist", url)
        assert found["header"]["attrs"] == {"url-tvg": guide, "x-tvg-url": guide}
        assert [item["name"] for item in found["items"]] == NAMES
        assert all(item["url"].startswith("http") for item in found["items"])
        assert {item["tvg"]["id"] for item in found["items"]} == set(
            on_now(fetch(access.guide_url).body)
        )
        assert len({item["group"]["title"] for item in found["items"]}) == 1
        assert all(item["tvg"]["logo"].startswith("http") for item in found["items"])


def test_ipytv(access: Access) -> None:
    for url, guide in playlists(access).values():
        found = ipytv.loadu(url)
        assert found.get_attributes() == {"url-tvg": guide, "x-tvg-url": guide}
        channels = list(found)
        assert [channel.name for channel in channels] == NAMES
        assert [channel.attributes["tvg-chno"] for channel in channels] == list("1234567")
        assert channels[-1].attributes["radio"] == "true"


def test_logos_are_there(access: Access) -> None:
    for channel in ipytv.loadu(access.playlist_url):
        answer = fetch(channel.attributes["tvg-logo"])
        assert answer.body.startswith(b"\x89PNG")


# GuideCache


@pytest.fixture
def guide(access: Access) -> str:
    """The address of a guide: all of them are the same to the byte."""
    urls = (access.guide_url, php(access, "/xmltv.php"), php(access, f"{PREFIX}/xmltv.php"))
    assert len({fetch(url).body for url in urls}) == 1
    return urls[1]


def test_the_guide_pleases_the_validators(guide: str, tmp_path: Path) -> None:
    assert guide_complaints(fetch(guide).body, tmp_path) == ""


@pytest.mark.nightly
def test_epg_parser(guide: str) -> None:
    found: dict[str, Any] = node("parse.mjs", "guide", guide)
    ids = {channel["id"] for channel in found["channels"]}
    assert ids == set(on_now(fetch(guide).body))
    assert {programme["channel"] for programme in found["programs"]} == ids
    assert len(found["programs"]) > 500


def test_the_short_epg_and_the_guide_agree(access: Access) -> None:
    guide = fetch(access.guide_url).body
    for number in range(1, 8):
        url = php(access, "/player_api.php", action="get_short_epg", stream_id=str(number))
        (first, *_) = json.loads(fetch(url).body)["epg_listings"]
        start = datetime.strptime(first["start"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        assert start <= datetime.now(UTC)
        assert b64decode(first["title"]).decode() == on_now(guide, start)[first["channel_id"]]
