#!/usr/bin/env python3
"""A provider command that does one thing wrong: ``PYTHON bad_cli.py MODE run --m3u-output …``.

MODE ``@FILE`` reads the mode from a file at each run, so that one command can turn from good to
bad and back; ``good`` is the well-behaved stand-in beside this file.
"""

from collections.abc import Callable, Mapping
from itertools import cycle
import os
from pathlib import Path
import re
import signal
import sys
import time
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes import go_cli

MIB: Final = 1024 * 1024
HTML: Final = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1><br></body></html>\n"
LAST_WORDS: Final = "Error: failed to get channels: connection refused"
FOREVER: Final = 3600
EVIL_ENTRIES: Final = (
    'tvg-name="Movies",Movies\njavascript:alert(1)',
    'tvg-name="x",Evil one\r#EXTINF:-1,Injected\nhttp://evil.invalid/1',
    ',Evil two" tvg-logo="http://evil.invalid/logo\nhttp://evil.invalid/2',
    ",Evil three\u2028#EXTINF:-1,Injected\nhttp://evil.invalid/3|User-Agent=x",
    ",Evil four\x00\x1b[2J\nfile:///etc/passwd",
    ",--evil-five -i /etc/passwd\nhttp://evil.invalid/5 -i /etc/passwd",
    ',../../evil/six\nhttp://evil.invalid/6"onload="alert(1)',
    ",<script>alert(7)</script>\nhttp://user:secret@evil.invalid/7",
    ',<tv><channel id="evil"/></tv>&evil;\nhttps://evil.invalid/8',
    ",{{ 7 * 7 }} ${HOME} $(id) `id`\nhttps://evil.invalid/9",
)
"""What follows ``#EXTINF:-1``: channels that nobody knows, and one that everybody does."""
EVIL_TITLES: Final = (
    "One&#10;#EXTINF:-1,Injected&#10;http://evil.invalid/",
    "&quot; onmouseover=&quot;alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "]]&gt;&lt;/tv&gt;",
    "{{ states('sensor.secret') }}",
    "--flag=/etc/passwd",
    "../../../etc/passwd",
    "\u202egnp.exe\u2066",
    "long " * 20_000,
)

EVIL_VALUES: Final = tuple(
    f"<{tag}>{start}{filler * (2_000 // len(filler))}{end}</{tag.partition(' ')[0]}>"
    for tag, start, filler, end in (
        ('episode-num system="onscreen"', "S1", " ", "E2x"),
        ('episode-num system="onscreen"', "s1e1", "-1", "x"),
        ('episode-num system="xmltv_ns"', "1", " / ", "."),
        ('episode-num system="common"', "", "9", ""),
        ("date", "1999", "0", ""),
        ("star-rating", "<value>", "1", "/1.</value>"),
        ("rating", "<value>", " ", "x</value>"),
        ("desc", "&amp;#", "0", "&lt;br"),
        ("title", "", "\ufdfa", ""),
        ("category", "", "a ", ""),
    )
)
"""Two thousand characters where a few are usual."""


class Outputs:
    """Where the two files go, and how to write good ones."""

    def __init__(self, arguments: list[str]) -> None:
        self.playlist = Path(arguments[arguments.index("--m3u-output") + 1])
        self.guide = Path(arguments[arguments.index("--xmltv-output") + 1])
        self._arguments = arguments

    def write_good(self) -> None:
        """Do what the well-behaved one does."""
        go_cli.main(self._arguments)


def _exit3(outputs: Outputs) -> int:
    sys.stderr.write(f"starting\n{LAST_WORDS}\n")
    return 3


def _hang(outputs: Outputs) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(FOREVER)
    return 0


def _half(outputs: Outputs) -> int:
    outputs.write_good()
    guide = outputs.guide.read_bytes()
    outputs.guide.write_bytes(guide[: len(guide) // 2])
    return 0


def _empty(outputs: Outputs) -> int:
    outputs.playlist.write_text("#EXTM3U\n", "utf-8")
    outputs.guide.write_text('<tv date="2026-11-22"></tv>', "utf-8")
    return 0


def _html(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.guide.write_text(HTML, "utf-8")
    return 0


def _huge(outputs: Outputs) -> int:
    outputs.write_good()
    with outputs.guide.open("ab") as file:
        for _ in range(100):
            file.write(b" " * MIB)
    return 0


def _daemon(outputs: Outputs) -> int:
    """Leave a child behind that has left the process group and keeps the pipes open."""
    outputs.write_good()
    sys.stdout.flush()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            _hang(outputs)
        os._exit(0)
    return 0


def _swarm(outputs: Outputs) -> int:
    """Leave daemons behind of which each forks as soon as it is there, and ends."""
    outputs.write_good()
    for _ in range(3):
        if os.fork() == 0:
            while os.fork() == 0:
                os.setsid()
            os._exit(0)
    return 0


def _greedy(outputs: Outputs) -> int:
    outputs.write_good()
    return len(bytearray(4096 * MIB)) % 2


def _litter(outputs: Outputs) -> int:
    """Leave all sorts of other things in the folder beside good files."""
    outputs.write_good()
    folder = outputs.playlist.parent / ("deep/" * 50)
    folder.mkdir(parents=True)
    (folder / "link").symlink_to("/")
    os.mkfifo(folder / "pipe")
    folder.chmod(0)
    return 0


def _device(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.guide.unlink()
    outputs.guide.symlink_to("/dev/zero")
    return 0


def _folder(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.playlist.unlink()
    outputs.playlist.mkdir()
    return 0


def _bomb(outputs: Outputs) -> int:
    outputs.write_good()
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    head = f'<!DOCTYPE tv [<!ENTITY e0 "boom">{entities}]>'
    guide = outputs.guide.read_text("utf-8").replace("</tv>", "<programme>&e9;</programme></tv>")
    outputs.guide.write_text(head + guide, "utf-8")
    return 0


def _external(outputs: Outputs) -> int:
    outputs.write_good()
    head = '<!DOCTYPE tv [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    outputs.guide.write_text(head + outputs.guide.read_text("utf-8"), "utf-8")
    return 0


def _bytes(outputs: Outputs) -> int:
    """Put what is no UTF-8, and controls, into every title."""
    outputs.write_good()
    guide = outputs.guide.read_bytes()
    outputs.guide.write_bytes(guide.replace(b"</title>", b"\xff\xc0\x1b[31m\x00</title>"))
    return 0


def _injection(outputs: Outputs) -> int:
    """Bring channels, addresses and titles that want to be more than that."""
    outputs.write_good()
    entries = "".join(f"#EXTINF:-1 {rest}\n" for rest in EVIL_ENTRIES)
    with outputs.playlist.open("a", encoding="utf-8") as file:
        file.write(entries)
    guide = outputs.guide.read_text("utf-8")
    evil = cycle(EVIL_TITLES)
    guide = re.sub(r"(<title[^>]*>)[^<]*", lambda match: f"{match[1]}{next(evil)}", guide)
    guide = re.sub(r'(<icon src=")[^"]*', r"\1javascript:alert(1)", guide)
    guide = re.sub(r"(<image>)[^<]*", r"\1file:///etc/passwd", guide)
    outputs.guide.write_text(guide, "utf-8")
    return 0


def _values(outputs: Outputs) -> int:
    """Bring values that expressions for honest ones may take for ever to refuse."""
    outputs.write_good()
    evil = cycle(EVIL_VALUES)
    guide = outputs.guide.read_text("utf-8")
    guide = re.sub(r"</programme>", lambda match: f"{next(evil)}{match[0]}", guide)
    outputs.guide.write_text(guide, "utf-8")
    return 0


def _symlink(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.playlist.unlink()
    outputs.playlist.symlink_to("/etc/hostname")
    return 0


def _fifo(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.guide.unlink()
    os.mkfifo(outputs.guide)
    return 0


def _noise(outputs: Outputs) -> int:
    """Write 64 MiB to standard output, in long lines, before good files."""
    for _ in range(64):
        sys.stdout.write("noise " * (MIB // 6) + "\n")
    outputs.write_good()
    return 0


def _nothing(outputs: Outputs) -> int:
    return 0


def _good(outputs: Outputs) -> int:
    outputs.write_good()
    return 0


MODES: Final[Mapping[str, Callable[[Outputs], int]]] = {
    "good": _good,
    "exit3": _exit3,
    "hang": _hang,
    "half": _half,
    "empty": _empty,
    "html": _html,
    "huge": _huge,
    "daemon": _daemon,
    "swarm": _swarm,
    "greedy": _greedy,
    "litter": _litter,
    "device": _device,
    "folder": _folder,
    "bomb": _bomb,
    "external": _external,
    "bytes": _bytes,
    "injection": _injection,
    "values": _values,
    "symlink": _symlink,
    "fifo": _fifo,
    "noise": _noise,
    "nothing": _nothing,
}


def main(arguments: list[str]) -> int:
    """Run in the mode of the first argument."""
    mode, *rest = arguments
    if mode.startswith("@"):
        mode = Path(mode[1:]).read_text("utf-8").strip()
    if "run" not in rest:
        return go_cli.main(rest)
    return MODES[mode](Outputs(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
