"""A feed to match against, and what is made of a playlist."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from downlink.formats.m3u import parse_m3u
from downlink.ingest.channel_matching import (
    Member,
    match_channels,
)
from downlink.lineup import Lineup
from downlink.models import Channel, Feed, Fix

from ..samples import NAMES, NOON

EMPTY = Lineup()
EAST, WEST, SNICK_EAST, SNICK_WEST, MTV, MOVIES, RADIO = NAMES


def last_feed(*names: str, missed: int = 0) -> Feed:
    """A feed with these channels, as an earlier refresh made it."""
    lineup = Lineup()
    channels = []
    for name in names:
        known, lineup = lineup.admit(name)
        channels.append(known.channel(f"http://old.example.com/{known.number}", missed=missed))
    return Feed(made=NOON, channels=tuple(channels))


def feed_with(members: Mapping[str, Member]) -> Feed:
    """The feed that comes of a match, for the next one."""
    return Feed(made=NOON, channels=tuple(member.channel for member in members.values()))


def matched(
    data: bytes, previous: Feed | None = None, lineup: Lineup = EMPTY, now: datetime = NOON
) -> tuple[Mapping[str, Member], dict[Fix, int], Lineup]:
    fixes: Counter[Fix] = Counter()
    members, lineup = match_channels(parse_m3u(data), previous, lineup, fixes, now)
    return members, dict(+fixes), lineup


def channels(data: bytes, previous: Feed | None = None) -> list[Channel]:
    return [member.channel for member in matched(data, previous)[0].values()]
