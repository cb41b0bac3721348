"""Make programmes of upstream's media items."""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from ..models import MOVIE, SERIES, Programme, Source
from ..policy import LONGEST_PROGRAMME
from .fields import Fields, Ignored, whole

_KINDS: Final = {"series": SERIES, "movie": MOVIE, "short": SERIES}
"""``mediaType`` to the category."""
_YEARS: Final = range(1900, 2101)


def programme_of(item: Fields, source: Source, block: str | None = None) -> Programme | None:
    """Return the programme that an item describes; None when it has no usable start.

    ``stop == start`` where the item has no end that can be believed, title "" where it has none.
    `block` is the one that the item lies in, for items that do not name theirs. Keys: upstream.md
    1.3 and 1.6.
    """
    start = item.time("startDate")
    if start is None:
        return None
    stop = item.time("endDate") or start
    # Such as the end of the year 9999, behind which there is no time for the West.
    if not timedelta() < stop - start <= LONGEST_PROGRAMME:
        stop = start
    info = item.child("info")
    block = item.text("blockName") or block
    title = info.text("fullname") or item.text("name") or block
    year = info.number("year")
    kind = _KINDS.get(item.text("mediaType") or "")
    is_premiere = bool(item.flag("rotationPremiere"))
    return Programme(
        start=start,
        stop=stop,
        title=title or "",
        episode_title=info.text("episode"),
        episode=item.number("episodeNumber"),
        aired=str(year) if year in _YEARS else None,
        categories=(kind,) if kind else (),
        block=block,
        image=info.address("image"),
        # Old programmes all; upstream marks what its rotation has not had yet.
        is_rerun=not is_premiere,
        is_premiere=is_premiere,
        source=source,
    )


def programmes_of_playlist(answer: Any, ignored: Ignored) -> list[Programme]:
    """Return the programmes of an answer of ``/playlist``, in its order."""
    return [
        programme
        for block in whole(answer, ignored).child("playlist").children("blocks")
        for item in block.children("mediaList")
        if (programme := programme_of(item, Source.GUIDE, block.text("name")))
    ]


_ITEM_KEYS: Final = (
    *("startDate", "endDate", "name", "blockName", "mediaType", "episodeNumber", "info"),
    "rotationPremiere",
)


def essence_of_playlist(answer: Any) -> Any:
    """Return an answer of ``/playlist`` with no more in it than `programmes_of_playlist` reads."""
    unused = Counter[str]()
    blocks = [
        {
            "name": block.data.get("name"),
            "mediaList": [
                {key: item.data[key] for key in _ITEM_KEYS if key in item.data}
                for item in block.children("mediaList")
            ],
        }
        for block in whole(answer, unused).child("playlist").children("blocks")
    ]
    return {"playlist": {"blocks": blocks}}
