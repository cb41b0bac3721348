"""What players fetch, after a refresh by either kind of provider."""

from collections.abc import Callable
from pathlib import Path
import sys

import pytest

from scripts.lib.develop import feed
from scripts.lib.develop.check import check
from scripts.lib.develop.feed import Access, entries, fetch, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import ROOT, Home
from tests.e2e.assertions import channel_ids, guide_complaints, unmatched_ids
from tests.night import by_night

GO_CLI = f"{sys.executable} {ROOT / 'tests' / 'fakes' / 'go_cli.py'}"


def test_feed_of_the_bundled_provider(home: Home, access: Access, tmp_path: Path) -> None:
    guide = fetch(access.guide_url).body

    assert guide_complaints(guide, tmp_path) == ""
    assert unmatched_ids(entries(fetch(access.playlist_url).body), guide) == set()
    assert [finding.text for finding in check(home, access, streams=True) if not finding.good] == []


@pytest.mark.nightly
def test_feed_of_a_provider_command(make_home: Callable[[], Home], tmp_path: Path) -> None:
    home = make_home()
    home.start()
    set_up(home.client, "command", {"provider_command": GO_CLI})
    access = wait_for_feed(home.client)
    guide = fetch(access.guide_url).body

    assert guide_complaints(guide, tmp_path) == ""
    assert unmatched_ids(entries(fetch(access.playlist_url).body), guide) == set()
    assert [
        finding.text for finding in check(home, access, streams=False) if not finding.good
    ] == []


def test_west_is_three_hours_behind_east(access: Access) -> None:
    titles: dict[str, list[tuple[float, str]]] = {"east": [], "west": []}
    for airing in feed.airings(fetch(access.guide_url).body):
        for coast, found in titles.items():
            if airing.channel == f"toonami-{coast}.toonamiaftermath.com":
                found.append((airing.start.timestamp(), airing.title))
    shifted = {(start + 3 * 3600, title) for start, title in titles["east"]}
    same = [airing for airing in titles["west"] if airing in shifted]

    assert len(same) > 0.9 * len(titles["west"]) > 0


@pytest.mark.parametrize(
    "path",
    by_night(["playlist_url", "guide_url"], keep=["guide_url"]),
    ids=lambda path: path.removesuffix("_url"),
)
def test_addresses_do_not_change_with_a_refresh(home: Home, access: Access, path: str) -> None:
    before = channel_ids(fetch(access.guide_url).body)
    home.client.command("toonami_downlink/refresh")
    after = wait_for_feed(home.client)

    assert getattr(after, path) == getattr(access, path)
    assert channel_ids(fetch(after.guide_url).body) == before
