"""How large the aired log is after a year, how long its questions take.

A year of the station is made up: 271 airings a day on four channels, the West as the East three
hours before, every show with details as a provider brings them. Episodes come again after some
weeks, now and then with other details. Beside the times stands that of the same question to an
empty log, which is what this machine takes for nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
import statistics
import tempfile
import time
from typing import Final

from custom_components.toonami_downlink.engine.downlink.identity import identity, show_key
from custom_components.toonami_downlink.engine.downlink.models import Credit, Programme, Role
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import AiredLog

DAYS: Final = 365
A_DAY: Final = (68, 67)
"""Airings of the East and of the second East; each has a West."""
SHOWS: Final = 130
EPISODES: Final = 60
ROUNDS: Final = 15
EAST: Final = "toonami_east"
START: Final = datetime(2025, 11, 26, tzinfo=UTC)
DELAY: Final = timedelta(hours=3)
TEXT: Final = (
    "the last hero of a city that nobody leaves finds a door in the sea and what lies behind it is"
    " older than every story he was told while his friends wait for a ship which never comes back"
)
WORDS: Final = TEXT.split()


def episodes(random: Random) -> list[Programme]:
    """Everything that the station has, with details."""
    titles = [" ".join(random.choices(WORDS, k=2)).title() for _ in range(SHOWS)]
    return [
        Programme(
            start=START,
            stop=START,
            title=f"{titles[show]} {show}",
            episode_title=" ".join(random.choices(WORDS, k=4)).capitalize(),
            description=" ".join(random.choices(WORDS, k=40)).capitalize(),
            season=1 + number // 24,
            episode=1 + number % 24,
            aired=f"19{90 + show % 10}0{1 + number % 9}1{number % 10}",
            categories=("Animation", "Action", "Adventure", "Series"),
            block=random.choice(("Toonami", "Midnight Run", "Saturday Night")),
            rating="TV-Y7",
            stars=random.randrange(50, 95) / 10,
            image=f"https://m.media-amazon.com/images/M/{random.randbytes(40).hex()}.jpg",
            credits=tuple(
                Credit(Role.ACTOR, " ".join(random.choices(WORDS, k=2)).title()) for _ in range(6)
            ),
            is_rerun=True,
        )
        for show in range(SHOWS)
        for number in range(EPISODES)
    ]


def day_of(random: Random, known: list[Programme], day: int) -> dict[str, list[Programme]]:
    """One day of all channels, back to back."""
    guide: dict[str, list[Programme]] = {}
    for name, count in zip(("toonami", "snick"), A_DAY, strict=True):
        length = timedelta(days=1) / count
        start = START + timedelta(days=day)
        east = [
            replace(
                random.choice(known),
                start=start + length * n,
                stop=start + length * (n + 1),
                block=random.choice(("Toonami", "Midnight Run", None)),
            )
            for n in range(count)
        ]
        guide[f"{name}_east"] = east
        guide[f"{name}_west"] = [
            replace(one, start=one.start + DELAY, stop=one.stop + DELAY) for one in east
        ]
    return guide


def fill(log: AiredLog) -> list[Programme]:
    """Write a year; return what there is to be asked for."""
    random = Random(1)  # noqa: S311  # nothing is secret
    known = episodes(random)
    for day in range(DAYS):
        log.freeze(day_of(random, known, day), START + timedelta(days=day + 2), START)
    return known


def questions(log: AiredLog, known: list[Programme]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is asked of the log, and how."""
    end = START + timedelta(days=DAYS)
    day, month = timedelta(days=1), timedelta(days=31)
    one = known[7]
    channels = (EAST, "toonami_west", "snick_east", "snick_west")
    yield "a channel's day", lambda: log.between(EAST, end - 90 * day, end - 89 * day)
    yield "a channel's month", lambda: log.between(EAST, end - month, end)
    yield (
        "everybody's day",
        lambda: [log.between(key, end - 9 * day, end - 8 * day) for key in channels],
    )
    yield "the last of an episode", lambda: log.last(identity(one), end)
    yield "the last of a show", lambda: log.last(show_key(one.title), end, of_show=True)
    yield "an episode's month", lambda: log.count(identity(one), end - month, end)
    yield (
        "a show's year",
        lambda: log.count(show_key(one.title), START, end, of_show=True),
    )
    yield "a word that many have", lambda: log.search("the", 40)
    yield "words that nobody has", lambda: log.search("no such thing", 40)


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median of some rounds, and the first one, in time of the processor."""
    times = []
    for _ in range(ROUNDS):
        before = time.thread_time()
        work()
        times.append((time.thread_time() - before) * 1000)
    return statistics.median(times), times[0]


def main() -> None:
    """Print size and times."""
    with tempfile.TemporaryDirectory() as folder:
        log, empty = AiredLog(Path(folder) / "aired.db"), AiredLog(Path(folder) / "empty.db")
        known = fill(log)
        count, size = log.size()
        print(f"{count} airings in {size / 2**20:.1f} MiB, {size / count:.0f} bytes each")
        nothing = dict(questions(empty, known))
        for name, ask in questions(log, known):
            median, first = milliseconds(ask)
            idle, _ = milliseconds(nothing[name])
            print(f"{name}: {median:.2f} ms (the first time {first:.2f}), empty {idle:.2f} ms")
        log.close()
        empty.close()


if __name__ == "__main__":
    main()
