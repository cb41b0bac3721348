"""The picture counter measures other tests: it has to be read right, or not at all."""

from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
import subprocess

from playwright.sync_api import Browser
import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.programs import run
from tests.e2e.nodes import started
from tests.e2e.plain_vlc import PATIENCE, playing, shared_folder
from tests.simulator import counter, hls
from tests.simulator.loops import LOOP_SEGMENTS

pytestmark = pytest.mark.nightly
TWO_THAT_ADD_UP = next(
    (one, other)
    for one in range(100, 200)
    for other in range(4000, 4200)
    if (word := counter.word(one) & counter.word(other)) == counter.word(word >> 8)
)
"""Pictures whose black blocks together are those of a third."""
SHOW = """
url => new Promise((resolve, reject) => {
  setTimeout(reject, 60000, "it does not play");
  const video = Object.assign(document.createElement("video"), {
    crossOrigin: "anonymous", muted: true, src: url
  });
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
  video.addEventListener("error", () => reject(video.error.message));
  video.addEventListener("timeupdate", () => {
    if (video.currentTime < 1) return;
    canvas.getContext("2d").drawImage(video, 0, 0, 320, 240);
    try {
      resolve(canvas.toDataURL("image/png").split(",")[1]);
    } catch (error) {
      reject(error);
    }
  });
  document.body.replaceChildren(video);
  video.play();
})
"""
"""Play an address in a browser; return a picture of it, once a second has passed."""
EVERY = range(0, counter.PICTURES, 7)
CELLS = counter.COLUMNS * counter.ROWS


@pytest.fixture(scope="module")
def streaming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """An upstream in clear."""
    with started(tmp_path_factory.mktemp("streaming")) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def segment(streaming: Upstream) -> bytes:
    """Two seconds of television, as upstream sends them."""
    return last_segment(streaming, "est")


def last_segment(upstream: Upstream, slug: str) -> bytes:
    master = request("GET", f"{upstream.url}/{slug}/playlist.m3u8").body.decode()
    address = master.splitlines()[-1]
    newest = request("GET", address).body.decode().splitlines()[-1]
    answer = request("GET", f"{address.rpartition('/')[0]}/{newest}")
    assert answer.status == 200
    return answer.body


def converted(source: bytes, *output: str) -> bytes:
    """Let ffmpeg make something else of a segment."""
    words = ("ffmpeg", "-v", "error", "-i", "pipe:0", *output, "pipe:1")
    return subprocess.run(words, input=source, capture_output=True, check=True).stdout  # noqa: S603


def test_every_picture_is_read_as_itself() -> None:
    for number in EVERY:
        assert counter.read(counter.picture(number), counter.COLUMNS, counter.ROWS) == number


def test_pictures_say_the_same_to_people() -> None:
    assert counter.label(0) == "00:00.0"
    assert counter.label(599.9) == "09:59.9"


def test_any_wrong_block_is_noticed() -> None:
    good = counter.picture(1234)
    for block in range(24):
        left = 4 + 3 * block
        picture = bytearray(good)
        for row in range(25, 37):
            at = row * counter.COLUMNS + left
            picture[at : at + 3] = bytes(251 - value for value in picture[at : at + 3])
        assert counter.read(bytes(picture), counter.COLUMNS, counter.ROWS) is None


@pytest.mark.parametrize(
    "gray",
    [
        pytest.param(bytes(CELLS), id="black"),
        pytest.param(b"\xff" * CELLS, id="white"),
        pytest.param(bytes(number % 256 for number in range(CELLS)), id="stripes"),
        pytest.param(
            bytes(
                (one + other) // 2
                for one, other in zip(*map(counter.picture, TWO_THAT_ADD_UP), strict=True)
            ),
            id="two mixed",
        ),
    ],
)
def test_what_is_no_counter_is_not_read(gray: bytes) -> None:
    assert counter.read(gray, counter.COLUMNS, counter.ROWS) is None


def test_a_part_of_a_larger_picture() -> None:
    around = bytearray(b"\xc8" * (100 * 90))
    picture = counter.picture(777)
    for row in range(counter.ROWS):
        at = (row + 20) * 100 + 10
        around[at : at + counter.COLUMNS] = picture[row * counter.COLUMNS :][: counter.COLUMNS]

    assert counter.read(bytes(around), 100, 90) is None
    assert counter.read(bytes(around), 100, 90, (10, 20, counter.COLUMNS, counter.ROWS)) == 777


@pytest.mark.parametrize(
    "size",
    [
        pytest.param("scale=80:60:flags=area", id="small"),
        pytest.param("scale=200:150", id="thumbnail"),
        pytest.param("scale=1440:1080", id="large"),
        pytest.param("scale=1920:1080", id="stretched"),
        pytest.param("scale=800:600,pad=800:900:0:150", id="bars above and below"),
        pytest.param("scale=640:480,pad=1280:480:320:0", id="bars at the sides"),
        pytest.param("eq=brightness=0.1:contrast=0.7", id="pale"),
        pytest.param("eq=brightness=-0.1:contrast=1.3", id="dark"),
    ],
)
def test_a_screenshot_is_read(segment: bytes, size: str) -> None:
    (first, *_) = counter.positions("pipe:0", data=segment)
    shot = converted(segment, "-vf", size, "-frames:v", "1", "-c:v", "png", "-f", "image2pipe")

    assert counter.read_image(shot) == first


def test_a_poor_copy_is_read(segment: bytes) -> None:
    poor = ("-c:v", "libx264", "-b:v", "60k", "-vf", "scale=320:240", "-f", "mpegts")
    assert counter.positions("pipe:0", data=converted(segment, *poor)) == counter.positions(
        "pipe:0", data=segment
    )


def test_a_segment_has_all_its_pictures_and_its_tone(segment: bytes) -> None:
    seen = counter.positions("pipe:0", data=segment)

    assert len(seen) == 20
    assert set(counter.steps(seen)) == {0.1}
    number = round(seen[0]) // 2
    assert set(counter.tones("pipe:0", data=segment)) == {number % counter.TONES}


def test_radio_has_the_tone(streaming: Upstream) -> None:
    before = streaming.streams()["clock"]["newest"]
    heard = counter.tones("pipe:0", data=last_segment(streaming, "radio"))
    after = streaming.streams()["clock"]["newest"]

    assert heard[0] in {number % 300 % counter.TONES for number in range(before, after + 1)}


def test_silence_and_noise_have_no_tone() -> None:
    assert counter.read_tone(bytes(8000)) is None
    assert counter.read_tone(bytes(number * 7919 % 256 for number in range(8000))) is None


def test_steps_go_round_the_loop() -> None:
    seen = [599.9, 0.0, 0.1, 2.2, 1.9]

    assert list(counter.steps(seen)) == [0.1, 0.1, 2.1, -0.3]


@pytest.mark.waits
def test_the_stream_goes_on_over_the_end_of_its_loop(tmp_path: Path) -> None:
    with started(tmp_path, "--position", "596") as upstream:
        last = last_segment(upstream, "est")
        url = f"{upstream.url}/est/playlist.m3u8"
        seen = counter.positions(url, "-live_start_index", "0", "-t", "20")

    assert max(seen) > 599
    assert seen[-1] < 60
    assert set(counter.steps(seen)) == {0.1}
    number = round(counter.positions("pipe:0", data=last)[0]) // 2
    assert number > 290
    assert set(counter.tones("pipe:0", data=last)) == {number % counter.TONES}


def test_playlists_say_where_the_loop_begins_again() -> None:
    last = 7 * LOOP_SEGMENTS
    before, at, after = (
        hls.chunklist("x", hls.View(newest=last + more)).splitlines() for more in (-1, 0, 9)
    )

    assert "#EXT-X-DISCONTINUITY" not in before
    assert at[-3:-1] == ["#EXT-X-DISCONTINUITY", "#EXTINF:2.0,"]
    assert before[4] == at[4] == "#EXT-X-DISCONTINUITY-SEQUENCE:7"
    assert after[4] == "#EXT-X-DISCONTINUITY-SEQUENCE:8"


def test_what_a_player_shows_is_what_the_clock_says(streaming: Upstream, tmp_path: Path) -> None:
    before = streaming.streams()["clock"]
    words = ("--no-config", "--ao=null", "--vo=image", f"--vo-image-outdir={tmp_path}")
    run("mpv", *words, "--vo-image-format=png", "--frames=12", f"{streaming.url}/est/playlist.m3u8")
    shots = [counter.read_image(shot.read_bytes()) for shot in sorted(tmp_path.glob("*.png"))]
    seen = [shot for shot in shots if shot is not None]

    assert len(seen) >= 10
    assert all(abs(step - 0.1) < 0.01 for step in counter.steps(seen))
    # Players begin three segments before the newest, and the first has to be fetched.
    assert -12 < counter.forward(before["position"], seen[0]) < 12


def test_a_browser_shows_it_too(streaming: Upstream, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{streaming.control_url}/_sim/streams")
    before = streaming.streams()["clock"]
    shot = counter.read_image(b64decode(page.evaluate(SHOW, f"{streaming.url}/est/playlist.m3u8")))
    page.close()

    assert shot is not None
    assert -20 < counter.forward(before["position"], shot) < 20


def test_vlc_shows_it_too(streaming: Upstream) -> None:
    scene = ("--video-filter=scene", "--scene-format=png", "--scene-ratio=5")
    url = f"{streaming.url}/est/playlist.m3u8"
    with (
        shared_folder() as folder,
        playing(folder, url, *scene, f"--scene-path={folder}") as vlc,
    ):
        # The last one may not be whole yet.
        wait_for(lambda: len(list(folder.glob("*.png"))) > 3, "no pictures", PATIENCE, vlc.tail)
        files = sorted(folder.glob("*.png"))[:3]
        shots = [counter.read_image(file.read_bytes()) for file in files]

    assert None not in shots
    assert all(
        before is not None and after is not None and 0 < counter.forward(before, after) < 3
        for before, after in pairwise(shots)
    )
