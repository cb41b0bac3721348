"""Players: do they play what we tell them, by every address that they might make of it?"""

import os

import imageio_ffmpeg
import pytest

from scripts.lib.develop.feed import Access
from tests.e2e.clients.programs import probe, run
from tests.night import by_night

pytestmark = pytest.mark.waits("pictures")


def streams(access: Access, name: str) -> list[str]:
    """Return all addresses of a stream that have a name with an extension."""
    server, username, password = (access.xtream[key] for key in ("server", "username", "password"))
    prefix = f"{server}/api/toonami_downlink/xtream"
    return [
        f"{access.playlist_url.rpartition('/')[0]}/stream/{name}",
        *(
            f"{base}{live}/{username}/{password}/{name}"
            for base in (server, prefix)
            for live in ("/live", "")
        ),
    ]


@pytest.mark.parametrize(
    ("name", "container", "kinds"),
    by_night(
        [
            pytest.param("1.m3u8", "hls", ["audio", "video"], id="hls"),
            pytest.param("1.ts", "mpegts", ["audio", "video"], id="ts"),
            pytest.param("7.m3u8", "hls", ["audio"], id="radio-hls"),
            pytest.param("7.ts", "mpegts", ["audio"], id="radio-ts"),
        ],
        keep=["hls", "radio-ts"],
    ),
)
def test_old_ffprobe(access: Access, name: str, container: str, kinds: list[str]) -> None:
    for url in streams(access, name):
        assert probe(url) == {"container": container, "streams": kinds}


@pytest.mark.nightly
def test_a_name_without_extension_is_a_transport_stream(access: Access) -> None:
    for url in streams(access, "1")[1:]:
        assert probe(url)["container"] == "mpegts"


@pytest.mark.parametrize("name", by_night(["1.m3u8", "1.ts", "7.m3u8", "7.ts"], keep=["1.m3u8"]))
def test_new_ffmpeg(access: Access, name: str) -> None:
    """Since version 7.1.1 it refuses HLS whose name and type do not say so; and it verifies."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    for url in streams(access, name):
        run(ffmpeg, "-v", "error", "-i", url, "-t", "1", "-c", "copy", "-f", "null", "-")


@pytest.mark.parametrize("name", by_night(["1.m3u8", "1.ts", "7.m3u8"], keep=["1.ts"]))
def test_mpv(access: Access, name: str) -> None:
    words = ("--no-config", "--vo=null", "--ao=null", "--untimed", "--frames=25", "--end=2")
    for url in streams(access, name):
        done = run("mpv", *words, url)
        assert "AO: [null]" in done.stdout


@pytest.mark.parametrize("name", by_night(["1.m3u8", "1.ts"], keep=["1.m3u8"]))
def test_vlc(access: Access, name: str) -> None:
    # VLC does not run for root.
    drop = ("runuser", "-u", "nobody", "--") if os.geteuid() == 0 else ()
    dummies = ("--intf", "dummy", "--vout", "dummy", "--aout", "dummy")
    for url in streams(access, name)[:3]:
        done = run(*drop, "cvlc", "-vv", *dummies, "--run-time=2", url, "vlc://quit")
        assert "using audio decoder module" in done.stderr


@pytest.mark.nightly
def test_mpv_plays_the_playlist(access: Access) -> None:
    words = ("--no-config", "--vo=null", "--ao=null", "--untimed", "--length=1")
    done = run("mpv", *words, access.playlist_url)
    assert done.stdout.count("Playing: ") == 7
