"""How patient a source is, and what it tells of which segment."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
import time
from typing import override

import pytest

from downlink.limits import MIB
from downlink.provider.tls import CertificateVerifier
from downlink.relay.download import Answer, Bounds, Downloader
from downlink.relay.errors import Reason
from downlink.relay.segment import Segment, TsTools
from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.segment_info import SegmentInfo
from downlink.relay.source import Listener, Origin, ResolutionBudget, Source

from .house import guard
from .station import USER_AGENT, as_it_is, mark_of, packets, read_marked, wall_clock

FAST_TIME = True
URL = "http://a.example/p.m3u8"


class Canned(Downloader):
    """Gives one playlist and its segment at once, and never answers again until it may."""

    def __init__(self, target: int, count: int = 1) -> None:
        super().__init__(guard(), CertificateVerifier(), USER_AGENT)
        self.target = target
        self.count = count
        self.may_go_on = asyncio.Event()
        self.playlists = 0
        self.bounds: list[Bounds] = []

    @override
    async def get(self, url: str, bounds: Bounds) -> Answer:
        self.bounds.append(bounds)
        if not url.endswith(".m3u8"):
            return Answer(packets(url), url)
        self.playlists += 1
        if self.playlists > 1:
            await self.may_go_on.wait()
        listed = "".join(
            f"#EXTINF:{self.target},\n{number}.ts\n"
            for number in range(self.count + self.playlists - 1)
        )
        return Answer(f"#EXTM3U\n#EXT-X-TARGETDURATION:{self.target}\n{listed}".encode(), url)


@dataclass
class Heard:
    """What a source told, with the loop time of each."""

    segments: list[tuple[float, Segment]] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    broken: list[tuple[float, Reason]] = field(default_factory=list)
    healed: int = 0

    def heal(self) -> None:
        self.healed += 1

    def listener(self) -> Listener:
        def now() -> float:
            return asyncio.get_running_loop().time()

        return Listener(
            on_segment=lambda segment: self.segments.append((now(), segment)),
            on_target=self.targets.append,
            on_broken=lambda reason: self.broken.append((now(), reason)),
            on_healed=self.heal,
        )


async def url() -> str:
    return URL


def source(
    downloader: Downloader,
    heard: Heard,
    *,
    slate: float = 4.0,
    resolve: Callable[[], Awaitable[str]] = url,
    tools: TsTools | None = None,
) -> Source:
    return Source(
        downloader,
        Origin(resolve, "http://mirror.example/p.m3u8"),
        ResolutionBudget(),
        lambda number: Segment(data=packets(f"slate {number}"), duration=slate),
        heard.listener(),
        now=wall_clock,
        tools=tools or TsTools(read_marked, as_it_is),
    )


async def run(one: Source, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await one.run()


@pytest.mark.parametrize("count", [1, 6])
async def test_budget_from_both_sides(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    now = 1000.0
    with monkeypatch.context() as patch:
        patch.setattr(loop, "time", lambda: now)
        budget = ResolutionBudget() if count == 6 else ResolutionBudget(count, 60.0)
        assert budget.take()
        now = 1010.0
        assert [budget.take() for _ in range(count)] == [True] * (count - 1) + [False]
        now = 1059.99
        assert not budget.take()
        now = 1060.0
        assert [budget.take(), budget.take()] == [True, False]
        now = 1070.0
        assert [budget.take() for _ in range(count)] == [True] * (count - 1) + [False]


async def test_upstream_has_ten_seconds_to_give_an_address() -> None:
    waited: list[float] = []

    async def hang() -> str:
        began = asyncio.get_running_loop().time()
        try:
            await asyncio.sleep(1e5)
        finally:
            waited.append(asyncio.get_running_loop().time() - began)
        return ""

    heard = Heard()
    one = source(Canned(2), heard, resolve=hang)
    await run(one, 15)
    assert 9.9 < waited[0] < 10.9  # it may begin a moment before it is asked
    assert one.reason is Reason.NO_ADDRESS


@pytest.mark.parametrize(
    ("target", "patience"),
    [
        pytest.param(1, 8.0, id="eight at least"),
        pytest.param(2, 9.0, id="three targets and three"),
        pytest.param(4, 15.0, id="longer"),
        pytest.param(8, 25.0, id="25 at most"),
        pytest.param(10, 25.0, id="the station's"),
        pytest.param(11, 27.5, id="two and a half targets"),
    ],
)
async def test_silence_until_the_slate(target: int, patience: float) -> None:
    heard = Heard()
    await run(source(Canned(target), heard), patience + 1.5)
    (last, first), *slates = heard.segments
    assert not first.is_slate
    ((broken, reason),) = heard.broken
    assert reason is Reason.SILENT
    assert patience <= broken - last < patience + 0.9
    assert [one.is_slate for _, one in slates] == [True, True]
    assert [one.discontinuity for _, one in slates] == [True, False]
    assert all(one.date for _, one in slates)


@pytest.mark.parametrize("target", [26, 30, 60])
async def test_between_long_segments_is_no_silence(target: int) -> None:
    downloader = Canned(target)
    downloader.may_go_on.set()
    heard = Heard()
    await run(source(downloader, heard), 3.5 * target)
    assert [one.is_slate for _, one in heard.segments] == [False] * 4
    assert heard.broken == []


class Late(Canned):
    """Gives three segments at their times, and then nothing."""

    TIMES = (0.0, 7.5, 8.1)

    @override
    async def get(self, url: str, bounds: Bounds) -> Answer:
        loop = asyncio.get_running_loop()
        if self.playlists == 0:
            self.began = loop.time()
            self.may_go_on.set()
        elif url.endswith(".m3u8") and self.playlists == len(self.TIMES):
            self.may_go_on.clear()
        elif not url.endswith(".m3u8"):
            await asyncio.sleep(self.began + self.TIMES[self.playlists - 1] - loop.time())
        return await super().get(url, bounds)


async def test_silence_is_as_long_after_a_picture_that_came_in_the_last_moment() -> None:
    heard = Heard()
    await run(source(Late(1), heard), 17.5)
    last = heard.segments[2][0]
    assert [one.is_slate for _, one in heard.segments[:4]] == [False, False, False, True]
    assert 8.0 <= heard.broken[0][0] - last < 8.9


async def test_silence_of_the_beginning_counts_from_there() -> None:
    downloader = Canned(2)
    downloader.playlists = 1
    heard = Heard()
    began = asyncio.get_running_loop().time()
    await run(source(downloader, heard), 18)
    assert 8 <= heard.broken[0][0] - began < 8.9
    first = heard.segments[0][0]
    pace = [round(at - first) for at, _ in heard.segments]
    # Two at once, and then each when the one before it is about to end.
    assert pace == [0, 0, 4, 8]
    assert heard.targets == []


async def test_picture_after_the_slate_begins_anew() -> None:
    downloader = Canned(2)
    heard = Heard()
    one = source(downloader, heard)
    asyncio.get_running_loop().call_later(12, downloader.may_go_on.set)
    await run(one, 14)
    picture = [segment for _, segment in heard.segments if not segment.is_slate]
    slates = [segment for _, segment in heard.segments if segment.is_slate]
    assert len(slates) == 2
    assert [segment.discontinuity for segment in picture[:2]] == [False, True]
    assert (heard.healed, len(heard.broken), one.reason) == (1, 1, None)


@pytest.mark.parametrize(
    ("target", "slate", "told"), [(2, 4.0, 4), (2, 2.5, 3), (4, 2.5, 4), (3, 3.0, 3)]
)
async def test_target_is_told_with_the_slate_in_mind(target: int, slate: float, told: int) -> None:
    heard = Heard()
    await run(source(Canned(target), heard, slate=slate), 1)
    assert heard.targets == [told]
    assert heard.healed == 0
    assert heard.broken == []


class Stuck(Canned):
    """Its second playlist has nothing new."""

    @override
    async def get(self, url: str, bounds: Bounds) -> Answer:
        if url.endswith(".m3u8") and self.playlists == 1:
            self.count -= 1
        return await super().get(url, bounds)


async def test_one_playlist_without_news_is_no_reason_to_ask_for_another() -> None:
    asked: list[str] = []

    async def resolve() -> str:
        asked.append(URL)
        return URL

    downloader = Stuck(2)
    downloader.may_go_on.set()
    one = source(downloader, Heard(), resolve=resolve)
    await run(one, 9)
    assert (asked, one.reason) == ([URL], None)


@pytest.mark.parametrize(("first", "then"), [(2, 6), (6, 2)])
async def test_longest_target_is_the_pace(first: int, then: int) -> None:
    downloader = Canned(first)
    downloader.may_go_on.set()
    asyncio.get_running_loop().call_later(1, setattr, downloader, "target", then)
    await run(source(downloader, Heard()), 21.5)
    # At 0 and 2, and then each six seconds; or at 0, 6, 12 and 18.
    assert downloader.playlists == (5 if first == 2 else 4)


async def test_what_cannot_be_joined_ends_the_attempt() -> None:
    def join(_data: bytes, _is_break: bool, _info: SegmentInfo | None) -> bytes:
        raise SegmentError(Flaw.TIMESTAMPS, "no way")

    heard = Heard()
    one = source(Canned(2), heard, tools=TsTools(read_marked, lambda: join))
    await run(one, 0.5)
    assert one.reason is Reason.CORRUPT
    assert heard.segments == []
    assert heard.targets == []


class Large(Canned):
    """Its second segment is so large that it is joined in a thread."""

    @override
    async def get(self, url: str, bounds: Bounds) -> Answer:
        answer = await super().get(url, bounds)
        return Answer(answer.body * 2000, url) if url.endswith("/1.ts") else answer


async def test_slate_waits_for_what_is_being_joined() -> None:
    """What is joined goes on from what was passed on before."""
    begun: list[str] = []
    done: list[str] = []

    def join(data: bytes, _is_break: bool, _info: SegmentInfo | None) -> bytes:
        begun.append(mark_of(data))
        if len(data) > MIB:
            time.sleep(0.2)
        done.append(mark_of(data))
        return data

    heard, downloader = Heard(), Large(2)
    one = source(downloader, heard, slate=0.02, tools=TsTools(read_marked, lambda: join))
    # The slate is on by then, and due each two hundredths of a second.
    asyncio.get_running_loop().call_later(10, downloader.may_go_on.set)
    await run(one, 11.5)
    assert begun == done == [mark_of(segment.data) for _, segment in heard.segments]
    pieces = [mark.rpartition("/")[2] for mark in done if "/" in mark]
    assert pieces[:2] == ["0.ts", "1.ts"]
    assert (len(heard.broken), heard.healed) == (1, 1)


async def test_bounds_of_what_a_pull_asks_for() -> None:
    """A segment may take three target durations; a playlist two, and at first eight seconds."""
    for target, silence in ((1, 2.0), (2, 2.0), (3, 3.0)):
        downloader = Canned(target)
        downloader.may_go_on.set()
        await run(source(downloader, Heard()), target + 1.5)
        first, segment, again = downloader.bounds[:3]
        assert (first.total, first.silence) == (8.0, 4.0)
        assert (segment.total, segment.silence) == (3 * silence, silence)
        assert (again.total, again.silence) == (2 * silence, silence)
        assert again == replace(first, total=2 * silence, silence=silence)
