"""Programmes made complete with what recorders go by: what kind it is, and whether it is new."""

from collections.abc import Iterable
from dataclasses import replace
import re
from typing import Any, Final

from ..limits import MAX_LIST_ITEMS
from ..models import MOVIE, SERIES, Programme
from ..policy import SHORTEST_FILM

_KINDS: Final = frozenset({SERIES.casefold(), MOVIE.casefold()})
_FILM: Final = re.compile(r"(?:[a-z]{1,20} )?(?:film|movie)s?", re.IGNORECASE)
"""A category that says so in other words: *Feature Film*, *Movies*. *Film Noir* does not."""


def marked(programmes: Iterable[Programme], *, all_reruns: bool) -> list[Programme]:
    """The programmes with a kind among their categories, and as reruns where they are.

    `all_reruns`: whether the channel shows nothing else, so that what nobody calls new or a
    premiere is a rerun. Recorders take for new what is not marked at all.
    """
    return [_marked(one, all_reruns=all_reruns) for one in programmes]


def _marked(one: Programme, *, all_reruns: bool) -> Programme:
    changes: dict[str, Any] = {}
    if all_reruns and not (one.is_rerun or one.is_premiere or one.is_new):
        one = replace(one, is_rerun=True)
    if not any(category.casefold() in _KINDS for category in one.categories):
        changes["categories"] = (_kind(one), *one.categories)[:MAX_LIST_ITEMS]
    if one.first_shown and not _can_be(one.first_shown, one):
        changes["first_shown"] = None
    return replace(one, **changes) if changes else one


def _kind(one: Programme) -> str:
    if one.season or one.episode:
        return SERIES
    if any(map(_FILM.fullmatch, one.categories)):
        return MOVIE
    is_long = one.stop - one.start >= SHORTEST_FILM
    return MOVIE if is_long and not one.episode_title and not one.is_filler else SERIES


def _can_be(first_shown: str, one: Programme) -> bool:
    """Whether it can have been shown on that day: a rerun on one before this."""
    today = f"{one.start:%Y%m%d}"
    return first_shown < today if one.is_rerun else first_shown <= today
