"""Where the fragments of a finished recording are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
import shutil
import struct
import subprocess

import pytest

from downlink.limits import MAX_FRAGMENTS, MAX_HEAD_BYTES
from downlink.recording.file_index import FileIndexError, Fragment, read_index

MADE = datetime(2026, 11, 26, 20, 0, 5, tzinfo=UTC)
SINCE_1904 = int((MADE - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
FFMPEG = shutil.which("ffmpeg")


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def mvhd(version: int = 0, made: int = SINCE_1904) -> bytes:
    times = struct.pack(">IIII" if version == 0 else ">QQIQ", made, made, 1000, 0)
    return box(b"mvhd", bytes((version, 0, 0, 0)) + times)


def sidx(
    references: Sequence[tuple[int, int]],
    *,
    version: int = 0,
    first: int = 0,
    timescale: int = 1000,
    count: int | None = None,
) -> bytes:
    head = struct.pack(">B3xII", version, 1, timescale)
    number = len(references) if count is None else count
    times = struct.pack(">II2xH" if version == 0 else ">QQ2xH", 0, first, number)
    rows = b"".join(struct.pack(">III", size, duration, 0) for size, duration in references)
    return box(b"sidx", head + times + rows)


HEAD = box(b"ftyp", b"isom") + box(b"moov", box(b"udta") + mvhd())
TWO = [(100, 6000), (200, 5500)]


def read(data: bytes) -> tuple[int, tuple[Fragment, ...], datetime | None]:
    index = read_index(BytesIO(data))
    return index.head, index.fragments, index.made


@pytest.mark.parametrize("version", [0, 1])
def test_index(version: int) -> None:
    index = sidx(TWO, version=version, first=32)
    begin = len(HEAD) + len(index) + 32
    assert read(HEAD + index + bytes(400)) == (
        len(HEAD),
        (Fragment(begin, 100, 0.0, 6.0), Fragment(begin + 100, 200, 6.0, 5.5)),
        MADE,
    )


def test_head_with_a_long_size() -> None:
    moov = mvhd(version=1)
    long = struct.pack(">I4sQ", 1, b"moov", len(moov) + 16) + moov
    head, fragments, made = read(long + sidx(TWO))
    assert (head, len(fragments), made) == (len(long), 2, MADE)


@pytest.mark.parametrize(
    ("moov", "made"),
    [
        pytest.param(b"", None, id="empty"),
        pytest.param(box(b"trak"), None, id="without"),
        pytest.param(mvhd(made=0), None, id="never"),
        pytest.param(mvhd(version=2), None, id="unknown"),
        pytest.param(mvhd().replace(b"mvhd\0", b"mvhd\2"), None, id="unknown, though readable"),
        pytest.param(struct.pack(">I4s", 0, b"free") + mvhd(), MADE, id="behind a box of no size"),
    ],
)
def test_time_that_may_not_be_known(moov: bytes, made: datetime | None) -> None:
    assert read(box(b"moov", moov) + sidx(TWO))[2] == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"#EXTM3U\n#EXT-X-VERSION:3\n",
        HEAD,
        HEAD + box(b"moof") + sidx(TWO),
        HEAD + box(b"mdat") + sidx(TWO),
        sidx(TWO) + HEAD,
        HEAD + sidx(TWO)[:-1],
        HEAD + sidx(TWO, count=3),
        HEAD + sidx([]),
        HEAD + sidx(TWO, timescale=0),
        HEAD + sidx([(0, 1)]),
        HEAD + sidx([(1, 0)]),
        HEAD + sidx([(1 << 31 | 5, 1)]),
        HEAD + box(b"free") * 64 + sidx(TWO),
        HEAD + struct.pack(">I4s", 7, b"free") + sidx(TWO),
        HEAD + struct.pack(">I4sQ", 1, b"free", 15) + sidx(TWO),
        box(b"moov", box(b"mvhd", b"\1")) + sidx(TWO),
        box(b"moov", mvhd(version=1, made=1 << 63)) + sidx(TWO),
    ],
    ids=lambda data: f"{len(data)}",
)
def test_no_index(data: bytes) -> None:
    with pytest.raises(FileIndexError):
        read_index(BytesIO(data))


@pytest.mark.parametrize(("extra", "is_read"), [(0, True), (1, False)])
def test_head_has_a_limit(extra: int, is_read: bool) -> None:
    content = mvhd() + bytes(MAX_HEAD_BYTES - len(mvhd()) + extra)
    data = box(b"moov", content) + sidx(TWO)
    if is_read:
        assert read(data)[2] == MADE
    else:
        with pytest.raises(FileIndexError, match="large"):
            read_index(BytesIO(data))


def test_as_many_fragments_as_can_be() -> None:
    assert len(read(HEAD + sidx([(1, 1)] * MAX_FRAGMENTS))[1]) == MAX_FRAGMENTS


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is part of Home Assistant's container")
def test_what_ffmpeg_writes(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    source = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=8", "-f", "lavfi", "-i", "sine")
    flags = "+frag_keyframe+empty_moov+default_base_moof+global_sidx"
    words = [str(FFMPEG), "-v", "error", "-nostdin", *source, "-t", "12", "-g", "16"]
    words += ["-metadata", f"creation_time={MADE:%Y-%m-%dT%H:%M:%SZ}", "-c:a", "aac"]
    words += ["-movflags", flags, "-min_frag_duration", "4000000", str(file)]
    subprocess.run(words, check=True)  # noqa: S603  # all of it is ours
    with file.open("rb") as opened:
        index = read_index(opened)
    assert index.made == MADE
    assert [round(one.duration) for one in index.fragments] == [4, 4, 4]
    data = file.read_bytes()
    assert data[4:8] == b"ftyp"
    assert [data[one.offset + 4 : one.offset + 8] for one in index.fragments] == [b"moof"] * 3

    part = tmp_path / "part.mp4"
    one = index.fragments[1]
    part.write_bytes(data[: index.head] + data[one.offset : one.offset + one.size])
    decode = [str(FFMPEG), "-v", "error", "-nostdin", "-i", str(part), "-f", "null", "-"]
    assert subprocess.run(decode, capture_output=True, check=True).stderr == b""  # noqa: S603
