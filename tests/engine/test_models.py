"""What values and errors say about themselves."""

from datetime import UTC, datetime, timedelta
import inspect
import pickle

import pytest

from downlink import errors
from downlink.errors import DownlinkError, FeedError, ProviderError
from downlink.models import Cause, Channel, Feed, Programme, Progress, RefreshRecord, Source, Stage
from downlink.recording.model import Padding, Recording, State

NOW = datetime(2026, 10, 14, 12, tzinfo=UTC)


def programme(**fields: object) -> Programme:
    return Programme(start=NOW, stop=NOW, title="Show", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("aired", "year"), [(None, None), ("1999", 1999), ("199904", 1999), ("19990417", 1999)]
)
def test_year(aired: str | None, year: int | None) -> None:
    assert programme(aired=aired).year == year


def test_filler() -> None:
    assert [programme(source=source).is_filler for source in Source].count(True) == 1
    assert programme(source=Source.FILLER).is_filler


def test_channel_of_a_number() -> None:
    movies = Channel(key="m", name="M", number=6, guide_id="m.x", stream_url="http://a/")
    feed = Feed(made=NOW, channels=(movies,))
    assert feed.channel(6) is movies
    assert feed.channel(7) is None


def test_what_is_only_planned_has_no_size() -> None:
    planned = Recording(
        identity="0" * 16,
        number=1,
        channel="c",
        start=NOW,
        stop=NOW,
        programme=programme(),
        since=NOW,
    )
    assert (planned.state, planned.size, planned.gaps) == (State.PLANNED, 0, ())


def test_usual_padding() -> None:
    usual = Padding(before=timedelta(minutes=1), after=timedelta(minutes=3))
    assert Padding() == usual


def test_of_progress_nothing_is_known_at_first() -> None:
    assert Progress(Stage.STREAMS) == Progress(Stage.STREAMS, done=0, total=0)


@pytest.mark.parametrize(("error", "succeeded"), [(None, True), ("feed_refused", False)])
def test_record(error: str | None, succeeded: bool) -> None:
    record = RefreshRecord(
        started=NOW, finished=NOW + timedelta(seconds=2.5), cause=Cause.BUTTON, error=error
    )
    assert record.succeeded is succeeded
    assert record.duration == 2.5


ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DownlinkError)
]


def test_each_error_has_a_key_of_its_own() -> None:
    assert len({kind.key for kind in ERRORS}) == len(ERRORS)


def test_exit_codes() -> None:
    codes = {kind.exit_code for kind in ERRORS}
    assert codes == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("line", "text"), [(None, "guide: truncated"), (7, "guide, line 7: truncated")]
)
def test_feed_error_says_where(line: int | None, text: str) -> None:
    error = FeedError("guide", "truncated", line=line)
    assert str(error) == text
    assert (error.file, error.line, error.why) == ("guide", line, "truncated")


def test_provider_error_keeps_the_last_line() -> None:
    assert ProviderError("It ended with 3.", stderr="no route").stderr == "no route"


def test_values_can_be_copied_and_compared() -> None:
    copy = pickle.loads(pickle.dumps(programme(categories=("a",))))  # noqa: S301 # our own
    assert copy == programme(categories=("a",))
    assert hash(copy) == hash(programme(categories=("a",)))
