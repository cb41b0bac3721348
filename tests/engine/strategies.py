"""Hypothesis strategies: feeds such as the ingest makes them, and what a provider may write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unicodedata import category

from hypothesis import settings, strategies as st

from downlink.lineup import KNOWN
from downlink.models import Channel, Credit, Feed, Programme, Role, Source

from .samples import NAMES, NOON, Airing, Listing

# How long one example takes says nothing on a busy machine.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")

ROLES = tuple(Role)
PRINTABLE = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zs", "Zl", "Zp"))


def lines(max_size: int = 30) -> st.SearchStrategy[str]:
    """One line of text without anything that cleaning would change."""
    words = st.lists(st.text(PRINTABLE, min_size=1, max_size=8), min_size=1, max_size=4)
    return words.map(" ".join).filter(lambda text: len(text) <= max_size and text.strip() == text)


def paragraphs() -> st.SearchStrategy[str]:
    return st.lists(lines(), min_size=1, max_size=3).map("\n".join)


def moments(
    first: datetime = NOON - timedelta(days=2), last: datetime = NOON + timedelta(days=3)
) -> st.SearchStrategy[datetime]:
    """Whole seconds in UTC."""
    seconds = int((last - first).total_seconds())
    return st.integers(0, seconds).map(lambda after: first + timedelta(seconds=after))


def days() -> st.SearchStrategy[str]:
    first, last = datetime(1900, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
    return st.dates(first.date(), last.date()).map("{:%Y%m%d}".format)


def made_dates() -> st.SearchStrategy[str]:
    return st.builds(lambda day, digits: day[:digits], days(), st.sampled_from([4, 6, 8]))


def credit_lists() -> st.SearchStrategy[tuple[Credit, ...]]:
    one = st.builds(Credit, st.sampled_from(ROLES), lines())
    return st.lists(one, max_size=4, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda credit: ROLES.index(credit.role)))
    )


def shows() -> st.SearchStrategy[Programme]:
    """Programmes of which nothing matters but their times; see `schedules` for these."""
    bare = Programme(start=NOON, stop=NOON, title="Show")
    return st.sampled_from([replace(bare, source=source) for source in Source])


def programmes() -> st.SearchStrategy[Programme]:
    """Programmes with all that they can have; see `schedules` for their times."""
    numbers = st.none() | st.integers(1, 9999)
    return st.builds(
        Programme,
        start=st.just(NOON),
        stop=st.just(NOON),
        title=lines(),
        episode_title=st.none() | lines(),
        description=st.none() | paragraphs(),
        season=numbers,
        episode=numbers,
        aired=st.none() | made_dates(),
        categories=st.lists(lines(), max_size=3, unique=True).map(tuple),
        block=st.none() | lines(),
        rating=lines(10),
        rating_system=st.none() | lines(10),
        stars=st.none() | st.integers(0, 100).map(lambda tenths: tenths / 10),
        image=st.none() | st.just("https://images.example.com/a,b@@._V1_.jpg?x=1&y=%20"),
        credits=credit_lists(),
        is_rerun=st.booleans(),
        first_shown=st.none() | days(),
        is_premiere=st.booleans(),
        is_new=st.booleans(),
        source=st.sampled_from(Source),
    ).filter(has_numbers_of_its_own)


def has_numbers_of_its_own(one: Programme) -> bool:
    """Whether the title of an episode is not its number, nor its numbers a day."""
    day = one.first_shown or "00000000"
    is_day = (one.season, one.episode) == (int(day[:4]), int(day[4:]))
    return not is_day and one.episode_title != f"Episode {one.episode}"


@st.composite
def schedules(
    draw: st.DrawFn, first: datetime = NOON, *, of: st.SearchStrategy[Programme], max_size: int = 8
) -> tuple[Programme, ...]:
    """Sorted programmes without overlaps, with or without gaps, from `first` on."""
    start = first
    drawn = []
    for one in draw(st.lists(of, max_size=max_size)):
        start += timedelta(seconds=draw(st.just(0) | st.integers(0, 7200)))
        stop = start + timedelta(seconds=draw(st.integers(1, 7200)))
        drawn.append(replace(one, start=start, stop=stop))
        start = stop
    return tuple(drawn)


@st.composite
def feeds(draw: st.DrawFn, first: datetime = NOON - timedelta(hours=12)) -> Feed:
    """Feeds of a part of the line-up."""
    known = draw(st.lists(st.sampled_from(KNOWN), min_size=1, unique_by=lambda one: one.key))
    channels = [
        Channel(
            key=one.key,
            name=one.name,
            number=one.number,
            guide_id=one.guide_id,
            stream_url=f"https://old.example.com/{one.slug}.m3u8?streamDelay={one.delay}",
            radio=one.radio,
            missed=draw(st.integers(0, 2)),
        )
        for one in known
    ]
    return Feed(
        made=draw(moments()),
        channels=tuple(sorted(channels, key=lambda channel: channel.number)),
        guide={
            channel.key: draw(schedules(first, of=programmes(), max_size=4)) for channel in channels
        },
    )


@st.composite
def listings(draw: st.DrawFn, names: Sequence[str] = NAMES) -> list[Listing]:
    """Guides with every flaw in their order, ends and titles."""
    minutes = st.integers(-2 * 1440, 3 * 1440) | st.integers(-60, 60)
    airings = st.builds(
        Airing,
        start=minutes,
        stop=st.none() | minutes,
        title=st.sampled_from(["One", "Two", "Three", ""]),
    )
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    return [
        Listing(name, draw(st.lists(airings, max_size=12)), draw(st.sampled_from([-3, 0, 5])))
        for name in chosen
    ]


def is_clean(text: str) -> bool:
    """Whether XML 1.0 allows every character, by a rule of its own."""
    return all(
        char in "\t\n\r" or (category(char) not in {"Cc", "Cs"} and not is_noncharacter(char))
        for char in text
    )


def is_noncharacter(char: str) -> bool:
    point = ord(char)
    return 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE
