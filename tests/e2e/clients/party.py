"""Several players that watch together."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self, override

from tests.e2e.clients.screens import Player, Program, Shown


class Copy(Program):
    """An ffmpeg that takes the stream and looks no further: one viewer more."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        output = ("-c", "copy", "-flush_packets", "1", "-f", "mpegts", str(self.folder / "copy.ts"))
        return ("ffmpeg", "-v", "error", "-nostdin", "-i", url, *output)

    @override
    def shown(self) -> list[Shown]:
        return []

    @property
    def has_begun(self) -> bool:
        """Whether it has got anything."""
        copy = self.folder / "copy.ts"
        return copy.exists() and copy.stat().st_size > 0


class Party:
    """Several players at once, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.players: list[Player] = []
        self._folder = folder
        self._stack = ExitStack()

    def invite[Kind: Program](self, kind: type[Kind], name: str, url: str) -> Kind:
        """Let a player begin to watch."""
        folder = self._folder / name.replace(" ", "-")
        folder.mkdir()
        player = kind(name, url, folder)
        self._stack.enter_context(player)
        self.players.append(player)
        return player

    def check(self) -> None:
        """Raise an error if one of them does not play any more."""
        for player in self.players:
            player.check()

    def leave(self) -> None:
        """Let all of them leave."""
        self._stack.close()
        self.players.clear()

    def __enter__(self) -> Self:
        """Begin without anybody."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave nobody behind."""
        self.leave()
