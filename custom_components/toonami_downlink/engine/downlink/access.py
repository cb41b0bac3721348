"""Limits of access: at which hours something may be watched, and up to which age rating."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from .models import Programme

MAX_AGE: Final = 18
_GUIDANCE: Final = 10
"""Where a rating only wants parents to look themselves, and names no age."""
_AGES: Final = {
    **dict.fromkeys(["TV-Y", "TV-G", "G", "U", "L", "TP", "ATP"], 0),
    **dict.fromkeys(["TV-PG", "PG"], _GUIDANCE),
    **dict.fromkeys(["TV-MA", "R"], 17),
    **dict.fromkeys(["NC-17", "X", "XXX"], MAX_AGE),
}
"""The ages of ratings that are no numbers.

Sources: https://www.tvguidelines.org/ratings.html, https://www.filmratings.com/RatingGuide;
the British U, the Brazilian L, the French TP and the Argentine ATP are for all.
"""
_MOST_DIGITS: Final = 2
_OLDEST: Final = 21
"""A number above it is no age."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of each day, by the clock on the wall; over midnight when it ends before it begins."""

    begin: time
    end: time
    """Not the same as `begin`."""

    def are_open(self, at: datetime) -> bool:
        """Whether a time (aware, in the zone of the house) is in them; their end is not.

        Only the clock on the wall counts: an hour that is there twice, when the clocks go back,
        is the same both times, and one that is left out is missed by nobody.
        """
        now = at.time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Up to which age a programme may be rated."""

    age: int
    shows_unrated: bool = True
    """Whether that goes for what has no rating, too: most of what the station shows."""

    def allows(self, programme: Programme | None) -> bool:
        """Whether a programme may be seen; None is one that the guide does not know."""
        age = age_of(programme.rating) if programme else None
        return self.shows_unrated if age is None else age <= self.age


def age_of(rating: str | None) -> int | None:
    """Return from which age on something is, by its rating: 0 to 18; None when it has no age.

    Any system will do: ``TV-Y7``, ``TV-PG-DLV``, ``PG-13``, ``FSK 12``, ``16+``, ``12A``. Of
    several ages the highest counts.
    """
    if rating is None:
        return None
    text = rating.upper()
    if (age := _AGES.get(text)) is not None:
        return age
    digits = "".join(one if one in "0123456789" else " " for one in text).split()
    ages = [int(one) for one in digits if len(one) <= _MOST_DIGITS and int(one) <= _OLDEST]
    if ages:
        return min(max(ages), MAX_AGE)
    words = "".join(one if one.isalpha() or one == "-" else " " for one in text).split()
    # Behind a hyphen is what a programme is rated so for.
    heads = (word[: word.find("-", len("TV-"))] for word in words if word.count("-") > 1)
    known = [_AGES[word] for word in (*words, *heads) if word in _AGES]
    return max(known, default=None)
