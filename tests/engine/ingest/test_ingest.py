"""A provider's two files made into a feed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import KNOWN, Lineup
from downlink.models import Fix, IngestReport, Programme, Source

from ..samples import HOUR, NOON, Airing, Listing, at, back_to_back, guide
from .making import DAY, EAST, MIDNIGHT, MTV, NEW_YORK, SNICK_EAST, SNICK_WEST, WEST, known, made


def test_a_good_pair_of_files() -> None:
    listed = [Listing(one.name, DAY) for one in KNOWN if one.schedule]
    feed, report = made(*listed)
    assert feed.made == NOON
    assert report == IngestReport(
        channels=7,
        programmes=4 * 48,
        filler=3 * 12,
        guide_until=MIDNIGHT + timedelta(days=1),
        fixes={Fix.NO_GUIDE: 3, Fix.GAP_FILLED: 3},
        sources={Source.GUIDE: 4 * 48, Source.FILLER: 3 * 12},
    )
    movies = feed.guide["movies"][0]
    assert (movies.title, movies.source) == ("Movies", Source.FILLER)
    assert movies.description == next(one.filler for one in KNOWN if one.key == "movies")


def test_no_guide_at_all() -> None:
    feed, report = made()
    assert report.programmes == 0
    assert report.guide_until is None
    assert report.fixes == {Fix.NO_GUIDE: 7, Fix.GAP_FILLED: 7}
    assert [one.title for one in feed.guide["mtv97"]] == ["MTV97"] * 12


def test_west_is_three_hours_behind() -> None:
    east, west = Listing(EAST, [Airing(0, 30)]), Listing(WEST, [Airing(180, 210)], offset=-3)
    assert b'start="20261014120000 -0300"' in guide(west)
    feed, _ = made(east, west)
    assert known(feed) == [(0, 30, "Show")]
    assert known(feed, "toonami_west") == [(180, 210, "Show")]


def test_the_go_programs_flaws_in_one_channel() -> None:
    feed, report = made(
        Listing(
            EAST,
            [
                Airing(-60, -30, "Before"),
                Airing(
                    -30,
                    0,
                    "",
                ),
                Airing(0, None, "Card"),
                Airing(
                    0,
                    25,
                    "A",
                    "<title>A again</title><sub-title/><desc>Know what this is about?</desc>",
                ),
                Airing(27, 60, "B"),
                Airing(60, 80, "Overrun"),
                Airing(80, 65, "Overrun 2"),
                Airing(65, 90, "C"),
                Airing(90, 120, "D"),
                Airing(90, 120, "D"),
                Airing(150, None, "Last"),
            ],
        )
    )
    assert known(feed) == [
        (-60, -30, "Before"),
        (0, 27, "A"),
        (27, 60, "B"),
        (60, 65, "Overrun"),
        (65, 90, "C"),
        (90, 120, "D"),
        (150, 180, "Last"),
    ]
    assert feed.guide["toonami_east"][-1].is_filler
    assert next(one for one in feed.guide["toonami_east"] if one.title == "A").description is None
    nameless = [one for one in feed.guide["toonami_east"] if at(-30) <= one.start < at(0)]
    assert [(one.start, one.stop, one.title) for one in nameless] == [(at(-30), at(0), EAST)]
    assert report.fixes == {
        Fix.NO_TITLE: 1,
        Fix.UNKNOWN_END: 3,
        Fix.UNSORTED: 1,
        Fix.OVERLAP: 3,
        Fix.DUPLICATE: 1,
        Fix.GAP_CLOSED: 1,
        Fix.GAP_FILLED: 1 + 1 + 1 + 1 + 6,
        Fix.NO_GUIDE: 6,
    }


def test_a_short_nameless_slot_is_not_given_to_the_programme_before_it() -> None:
    feed, _ = made(Listing(EAST, [Airing(0, 20, "A"), Airing(20, 30, ""), Airing(30, 60, "B")]))
    assert known(feed) == [(0, 20, "A"), (30, 60, "B")]


def test_the_ends_of_the_window() -> None:
    feed, _ = made(
        Listing(
            EAST,
            [
                Airing(-900, -480, "Yesterday"),
                Airing(-490, -450, "Over midnight"),
                Airing(-450, 950, "Today"),
                Airing(950, 1000, "Over the next midnight"),
                Airing(1000, 1100, "Tomorrow"),
            ],
        )
    )
    assert known(feed) == [
        (-490, -450, "Over midnight"),
        (-450, 950, "Today"),
        (950, 1000, "Over the next midnight"),
    ]


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        pytest.param(datetime(2026, 3, 8, 12, tzinfo=UTC), 23, id="spring"),
        pytest.param(datetime(2026, 11, 1, 12, tzinfo=UTC), 25, id="autumn"),
    ],
)
def test_the_days_when_the_clock_changes(now: datetime, hours: int) -> None:
    feed, _ = made(now=now)
    movies = feed.guide["movies"]
    assert movies[-1].stop - movies[0].start == hours * HOUR


def test_two_weeks_over_a_clock_change() -> None:
    feed, _ = made(now=datetime(2026, 10, 25, 12, tzinfo=UTC), days=14)
    days = {one.start.astimezone(NEW_YORK).date() for one in feed.guide["movies"]}
    assert len(days) == 14


# The last feed


def test_what_the_new_guide_lacks_is_kept() -> None:
    previous, _ = made(Listing(EAST, DAY), Listing(SNICK_EAST, DAY))
    feed, report = made(
        Listing(EAST, back_to_back(0, 30, 4, "New")), previous=previous, now=NOON + HOUR
    )
    shows = feed.guide["toonami_east"]
    assert [(one.title, one.source) for one in shows[15:21]] == [
        ("Show 16", Source.PUBLISHED),
        *((f"New {n}", Source.GUIDE) for n in (1, 2, 3, 4)),
        ("Show 21", Source.PUBLISHED),
    ]
    assert known(feed, "snick_east") == known(previous, "snick_east")
    assert report.fixes == {
        Fix.KEPT: 44 + 48,
        Fix.NO_GUIDE: 5,
        Fix.GAP_FILLED: 5,
    }
    assert report.sources[Source.PUBLISHED] == 44 + 48
    assert report.guide_until == MIDNIGHT + timedelta(days=1)


def test_an_empty_guide_does_not_shorten_the_published_one() -> None:
    previous, before = made(Listing(EAST, DAY))
    feed, report = made(previous=previous)
    assert known(feed) == known(previous)
    assert report.guide_until == before.guide_until
    # It is as old as the one that is kept.
    assert report.guide_error == "guide: it lists no programme of these channels"
    assert report.fixes[Fix.GUIDE_REFUSED] == 1


def test_an_empty_guide_is_one_where_nothing_is_known() -> None:
    empty, report = made()
    assert report.guide_error is None
    assert made(previous=empty)[1].guide_error is None


def test_the_last_programme_ends_as_was_known_before() -> None:
    previous, _ = made(Listing(EAST, [Airing(0, 55, "Film"), Airing(60, 90, "Next")]))
    feed, report = made(Listing(EAST, [Airing(0, None, "Film")]), previous=previous)
    assert known(feed) == [(0, 60, "Film"), (60, 90, "Next")]
    assert report.fixes[Fix.KEPT] == 1


def test_filler_of_the_last_feed_is_made_anew() -> None:
    previous, _ = made()
    feed, report = made(previous=previous)
    assert feed == previous
    assert Fix.KEPT not in report.fixes


def test_the_same_files_again_change_nothing() -> None:
    listed = [Listing(EAST, DAY), Listing(SNICK_EAST, back_to_back(0, 25, 7))]
    previous, _ = made(*listed)
    assert made(*listed, previous=previous)[0] == previous


def test_a_vanished_channel_keeps_what_is_ahead() -> None:
    previous, _ = made(Listing(EAST, DAY), Listing(SNICK_WEST, DAY))
    feed, report = made(Listing(EAST, DAY), names=(EAST, WEST, SNICK_EAST, MTV), previous=previous)
    channel = feed.channel(4)
    assert channel
    assert channel.missed == 1
    assert known(feed, "snick_west") == known(previous, "snick_west")
    assert report.fixes[Fix.VANISHED_CHANNEL] == 3


def test_the_next_day_begins_with_what_was_known() -> None:
    previous, _ = made(Listing(EAST, back_to_back(-480, 30, 96)), days=2)
    feed, _ = made(
        Listing(EAST, back_to_back(24 * 60, 30, 8, "New")),
        previous=previous,
        now=NOON + timedelta(days=1),
    )
    assert known(feed)[0] == (24 * 60 - 480, 24 * 60 - 450, "Show 49")
    assert feed.made == NOON + timedelta(days=1)


def test_our_own_published_files_are_a_provider_as_well() -> None:
    first, _ = made(Listing(EAST, DAY), Listing(SNICK_EAST, DAY), days=2)
    links = Links(guide="", logo=lambda _: "http://a/", stream=lambda one: one.stream_url)
    feed, report, _ = ingest(
        render_m3u(first.channels, links),
        render_xmltv(first, lambda _: "http://a/"),
        now=NOON,
        window=Window.of_days(NOON, 2, NEW_YORK),
        lineup=Lineup(),
        previous=None,
    )
    assert feed == first
    assert report.fixes == {Fix.NO_GUIDE: 5, Fix.GAP_FILLED: 7}


def test_a_source_that_the_provider_names_is_counted() -> None:
    inner = '<url system="toonami-downlink">guide:current</url>'
    _, report = made(Listing(EAST, [Airing(0, 30, inner=inner)]))
    assert report.sources[Source.CURRENT] == 1


# Refused


# Everything


def test_what_the_station_shows_are_reruns() -> None:
    said = [
        Airing(0, 30, "Plain"),
        Airing(30, 60, "Premiere", "<premiere/>"),
        Airing(60, 90, "New", "<new/>"),
        Airing(90, 120, "Dated", '<previously-shown start="19990417"/><category>Movie</category>'),
    ]
    feed, _ = made(Listing(EAST, said), Listing("Night Owl", said), names=[EAST, "Night Owl"])
    ours, other = (
        [
            (one.is_rerun, one.is_premiere, one.is_new, one.first_shown)
            for one in feed.guide[key]
            if not one.is_filler
        ]
        for key in ("toonami_east", "other_night_owl")
    )
    rest = [
        (False, True, False, None),
        (False, False, True, None),
        (True, False, False, "19990417"),
    ]
    assert ours == [(True, False, False, None), *rest]
    assert other == [(False, False, False, None), *rest]
    assert [one.categories for one in feed.guide["toonami_east"] if not one.is_filler] == [
        *[("Series",)] * 3,
        ("Movie",),
    ]
    assert {one.is_rerun for one in feed.guide["toonami_east"] if one.is_filler} == {True}
    assert {one.is_rerun for one in feed.guide["other_night_owl"] if one.is_filler} == {False}


def test_marks_are_kept_from_the_last_feed() -> None:
    premiere = Airing(60, 90, "Premiere", "<premiere/><episode-num>S01E02</episode-num>")
    dated = Airing(90, 120, "Dated", '<previously-shown start="19990417"/>')
    first, _ = made(Listing(EAST, [premiere, dated]))
    second, report = made(previous=first)
    assert report.fixes[Fix.KEPT] == 2
    old, new = (
        [one for one in feed.guide["toonami_east"] if not one.is_filler] for feed in (first, second)
    )
    assert [replace(one, source=Source.GUIDE) for one in new] == old
    assert [one.is_premiere for one in new] == [True, False]
    assert [one.first_shown for one in new] == [None, "19990417"]


def test_what_an_older_version_published_gets_its_marks() -> None:
    unmarked = Programme(start=at(60), stop=at(90), title="Old", source=Source.GUIDE)
    first, _ = made(Listing(EAST, []))
    before = replace(first, guide={**first.guide, "toonami_east": (unmarked,)})
    feed, _ = made(previous=before)
    (kept,) = [one for one in feed.guide["toonami_east"] if not one.is_filler]
    assert (kept.title, kept.is_rerun, kept.categories) == ("Old", True, ("Series",))
