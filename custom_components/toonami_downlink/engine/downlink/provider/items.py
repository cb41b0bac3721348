"""What upstream calls a media item, made into a programme; wrong types count as absent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ..models import Programme, Source
from ..text import clean_line, is_usable_url

_KINDS: Final = {"series": "Series", "movie": "Movie", "short": "Series"}
"""``mediaType`` to the category by which Plex and Jellyfin tell series from films."""


def programme_of(item: Any, block: str | None, source: Source) -> Programme | None:
    """Return the programme that an item describes; None when it has no usable start.

    ``stop == start`` where the item has no end. Source for the keys: answers of ``/playlist`` and
    ``/media``.
    """
    if not isinstance(item, Mapping):
        return None
    start = time_of(item.get("startDate"))
    if start is None:
        return None
    info = item.get("info")
    if not isinstance(info, Mapping):
        info = {}
    block = line_of(item.get("blockName")) or block
    title = line_of(info.get("fullname")) or line_of(item.get("name")) or block
    year = number_of(info.get("year"))
    image = line_of(info.get("image"))
    return Programme(
        start=start,
        stop=max(time_of(item.get("endDate")) or start, start),
        title=title or "",
        episode_title=line_of(info.get("episode")),
        episode=number_of(item.get("episodeNumber")),
        aired=str(year) if year and 1900 <= year <= 2100 else None,
        categories=_categories(item.get("mediaType")),
        block=block,
        image=image if image and is_usable_url(image) else None,
        source=source,
    )


def programmes_of_playlist(answer: Any) -> list[Programme]:
    """Return the programmes of an answer of ``/playlist``, in its order."""
    programmes: list[Programme] = []
    playlist = answer.get("playlist") if isinstance(answer, Mapping) else None
    for block in _list(playlist, "blocks"):
        name = line_of(block.get("name")) if isinstance(block, Mapping) else None
        for item in _list(block, "mediaList"):
            if programme := programme_of(item, name, Source.GUIDE):
                programmes.append(programme)
    return programmes


def _list(parent: Any, key: str) -> Iterator[Any]:
    found = parent.get(key) if isinstance(parent, Mapping) else None
    yield from found if isinstance(found, list) else ()


def _categories(kind: Any) -> tuple[str, ...]:
    category = _KINDS.get(kind) if isinstance(kind, str) else None
    return (category,) if category else ()


def line_of(value: Any) -> str | None:
    """Return a text without surplus white space; None for nothing and for other types."""
    if not isinstance(value, str):
        return None
    return clean_line(value)[0] or None


def number_of(value: Any) -> int | None:
    """Return a positive whole number, also from a text that is one."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 7:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < 1_000_000 else None


def time_of(value: Any) -> datetime | None:
    """Return an ISO time as UTC with whole seconds; without an offset it is taken as UTC."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        return time.astimezone(UTC).replace(microsecond=0)
    except OverflowError, ValueError:
        return None
