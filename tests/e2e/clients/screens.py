"""Real players that watch a channel for as long as a context lasts, and what each has shown."""

from abc import ABC, abstractmethod
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
import os
from pathlib import Path
from typing import Final, Self, override

from playwright.sync_api import Page

from scripts.lib.develop.client import request
from scripts.lib.develop.home import HOST, ROOT, free_port
from scripts.lib.develop.processes import Child
from scripts.lib.develop.waiting import wait_for
from tests.simulator import counter

HLS_JS: Final = ROOT / "node_modules" / "hls.js" / "dist" / "hls.light.min.js"
WIDTH, HEIGHT = 160, 120
"""Of the pictures that are kept: large enough for the counter."""
_AS_NOBODY: Final = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
_SCALED: Final = ("-vf", f"scale={WIDTH}:{HEIGHT}:flags=area", "-pix_fmt", "gray")
_IMAGES: Final = ("-f", "image2", "-pattern_type", "glob")

_MPV_SCRIPT: Final = """\
local number = 0
mp.add_periodic_timer(0.5, function()
  local time = mp.get_property_number("time-pos")
  if time == nil then return end
  number = number + 1
  local name = string.format("%s/%05d-%.2f.png", "{folder}", number, time)
  mp.commandv("screenshot-to-file", name, "video")
end)
"""

_PAGE: Final = """\
<!doctype html>
<title>hls.js</title>
<script src="/hls.js"></script>
<video muted width="{width}" height="{height}"></video>
<script>
  const shown = [], wrong = [];
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas({width}, {height});
  const context = canvas.getContext("2d", {{ willReadFrequently: true }});
  const hls = new Hls();
  const recovers = location.search === "?recovers";
  hls.on(Hls.Events.ERROR, (_, error) => {{
    if (error.fatal && recovers) setTimeout(() => hls.startLoad(), 1000);
    else if (error.fatal) wrong.push(error.details);
  }});
  hls.loadSource(decodeURIComponent(location.hash.slice(1)));
  hls.attachMedia(video);
  video.addEventListener("ended", () => wrong.push("ended"));
  video.play();
  setInterval(() => {{
    if (video.readyState < 2) return;
    const time = video.currentTime;
    context.drawImage(video, 0, 0, {width}, {height});
    const pixels = context.getImageData(0, 0, {width}, {height}).data;
    const gray = Uint8Array.from({{ length: {width} * {height} }}, (_, at) => pixels[at * 4 + 1]);
    shown.push([time, gray.toBase64()]);
  }}, 500);
</script>
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was shown: its position in the simulated loop, in seconds.

    None is a picture without a counter, such as the notice that the signal is lost. `time` is
    when it is shown by the player's own clock for the stream, as far as it tells.
    """

    position: float | None
    time: float | None = None


class Player(ABC):
    """Something that plays; `shown` is what it has shown so far, in that order.

    `usual`: how far the picture goes on at most from one to the next of those that are kept, or
    from what the player's clock says, in seconds; more is a jump.
    `apart`: how far it does so if nothing is in the way, so how precisely a jump is known.
    """

    usual = 0.1
    apart = 0.1

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def shown(self) -> list[Shown]:
        """Return the pictures that were kept."""

    @abstractmethod
    def check(self) -> None:
        """Raise an error if it does not play any more."""

    def jumps(self, shown: Sequence[Shown]) -> list[float]:
        """Return how far the picture has jumped wherever it did not simply go on, in seconds.

        What was missed while there were pictures without a counter does not count.
        """
        found: list[float] = []
        for one, other in pairwise(shown):
            if one.position is None or other.position is None:
                continue
            step = counter.forward(one.position, other.position)
            if one.time is not None and other.time is not None:
                step = round(step - (other.time - one.time), 3)
                if abs(step) > self.usual:
                    found.append(step)
            elif not 0 <= step <= self.usual:
                found.append(step)
        return found

    @property
    def newest(self) -> float | None:
        """What it shows now."""
        shown = self.shown()
        return shown[-1].position if shown else None

    def wait_until_begun(self, patience: float = 60) -> None:
        """Wait until it shows a picture with a counter."""
        wait_for(lambda: self.newest is not None, f"{self.name} is dark", patience, self.hint)

    def wait_until(self, position: float, patience: float = 60) -> None:
        """Wait until it shows a picture of that position, or a later one."""

        def is_there() -> bool:
            self.check()
            newest = self.newest
            return newest is not None and counter.forward(position, newest) >= 0

        wait_for(is_there, f"{self.name} has not shown {position}", patience, self.hint)

    def hint(self) -> str:
        """Say more about what it does."""
        return f"It shows {self.newest}."


class Program(Player):
    """A player that is a process, with a folder of its own."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        super().__init__(name)
        self.folder = folder
        words = self._words(url)
        self.child = Child(name, words, log=folder / "output.log", cwd=folder)

    @abstractmethod
    def _words(self, url: str) -> Sequence[str]:
        """Return the command that plays an address."""

    @override
    def check(self) -> None:
        self.child.check()

    @override
    def hint(self) -> str:
        return f"{super().hint()} {self.child.tail()}"

    def __enter__(self) -> Self:
        self.child.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.child.stop()


class Decoder(Program):
    """An ffmpeg that decodes every picture as it comes."""

    @property
    def _file(self) -> Path:
        return self.folder / "pictures"

    @override
    def _words(self, url: str) -> Sequence[str]:
        words = ("ffmpeg", "-v", "warning", "-nostdin", "-i", url, "-map", "0:v", *_SCALED)
        output = ("-fps_mode", "passthrough", "-flush_packets", "1", "-f", "rawvideo")
        return (*words, *output, str(self._file))

    @override
    def shown(self) -> list[Shown]:
        size = WIDTH * HEIGHT
        data = self._file.read_bytes() if self._file.exists() else b""
        starts = range(0, len(data) - size + 1, size)
        return [Shown(_position(data[at : at + size])) for at in starts]

    @property
    @override
    def newest(self) -> float | None:
        size = WIDTH * HEIGHT
        if not self._file.exists():
            return None
        with self._file.open("rb") as file:
            whole = file.seek(0, os.SEEK_END) // size
            file.seek(max(whole - 1, 0) * size)
            return _position(file.read(size))


class Packets(Program):
    """An ffprobe that writes down the times of all packets."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        entries = ("-show_entries", "packet=stream_index,dts", "-of", "csv=p=0")
        return ("ffprobe", "-v", "error", *entries, url)

    @override
    def shown(self) -> list[Shown]:
        return []

    def times(self) -> dict[str, list[int]]:
        """Return the DTS of the packets (1/90 000 s) by the number of their stream."""
        found: dict[str, list[int]] = {}
        # The last line may not be whole.
        for line in self.child.log.read_text().split("\n")[:-1]:
            stream, _, ticks = line.rstrip(",").partition(",")
            if stream.isdecimal() and ticks.isdecimal():
                found.setdefault(stream, []).append(int(ticks))
        return found


class _Photographed(Program):
    """A player whose pictures are kept as files, at least two a second."""

    usual = 1.6
    apart = 0.5

    def __init__(self, name: str, url: str, folder: Path) -> None:
        super().__init__(name, url, folder)
        self._kept = folder / "kept"
        self._kept.mkdir()
        self._number = 0

    def _keep(self) -> list[Path]:
        """Put away what is whole: some players begin to count anew, and write over it."""
        files = sorted(self.folder.glob("*.png"), key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-1]:
            self._number += 1
            file.rename(self._kept / f"{self._number:05}-{file.name}")
        return sorted(self._kept.iterdir())

    @override
    def check(self) -> None:
        super().check()
        self._keep()

    @override
    def shown(self) -> list[Shown]:
        files = self._keep()
        if not files:
            return []
        found = counter.all_positions(str(self._kept / "*.png"), *_IMAGES)
        return [
            Shown(position, self._time(file)) for position, file in zip(found, files, strict=True)
        ]

    def _time(self, _file: Path) -> float | None:
        return None

    @property
    @override
    def newest(self) -> float | None:
        files = self._keep()
        return counter.read_image(files[-1].read_bytes()) if files else None


class Mpv(_Photographed):
    """An mpv without a screen, at the speed at which people watch."""

    usual = 0.5

    @override
    def _words(self, url: str) -> Sequence[str]:
        script = self.folder / "keep.lua"
        script.write_text(_MPV_SCRIPT.replace("{folder}", str(self.folder)))
        silent = ("--no-config", "--no-terminal", "--vo=null", "--ao=null")
        log = ("--log-file=mpv.log", "--screenshot-png-compression=1")
        return ("mpv", *silent, *log, f"--script={script}", url)

    @override
    def _time(self, file: Path) -> float | None:
        return float(file.stem.rpartition("-")[2])


class Vlc(_Photographed):
    """A VLC without a screen, as somebody else: it does not run for root."""

    @override
    def _words(self, url: str) -> Sequence[str]:
        self.folder.chmod(0o777)
        nobody = _AS_NOBODY if os.geteuid() == 0 else ()
        silent = ("--intf", "dummy", "--vout", "dummy", "--aout", "dummy")
        scene = ("--video-filter=scene", "--scene-format=png", "--scene-ratio=5")
        words = ("cvlc", "-v", *silent, *scene, f"--scene-path={self.folder}", url)
        return (*nobody, "env", f"HOME={self.folder}", *words)


class Screen(_Photographed):
    """What is on an X screen, whatever draws it: its address is ``:NUMBER``.

    `Shown.time` is by the clock of this machine.
    """

    @override
    def _words(self, url: str) -> Sequence[str]:
        grab = ("-f", "x11grab", "-draw_mouse", "0", "-framerate", "2", "-i", url)
        small = ("-vf", f"scale={2 * WIDTH}:{2 * HEIGHT}:flags=area", "-pix_fmt", "gray")
        output = ("-fps_mode", "passthrough", str(self.folder / "%06d.png"))
        return ("ffmpeg", "-v", "error", "-nostdin", *grab, *small, *output)

    @override
    def _time(self, file: Path) -> float | None:
        return file.stat().st_mtime

    @override
    def jumps(self, shown: Sequence[Shown]) -> list[float]:
        """Return how far it has gone back, or on by more than time has passed.

        Kodi's clock goes on while it waits for more, so the picture may have to catch up then.
        """
        found: list[float] = []
        for one, other in pairwise(_without_repeats(shown)):
            if one.position is None or other.position is None:
                continue
            step = counter.forward(one.position, other.position)
            beyond = round(step - ((other.time or 0) - (one.time or 0)), 3)
            if step < 0 or beyond > self.usual:
                found.append(min(step, beyond))
        return found


class HlsJs(Player):
    """hls.js in a page of a browser that has another origin than the stream."""

    usual = 0.5
    apart = 0.5

    def __init__(
        self, name: str, page: Page, site: str, url: str, *, recovers: bool = False
    ) -> None:
        """Begin to play; `recovers`: when it has given up, the page tells it to load again."""
        super().__init__(name)
        self._page = page
        self._shown: list[Shown] = []
        page.goto(f"{site}/index.html{'?recovers' if recovers else ''}#{url}")

    @override
    def shown(self) -> list[Shown]:
        self._shown += [
            Shown(_position(b64decode(gray)), time)
            for time, gray in self._page.evaluate("shown.splice(0)")
        ]
        return self._shown

    @override
    def check(self) -> None:
        wrong = self._page.evaluate("wrong")
        if wrong:
            raise AssertionError(f"{self.name}: {wrong}")


@contextmanager
def hls_js_site(folder: Path) -> Iterator[str]:
    """Serve a page with hls.js in it on loopback; yield its origin."""
    (folder / "hls.js").write_bytes(HLS_JS.read_bytes())
    (folder / "index.html").write_text(_PAGE.format(width=WIDTH, height=HEIGHT))
    port = free_port()
    words = ("python3", "-m", "http.server", "--bind", HOST, str(port))
    origin = f"http://{HOST}:{port}"
    with Child("Page", words, log=folder / "page.log", cwd=folder):
        wait_for(lambda: _answers(origin), "no page", 30)
        yield origin


def _without_repeats(shown: Sequence[Shown]) -> Iterator[Shown]:
    """Yield the first of each row of pictures that are the same one."""
    for one, row in groupby(shown, key=lambda picture: picture.position):
        yield Shown(one, next(row).time)


def _answers(origin: str) -> bool:
    try:
        return request("GET", f"{origin}/index.html").status == 200
    except OSError:
        return False


def _position(gray: bytes) -> float | None:
    number = counter.read(gray, WIDTH, HEIGHT)
    return None if number is None else number / counter.PICTURES_A_SECOND
