"""What is said in each language, and what it means.

A line of a table is: the intent | what is said | its slots. A channel is named by its number.
"""

from pathlib import Path
import re
from typing import Any, Final, NamedTuple

from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN

LANGUAGES: Final = ("de", "en", "es", "fr", "ja", "pt")
TITLES: Final = frozenset(
    (
        *("Trigun", "Dragon Ball Z", "Dragon Ball", "Samurai Jack", "The Big O", "Ren & Stimpy"),
        *("Mobile Suit Gundam 0083", "Blue Submarine No. 6", "Zoids: Chaotic Century"),
        *("Ranma 1/2", "G.I. Joe", "gen:LOCK"),
        *("Pokémon", "Yu-Gi-Oh!", "Rocko’s Modern Life", "¡Mucha Lucha!", "L’Œil du tigre"),  # noqa: RUF001  # as guides write
        *("鉄腕アトム", "ドラゴンボール改"),
        # Words that Assist itself uses.
        *("Turn Off the Lights", "Kitchen Lights", "Off", "Follow Me", "Licht aus!", "Die Küche"),
        *("Apaga las luces", "Éteins la lumière", "電気を消して", "Apague a luz"),
    )
)
AREAS: Final = frozenset(
    (
        *("Kitchen", "Living Room", "Küche", "Wohnzimmer", "Cocina", "Salón", "Cuisine", "Chambre"),
        *("Entrée", "Cozinha", "Sala", "居間", "台所", "Außenbereich"),
    )
)
PLAYERS: Final = frozenset(("TV", "Fernseher", "Bedroom Speaker"))

LEFT_ALONE: Final = {
    "de": ("Licht aus", "schalte das Licht in der Küche aus", "was steht auf der Einkaufsliste"),
    "en": ("turn off the lights", "turn on the kitchen lights", "what's on my shopping list"),
    "es": ("apaga las luces", "enciende la luz de la cocina", "qué hora es"),
    "fr": ("éteins la lumière", "allume la lumière de la cuisine", "quelle heure est-il"),
    "ja": ("電気を消して", "台所の電気をつけて", "今何時ですか", "Trigunを", "Trigunをください"),
    "pt": ("apague a luz", "acenda a luz da cozinha", "que horas são"),
}
"""What the house says otherwise, though some of it is the title of a programme."""


class Said(NamedTuple):
    """One line of a table."""

    language: str
    intent: str
    text: str
    slots: dict[str, Any]


def read_table(language: str) -> list[Said]:
    lines = (Path(__file__).parent / f"{language}.txt").read_text("utf-8").splitlines()
    return [_read(language, line) for line in lines]


def _read(language: str, line: str) -> Said:
    intent, text, slots = (part.strip() for part in line.split("|"))
    found = re.findall(r"(\w+)=(.+?)(?= \w+=|$)", slots)
    named = {
        name: {"value": _channel(value) if name == "channel" else value} for name, value in found
    }
    return Said(language, f"ToonamiDownlink{intent}", text, named)


def _channel(number: str) -> str:
    return next(known.name for known in KNOWN if known.number == int(number))
