"""One channel's programmes put in order: sorted, without duplicates, overlaps and open ends."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
import re
from typing import Any, Final, NamedTuple

from ..boilerplate import is_no_name, is_no_picture, is_no_plot, is_no_title
from ..models import Fix, Programme
from ..network import may_lead_to
from ..policy import LONGEST_PAUSE, LONGEST_PROGRAMME, OPEN_END_REACHES, USUAL_LENGTH
from ..text import clean_line, clean_text, unescape
from ..timeline import on_air, upcoming

_NO_RATING: Final = frozenset({"not rated", "unrated", "n/a"})
_NO_DAY: Final = re.compile(r"([0-9]{4})0101")
"""The Go program's spelling of a year (upstream.md 3.15)."""


class _Placed(NamedTuple):
    start: datetime
    run: int
    position: int
    programme: Programme
    resumes: datetime
    """When the same run goes on after a pause; the end of the programme if there is none."""

    @property
    def is_open(self) -> bool:
        return self.programme.stop == self.start

    def gives_way_to(self, other: _Placed) -> bool:
        """Whether it starts while a programme of a later run is on, or runs into its next."""
        return self.run < other.run and (
            self.start < other.programme.stop or self.start < other.resumes < self.programme.stop
        )

    def ending(self, stop: datetime) -> _Placed:
        return self._replace(programme=replace(self.programme, stop=stop))


def in_order(programmes: Iterable[Programme], fixes: Counter[Fix]) -> list[Programme]:
    """The programmes sorted, with different starts and no overlaps. Counts in `fixes`.

    Where two overlap, the one that starts later wins; of two at one start the one that says more,
    or else the later. An exception: upstream lays whole playlists
    end to end and the last items of one may overrun the start of the next (upstream.md 1.3). In
    the order of the file that is a step back in time; what comes after it wins as a whole.
    ``stop == start`` remains where the end is not known and nothing follows soon.
    """
    kept: list[_Placed] = []
    for one in sorted(_place(_distinct(programmes, fixes), fixes), key=lambda one: one[:3]):
        if kept and kept[-1].start == one.start:
            fixes[Fix.OVERLAP] += 1
            if kept[-1].run == one.run and _richness(kept[-1]) > _richness(one):
                continue
            kept.pop()
        elif kept and one.gives_way_to(kept[-1]):
            fixes[Fix.OVERLAP] += 1
            continue
        elif kept and kept[-1].programme.stop > one.start:
            kept[-1] = kept[-1].ending(one.start)
            fixes[Fix.OVERLAP] += 1
        kept.append(one)
    for index, (one, following) in enumerate(pairwise(kept)):
        if one.is_open and following.start - one.start <= OPEN_END_REACHES:
            kept[index] = one.ending(following.start)
    return [one.programme for one in kept]


def _richness(placed: _Placed) -> tuple[bool, int, int]:
    """How much a programme says of itself."""
    one = placed.programme
    told = (one.episode_title, one.description, one.season, one.episode, one.aired, one.rating)
    lists = (one.categories, one.credits, one.image, one.stars is not None)
    plot = len(one.description or "")
    return bool(one.title), sum(map(bool, (*told, *lists))), plot


def _distinct(programmes: Iterable[Programme], fixes: Counter[Fix]) -> list[Programme]:
    """Without exact duplicates and our own filler; ends that cannot be are unknown ends."""
    distinct: dict[Programme, None] = {}
    for programme in programmes:
        if programme.is_filler:
            continue
        if programme in distinct:
            fixes[Fix.DUPLICATE] += 1
            continue
        distinct[programme] = None
    usable: list[Programme] = []
    for programme in distinct:
        if timedelta() < programme.stop - programme.start <= LONGEST_PROGRAMME:
            usable.append(programme)
        else:
            fixes[Fix.UNKNOWN_END] += 1
            usable.append(replace(programme, stop=programme.start))
    return usable


def _place(programmes: Sequence[Programme], fixes: Counter[Fix]) -> list[_Placed]:
    """Number the runs without a step back in time, and find the pauses within them."""
    placed: list[_Placed] = []
    run = 0
    for position, one in enumerate(programmes):
        resumes = one.stop
        steps_back = False
        if position + 1 < len(programmes):
            following = programmes[position + 1].start
            steps_back = following < one.start
            if one.start < one.stop < following <= one.stop + LONGEST_PAUSE:
                resumes = following
        placed.append(_Placed(one.start, run, position, one, resumes))
        run += steps_back
    fixes[Fix.UNSORTED] += run
    return placed


def with_ends(programmes: Sequence[Programme], old: Sequence[Programme]) -> list[Programme]:
    """Give each programme whose end is still not known the one that `old` suggests, or a guess.

    `programmes` is as `in_order` leaves it, `old` the same channel in the last feed.
    """
    closed = list(programmes)
    for index, one in enumerate(programmes):
        if one.stop == one.start:
            stop = _suggested_end(one.start, old)
            following = programmes[index + 1 : index + 2]
            closed[index] = replace(one, stop=min([stop, *(two.start for two in following)]))
    return closed


def _suggested_end(start: datetime, old: Sequence[Programme]) -> datetime:
    same = on_air(old, start)
    if same and same.start == start and not same.is_filler:
        return same.stop
    following = next(iter(upcoming(old, start)), None)
    if following and not following.is_filler and following.start - start <= OPEN_END_REACHES:
        return following.start
    return start + USUAL_LENGTH


def tidy(programme: Programme, stream_url: str) -> Programme:
    """Texts as they were meant, and none that stands for nothing.

    Some programs escape what is escaped already; placeholder plots, titles, days, ratings and
    pictures go. So does a picture that would lead whoever sees the guide to a machine in the house,
    unless the channel's stream comes from there as well.
    """
    programme = _unescaped(programme)
    changes: dict[str, Any] = {}
    if programme.episode and is_no_title(programme.episode_title or ""):
        changes["episode_title"] = None
    if year := _NO_DAY.fullmatch(programme.aired or ""):
        changes["aired"] = year[1]
    if programme.description and is_no_plot(programme.description):
        changes["description"] = None
    if programme.rating and programme.rating.casefold() in _NO_RATING:
        changes["rating"] = changes["rating_system"] = None
    if programme.image and (
        is_no_picture(programme.image) or not may_lead_to(programme.image, stream_url)
    ):
        changes["image"] = None
    people = tuple(one for one in programme.credits if not is_no_name(one.name))
    if len(people) < len(programme.credits):
        changes["credits"] = people
    return replace(programme, **changes) if changes else programme


def _unescaped(programme: Programme) -> Programme:
    one = programme
    people = (each.name for each in one.credits)
    texts = (one.title, one.episode_title, one.description, one.block, *one.categories, *people)
    if not any(map(_is_escaped, texts)):
        return one
    return replace(
        one,
        title=_line(one.title) or one.title,
        episode_title=_line(one.episode_title),
        description=clean_text(unescape(one.description or ""))[0] or None,
        block=_line(one.block),
        categories=tuple(dict.fromkeys(filter(None, map(_line, one.categories)))),
        credits=tuple(replace(each, name=_line(each.name) or each.name) for each in one.credits),
    )


def _is_escaped(text: str | None) -> bool:
    return text is not None and ("&" in text or "<" in text)


def _line(text: str | None) -> str | None:
    return clean_line(unescape(text))[0] or None if text else None
