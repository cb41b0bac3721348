"""Make what viewers see instead of a channel: artwork/slate*.svg as segments to be repeated.

One turn of the picture's animation is one segment, and whole frames of picture and of sound fit
into it, so that repeating it leaves no gap.
"""

from collections.abc import Iterator
from pathlib import Path
import subprocess
from typing import Final

from playwright.sync_api import Page

from custom_components.toonami_downlink.engine.downlink.relay.transport_stream import inspect

ROOT: Final = Path(__file__).parents[2]
TARGET: Final = ROOT / "custom_components/toonami_downlink/engine/downlink/relay"
FRAMES: Final = 48
RATE: Final = 25
SOUND_FRAMES: Final = 90
"""Of 1024 samples at 48 kHz: as long as the picture's, 1.92 s."""
MAX_BYTES: Final = 150_000
_PICTURE: Final = (
    *("-c:v", "libx264", "-profile:v", "main", "-level", "3.1", "-pix_fmt", "yuv420p"),
    *("-preset", "veryslow", "-tune", "animation", "-crf", "18", "-threads", "1"),
    *("-g", str(FRAMES), "-bf", "0", "-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv", "-sws_flags", "accurate_rnd"),
    *("-vf", "scale=out_color_matrix=bt709:out_range=tv"),
    # Without the encoder's own remarks.
    *("-bsf:v", "filter_units=remove_types=6"),
)
_SOUND: Final = ("-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "2")
_FORMAT: Final = (
    *("-metadata", "service_provider=Toonami Downlink"),
    *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
    *("-muxdelay", "0.5", "-f", "mpegts", "pipe:1"),
)
_SILENCE: Final = "anullsrc=channel_layout=stereo:sample_rate=48000"
_PING: Final = "aevalsrc=0.03*sin(2*PI*660*t)*exp(-7*t)*min(1\\,t*200):s=48000:d=3"
"""A soft tone that fades, at -30 dB: the radio is silent otherwise, as if it were broken."""


def render(page: Page) -> None:
    """Write all slates, and say how large they are."""
    from_pipe = ("-f", "image2pipe", "-framerate", str(RATE), "-c:v", "png", "-i", "pipe:0")
    sound = ("-f", "lavfi", "-i", _SILENCE)
    for name, says in (("slate", "Signal lost"), ("slate_closed", "Not now")):
        pictures = b"".join(draw(page, name))
        keep(f"{name}.ts", encode(says, *from_pipe, *sound, *_PICTURE, stdin=pictures))
    keep("slate_radio.ts", encode("Signal lost", "-f", "lavfi", "-i", _PING))


def draw(page: Page, name: str) -> Iterator[bytes]:
    """Yield a PNG of each moment of one turn."""
    svg = (ROOT / "artwork" / f"{name}.svg").read_text("utf-8")
    page.set_viewport_size({"width": 640, "height": 480})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:100vw}}</style>{svg}")
    for number in range(FRAMES):
        page.locator("svg").evaluate(
            "(svg, time) => { svg.pauseAnimations(); svg.setCurrentTime(time); }", number / RATE
        )
        yield page.screenshot()


def encode(service: str, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what ffmpeg makes of its inputs, for a service of that name."""
    command = (
        *("ffmpeg", "-v", "error", "-bitexact", *arguments, *_SOUND),
        *("-frames:a", str(SOUND_FRAMES), "-metadata", f"service_name={service}", *_FORMAT),
    )
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout  # noqa: S603


def keep(name: str, data: bytes) -> None:
    """Write a slate, if it can be repeated without a gap."""
    info = inspect(data)
    for kind, track in info.tracks.items():
        length = track.end - track.first
        if length != FRAMES * 90_000 // RATE:
            raise SystemExit(f"{name}: its {kind} lasts {length / 90_000} s.")
    if len(data) > MAX_BYTES:
        raise SystemExit(f"{name} has {len(data)} bytes, {MAX_BYTES} at most.")
    (TARGET / name).write_bytes(data)
    print(f"{(TARGET / name).relative_to(ROOT)}  {len(data)} bytes")
