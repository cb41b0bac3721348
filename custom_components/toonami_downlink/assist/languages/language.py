"""What a table of sentences holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The sentences of one language.

    They are written in Home Assistant's template syntax: ``(one|another)``, ``[may be left out]``.
    ``{channel}``, ``{programme}`` and ``{place}`` stand for the names that are known: a channel, a
    title, an area or a media player. A sentence with a name of which none is known is left out.
    """

    sentences: Mapping[str, tuple[str, ...]]
    """The sentences of each intent."""
    channel: str
    """What is said around the name of a channel, with ``{names}`` for the name."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What this language calls a channel beside its own names, by the channel's key."""
    has_blanks: bool = True
    """Whether words are written apart. If not, each blank in a sentence may be left out."""
