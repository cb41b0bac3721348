"""What a programme is, whatever the guide calls it today: keys that two airings share."""

from functools import lru_cache

from .models import Programme
from .text import fold


@lru_cache(maxsize=8192)
def show_key(title: str) -> str:
    """The key of a show: the letters and digits of its title, *Yu-Gi-Oh!* is ``yugioh``.

    A title without any is its own key.
    """
    return fold(title.replace("&", " and ")).replace(" ", "") or title.casefold()


def identity(programme: Programme) -> str:
    """The key of an episode: its show, and its number, or else its title, where it has any.

    Two airings with the same key show the same thing. What only has a title, such as a film, has
    the key of its show. A show's key has neither ``#`` nor ``:`` in it, unless its title has no
    letter and no digit.
    """
    show = show_key(programme.title)
    if programme.episode is not None:
        season = "" if programme.season is None else f"s{programme.season}"
        return f"{show}#{season}e{programme.episode}"
    if programme.episode_title:
        return f"{show}:{show_key(programme.episode_title)}"
    return show
