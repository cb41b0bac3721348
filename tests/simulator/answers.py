"""The JSON that the upstream makes of its plan: shapes as captured in 2026, dirt included."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Final

from .catalogue import SNICK, TOONAMI, Fill
from .details import episode_title, poster
from .schedule import Block, Item, Playlist, Schedule, is_weekend

WEST: Final = timedelta(hours=3)
CURRENT_ITEMS: Final = 10
_PREMIERES: Final = 0.02
"""The share of episodes that upstream marks so."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A channel of the list; without a schedule it has no guide."""

    name: str
    schedule: str | None = None
    delay: timedelta = timedelta()


CHANNELS: Final = (
    Listed("Toonami Aftermath East", TOONAMI),
    Listed("Toonami Aftermath West", TOONAMI, WEST),
    Listed("Snickelodeon East", SNICK),
    Listed("Snickelodeon West", SNICK, WEST),
    Listed("MTV97"),
    Listed("Movies"),
    Listed("Toonami Aftermath Radio"),
    Listed("Live Code"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupChange:
    """What is different from the usual list of channels."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    reverse: bool = False

    def channels(self) -> list[Listed]:
        """Return the list as it now is."""
        listed = [
            Listed(self.renamed.get(channel.name, channel.name), channel.schedule, channel.delay)
            for channel in CHANNELS
            if channel.name not in self.removed
        ]
        listed += [Listed(name) for name in self.added]
        return listed[::-1] if self.reverse else listed


def stamp(moment: datetime) -> str:
    """Write a time as upstream does: UTC with milliseconds and a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _info(item: Item, origin: str) -> dict[str, object] | None:
    show = item.show
    if show is None:
        return None
    info: dict[str, object] = {}
    if show.fullname:
        info["fullname"] = show.fullname
    if show.image:
        info["image"] = f"{origin}{poster(show)}"
    if show.titled and item.episode:
        info["episode"] = episode_title(show, item.episode)
    if show.year:
        info["year"] = show.year
    return info or None


def _is_premiere(item: Item) -> bool:
    """Whether upstream's rotation has not had this episode yet."""
    return bool(item.episode) and Random(f"{item.block}/{item.start}").random() < _PREMIERES


def media_item(item: Item, origin: str, delay: timedelta = timedelta()) -> dict[str, object]:
    """Return an item as ``/media`` and ``/channelsCurrentMedia`` show it."""
    answer: dict[str, object] = {}
    if item.show:
        answer["name"] = item.show.name
    answer["startDate"] = stamp(item.start + delay)
    answer["blockName"] = item.block
    answer["mediaType"] = item.fill.value
    if item.episode:
        answer["episodeNumber"] = item.episode
    if _is_premiere(item):
        answer["rotationPremiere"] = True
    if info := _info(item, origin):
        answer["info"] = info
    return answer


def media(
    schedule: Schedule, name: str, at: datetime, count: int, *, cards: bool, origin: str
) -> list[dict[str, object]]:
    """Return `count` items from the one on air at `at`; with `cards`, one more card a block.

    A card and the item after it come together, so one more than `count` may be answered.
    """
    answer: list[dict[str, object]] = []
    block: str | None = None
    for item in schedule.after(name, at):
        if len(answer) >= count:
            break
        if cards and block not in (None, item.block):
            answer.append({"name": item.block, "startDate": stamp(item.start), "isBlockCard": True})
        block = item.block
        answer.append(media_item(item, origin))
    return answer


def current_media(
    schedule: Schedule, at: datetime, origin: str, change: LineupChange
) -> list[dict[str, object]]:
    """Return each channel with its next ten items; those of the West are shifted already."""
    answer: list[dict[str, object]] = []
    for channel in change.channels():
        entry: dict[str, object] = {"name": channel.name}
        if channel.schedule:
            items = schedule.after(channel.schedule, at - channel.delay)
            entry["media"] = [
                media_item(item, origin, channel.delay) for item in islice(items, CURRENT_ITEMS)
            ]
        answer.append(entry)
    return answer


def playlist_head(playlist: Playlist) -> dict[str, object]:
    """Return a playlist as the list of playlists shows it."""
    return {
        "_id": playlist.id,
        "scheduleName": playlist.schedule,
        "startDate": stamp(playlist.start),
        "endDate": stamp(playlist.end),
    }


def playlist_body(playlist: Playlist, origin: str, *, info: bool) -> dict[str, object]:
    """Return one whole playlist; `info` adds titles and pictures to its items."""
    weekend = is_weekend(playlist.day)
    return playlist_head(playlist) | {
        "playlist": {
            "startTime": "6am" if weekend else "12pm",
            "modifiers": [
                {"swap": {"playlist": "Halloween"}, "condition": {"holiday": "halloween"}}
            ],
            "blocks": [_block(block, origin, info=info) for block in playlist.blocks],
            "name": "Weekends" if weekend else "Weekdays",
            "type": "playlist",
            "startDate": stamp(playlist.start),
            "endDate": stamp(playlist.end),
        }
    }


def _block(block: Block, origin: str, *, info: bool) -> dict[str, object]:
    runtime = (block.end - block.start).total_seconds()
    return {
        "runtimeHoursTarget": round(runtime / 3600, 1),
        "mediaList": [_file(item, origin, info=info) for item in block.items],
        "type": "block",
        "name": block.name,
        "runtime": runtime,
        "startDate": stamp(block.start),
        "endDate": stamp(block.end),
    }


def _file(item: Item, origin: str, *, info: bool) -> dict[str, object]:
    name = item.show.name if item.show else f"{item.block} {item.index}"
    number = f" {item.episode:02}" if item.episode else ""
    answer: dict[str, object] = {
        "type": "file",
        "mediaType": item.fill.value,
        "filepath": f"t:\\{item.fill.value}\\{name.lower()}\\{name.lower()}{number}.mkv",
    }
    if item.show:
        answer["name"] = item.show.name
    if item.episode:
        answer["episodeNumber"] = item.episode
    if _is_premiere(item):
        answer["rotationPremiere"] = True
    answer["runtime"] = (item.end - item.start).total_seconds()
    answer["playlistIndex"] = item.index
    answer["startDate"] = stamp(item.start)
    answer["endDate"] = stamp(item.end)
    if item.fill is Fill.FILM:
        answer["isSpecialFeature"] = True
    if info and (about := _info(item, origin)):
        answer["info"] = about
    return answer
