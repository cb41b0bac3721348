"""What IMDb's pages say where they have nothing to say.

Upstream's data base is a copy of them, furniture included, and so is what other programs make of
it (upstream's `/mediaInfo`, and the guide of the Go program).
"""

import re
from typing import Final

_NO_PLOT: Final = re.compile(
    r"know what this is about\?|be the first (?:one )?to add a plot", re.IGNORECASE
)
_NO_NAME: Final = re.compile(
    r"[0-9]+ more credits?|see more.*|see full cast.*|imdbpro|add .*", re.IGNORECASE
)
_NO_TITLE: Final = re.compile(r"episode #?[0-9]{1,5}(?:\.[0-9]{1,5})?", re.IGNORECASE)
_NO_PICTURE: Final = re.compile(
    r"imdb_fb_logo|placeholder|media-amazon\.com/images/g/", re.IGNORECASE
)


def is_no_plot(text: str) -> bool:
    """Whether a description asks its reader to write one."""
    return _NO_PLOT.search(text) is not None


def is_no_name(text: str) -> bool:
    """Whether what stands among people leads to a list of them."""
    return _NO_NAME.fullmatch(text) is not None


def is_no_title(text: str) -> bool:
    """Whether an episode's title says no more than its number does."""
    return _NO_TITLE.fullmatch(text) is not None


def is_no_picture(url: str) -> bool:
    """Whether a picture is a logo, or an empty frame."""
    return _NO_PICTURE.search(url) is not None
