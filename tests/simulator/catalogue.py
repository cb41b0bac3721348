"""Invented television: series, films, blocks and days, in the mix that the upstream broadcasts.

Nothing here exists. What is kept from the real line-up is only its shape: which fields an item
has, how long it runs, and how blocks follow each other through a day.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TOONAMI: Final = "Toonami Aftermath EST"
SNICK: Final = "Snickelodeon EST"
SCHEDULES: Final = (TOONAMI, SNICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A series (`episodes` > 0) or a film, and what upstream says about it."""

    name: str
    fullname: str = ""
    year: int = 0
    """0 where upstream gives none."""
    episodes: int = 26
    season_length: int = 13
    titled: bool = True
    """Whether an item carries its episode's title."""
    image: str = ".gif"
    """The ending of the picture's address, or nothing."""
    described: bool = True
    """Whether `/mediaInfo` knows it."""
    genres: tuple[str, ...] = ("Animation", "Adventure")
    rating: str = "TV-Y7"
    stars: float = 7.4
    made_by: tuple[str, ...] = (
        "Orla Finch",
        "Tomasz Bell",
        "7 more credits",
        "See full cast & crew",
    )
    other_name: str = ""
    """What `/mediaInfo` calls it, when that is something else."""

    @property
    def is_film(self) -> bool:
        """Whether it has no episodes."""
        return self.episodes == 0

    @property
    def title(self) -> str:
        """The name to look it up by."""
        return self.fullname or self.name


class Fill(StrEnum):
    """What a block is filled with."""

    SERIES = "series"
    FILM = "movie"
    SHORTS = "short"


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A block of a day's plan; `shows` are names from the catalogue."""

    name: str
    hours: float
    fill: Fill = Fill.SERIES
    shows: tuple[str, ...] = ()


def _film(name: str, **more: str | bool | float | tuple[str, ...]) -> Show:
    return Show(name=name, episodes=0, **more)  # type: ignore[arg-type]  # one table, many types


SHOWS: Final = (
    Show(name="Starfall Rangers", year=1996, episodes=52),
    Show(name="SFR Zero", fullname="Starfall Rangers: Zero Hour", year=1999, episodes=39),
    Show(name="Iron Comet", episodes=26, genres=("Animation", "SciFi"), stars=8),
    Show(name="Bits & Bolts", fullname="Bits & Bolts: The Series", year=1994, episodes=40),
    Show(name="Blade of Ninth Street", episodes=48, rating="TV-PG", genres=("Animation", "Action")),
    Show(name="Doctor Umbra", year=2001, episodes=20, rating="", image=".png"),
    Show(name="Kaze no Hana", episodes=26, other_name="Kaze no hana: 風の花", rating="TV-14"),
    Show(name='Captain "Comet" Ray', episodes=65, season_length=65),
    Show(name="Lunar Couriers", fullname="The Lunar Couriers", year=1998, episodes=30),
    Show(name="Neon Harbour", episodes=13, described=False),
    Show(name="Ghost Signal FM", episodes=36, titled=False, rating="TV-14"),
    Show(name="Team Tidal", fullname="Team Tidal: Deep Patrol", episodes=52, image=".jpg"),
    Show(name="Grandmaster Go", episodes=75, described=False, image=""),
    Show(name="Señor Sparks", episodes=24, genres=("Animation", "CertificateTVYFVAnimation")),
    Show(name="Basement Astronauts", episodes=32, rating="TV-MA", genres=("",)),
    Show(name="Verdant Nine", year=2003, episodes=44, stars=8.6),
    Show(name="Lockers", titled=False, episodes=60, image=".jpg", genres=("Comedy", "Family")),
    Show(name="Moose Lake High", titled=False, episodes=45, image=".jpg", genres=("Comedy",)),
    Show(name="Auntie Gravity", titled=False, episodes=72, image=".jpg", rating="TV-Y"),
    Show(name="The Slime Report", titled=False, episodes=50, image=".jpg", rating="Not Rated"),
    Show(name="Pickle & Pip", titled=False, year=1991, episodes=38, image=".jpg"),
    Show(name="Treehouse Tribunal", titled=False, episodes=26, image="", described=False),
    Show(name="Radio Rascals", titled=False, year=1964, episodes=90, image="", rating="TV-G"),
    Show(name="My Cousin the Cyclops", titled=False, episodes=20, image=".jpg", stars=6),
    Show(name="Captain Canal", titled=False, episodes=33, image=".jpg", genres=("GameShow",)),
    _film("Iron Comet - The Long Night", fullname="Iron Comet: The Long Night", image=".gif"),
    _film("Verdant Nine 2", fullname="Verdant Nine II: The Drowned Sky", year=2005),
    _film("Robot Holiday Special", described=False, image=""),
    _film("Couch Critics - Attack of the Beige", described=False, image=""),
    _film("Couch Critics - S04E11 - The Moon Dentist", described=False, image=""),
    _film(  # never on air: what upstream takes the shorts' block for
        "Couch Critics Shorts",
        other_name="Couch Critics: Shortfest",
        image="",
        genres=("",),
        made_by=(),
        rating="",
    ),
    _film("Symphony 2048", image=".gif", genres=("Music", "SciFi"), stars=7.9),
)

BY_NAME: Final = {show.name: show for show in SHOWS}
BY_TITLE: Final = {key: show for show in SHOWS for key in (show.name, show.title)}

_ACTION: Final = ("Starfall Rangers", "Bits & Bolts", "Iron Comet", 'Captain "Comet" Ray')
_EVENING: Final = ("Blade of Ninth Street", "SFR Zero", "Verdant Nine", "Lunar Couriers")
_NIGHT: Final = ("Ghost Signal FM", "Kaze no Hana", "Basement Astronauts", "Doctor Umbra")
_MORNING: Final = ("Team Tidal", "Señor Sparks", "Grandmaster Go", "Neon Harbour")
_SCHOOL: Final = ("Lockers", "Moose Lake High", "Auntie Gravity", "The Slime Report")
_CLASSIC: Final = ("Radio Rascals", "Treehouse Tribunal", "Pickle & Pip")
_ODD: Final = ("My Cousin the Cyclops", "Captain Canal", "Pickle & Pip", "Auntie Gravity")
_CRITICS: Final = (
    "Couch Critics - Attack of the Beige",
    "Couch Critics - S04E11 - The Moon Dentist",
)

WEEKDAY: Final = {
    TOONAMI: (
        BlockPlan("Arcade Rivals", 1.9, shows=_ACTION),
        BlockPlan("Launch Bay", 2.1, shows=_EVENING),
        BlockPlan("Sunday Colours", 1, shows=_MORNING),
        BlockPlan("Launch Bay", 2, shows=_ACTION),
        BlockPlan("Special: Feature Bay", 1, Fill.FILM, ("Iron Comet - The Long Night",)),
        BlockPlan("Sidekick City", 1, shows=("Señor Sparks", "Team Tidal")),
        BlockPlan("Launch Bay", 2, shows=_EVENING),
        BlockPlan("Ghost Orbit", 1, shows=("Ghost Signal FM", "Basement Astronauts")),
        BlockPlan("Midnight Relay", 2, shows=_NIGHT),
        BlockPlan("Pool's Closed", 2, shows=_NIGHT),
        BlockPlan("Couch Critics Shorts", 2, Fill.SHORTS),
        BlockPlan("Early Orbit", 6, shows=_MORNING),
    ),
    SNICK: (
        BlockPlan("After the Bell", 3, shows=_SCHOOL),
        BlockPlan("Slime Time", 3, shows=_ODD),
        BlockPlan("Saturday Every Day", 2, shows=_SCHOOL),
        BlockPlan("Nite Lamp 2", 4, shows=_CLASSIC),
        BlockPlan("Nite Lamp 3", 6, shows=_CLASSIC),
        BlockPlan("Breakfast Club Sandwich", 6, shows=_ODD),
    ),
}
WEEKEND: Final = {
    TOONAMI: (
        BlockPlan("Comic Cellar", 2, shows=_MORNING),
        BlockPlan("Kids' Deck", 2, shows=_ACTION),
        BlockPlan("Rising Tide", 2, shows=("Kaze no Hana", "Grandmaster Go")),
        BlockPlan("High Noon Toons", 2, shows=_EVENING),
        BlockPlan("Big Robot Hour", 2.3, shows=("Iron Comet", "Bits & Bolts")),
        BlockPlan("Launch Bay: Late Shift", 5.7, shows=_EVENING),
        BlockPlan("Special: Holiday on Deck", 1.6, Fill.FILM, ("Robot Holiday Special",)),
        BlockPlan("Special: Drowned Sky", 1.6, Fill.FILM, ("Verdant Nine 2",)),
        BlockPlan("Special: Symphony 2048", 1.1, Fill.FILM, ("Symphony 2048",)),
        BlockPlan("Afterglow", 4, Fill.FILM, _CRITICS),
    ),
    SNICK: (
        BlockPlan("Pyjama Parade", 4, shows=_ODD),
        BlockPlan("Slime Time", 4, shows=_SCHOOL),
        BlockPlan("Saturday Every Day", 6, shows=_ODD),
        BlockPlan("Nite Lamp Weekend", 16, shows=_CLASSIC),
    ),
}
OVERRUN: Final = BlockPlan("Couch Critics Shorts", 2, Fill.SHORTS)
"""What a weekend playlist still plays after the next one should have begun."""
