"""When the schedule fires, above all on the two days when the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from downlink.cron import last_run, next_run, validate
from downlink.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")  # 2026: skips 02:00-03:00 on 29 March, repeats it on 25 October
NEW_YORK = ZoneInfo("America/New_York")  # 2026: 02:00-03:00 on 8 March, 01:00-02:00 on 1 November
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # by half an hour
HAVANA = ZoneInfo("America/Havana")  # at midnight


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def runs(expression: str, first: str, zone: ZoneInfo, count: int) -> list[str]:
    """The next runs after a moment in UTC, in UTC."""
    found: list[datetime] = []
    after = utc(first)
    for _ in range(count):
        after = next_run(expression, after.astimezone(zone))
        found.append(after)
    return [f"{run:%d %H:%M}" for run in found]


@pytest.mark.parametrize(
    ("expression", "first", "zone", "expected"),
    [
        pytest.param(
            "0 3 * * *",
            "2026-03-27T12:00",
            BERLIN,
            ["28 02:00", "29 01:00", "30 01:00"],
            id="daily in spring",
        ),
        pytest.param(
            "0 3 * * *",
            "2026-10-23T12:00",
            BERLIN,
            ["24 01:00", "25 02:00", "26 02:00"],
            id="daily in autumn",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-03-27T12:00",
            BERLIN,
            ["28 01:30", "29 01:00", "30 00:30"],
            id="02:30 in spring: once, right after the skip",
        ),
        pytest.param(
            "30 2 * * *",
            "2026-10-23T12:00",
            BERLIN,
            ["24 00:30", "25 00:30", "26 01:30"],
            id="02:30 in autumn: once, the first time",
        ),
        pytest.param(
            "0 * * * *",
            "2026-03-28T23:30",
            BERLIN,
            ["29 00:00", "29 01:00", "29 02:00"],
            id="hourly in spring",
        ),
        pytest.param(
            "0 * * * *",
            "2026-10-24T23:30",
            BERLIN,
            ["25 00:00", "25 01:00", "25 02:00"],
            id="hourly in autumn",
        ),
        pytest.param(
            "0,30 2,3 * * *",
            "2026-03-28T12:00",
            BERLIN,
            ["29 01:00", "29 01:30", "30 00:00"],
            id="several skipped times are one run",
        ),
        pytest.param(
            "30 1 * * *",
            "2026-11-01T00:00",
            NEW_YORK,
            ["01 05:30", "02 06:30"],
            id="01:30 in New York's autumn",
        ),
        pytest.param(
            "15 2 * * *",
            "2026-10-03T00:00",
            LORD_HOWE,
            ["03 15:30", "04 15:15"],
            id="a clock that moves by half an hour",
        ),
        pytest.param(
            "30 0 * * *",
            "2026-03-07T12:00",
            HAVANA,
            ["08 05:00", "09 04:30"],
            id="a clock that skips midnight",
        ),
        pytest.param("0 12 * * mon", "2026-10-14T00:00", BERLIN, ["19 10:00"], id="names of days"),
        pytest.param(
            "0 0 29 2 *", "2026-10-14T00:00", ZoneInfo("UTC"), ["29 00:00"], id="leap day"
        ),
    ],
)
def test_runs(expression: str, first: str, zone: ZoneInfo, expected: list[str]) -> None:
    assert runs(expression, first, zone, len(expected)) == expected


def test_a_run_in_the_repeated_hour_is_over() -> None:
    # 00:50 UTC is 02:50 for the first time, 01:10 UTC is 02:10 for the second time.
    for after in ("2026-10-25T00:50", "2026-10-25T01:10"):
        assert runs("30 2 * * *", after, BERLIN, 1) == ["26 01:30"]
        assert last_run("30 2 * * *", utc(after).astimezone(BERLIN)) == utc("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param("2026-10-14T01:00", "2026-10-14T01:00", id="at the very moment"),
        pytest.param("2026-10-14T00:59:59", "2026-10-13T01:00", id="a second earlier"),
        pytest.param("2026-03-29T01:00", "2026-03-29T01:00", id="as the clock changes"),
    ],
)
def test_last_run(before: str, expected: str) -> None:
    assert last_run("0 3 * * *", utc(before).astimezone(BERLIN)) == utc(expected)


def test_last_run_that_was_skipped_by_the_clock() -> None:
    assert last_run("30 2 * * *", utc("2026-03-29T01:00").astimezone(BERLIN)) == utc(
        "2026-03-29T01:00"
    )


def test_runs_are_in_utc() -> None:
    now = datetime(2026, 10, 14, 12, tzinfo=BERLIN)
    assert next_run("0 3 * * *", now).tzinfo is UTC
    assert last_run("0 3 * * *", now).tzinfo is UTC


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("", id="empty"),
        pytest.param("0 3 * *", id="four fields"),
        pytest.param("0 0 3 * * *", id="seconds"),
        pytest.param("@daily", id="nickname"),
        pytest.param("60 3 * * *", id="minute 60"),
        pytest.param("0 24 * * *", id="hour 24"),
        pytest.param("0 3 32 * *", id="day 32"),
        pytest.param("0 3 * 13 *", id="month 13"),
        pytest.param("0 3 * * 8", id="weekday 8"),
        pytest.param("*/0 3 * * *", id="step 0"),
        pytest.param("5-1 3 * * *", id="range the wrong way round"),
        pytest.param("a b c d e", id="words"),
        pytest.param("0 3 30 2 *", id="30 February"),
        pytest.param("0 3 31 4,6,9,11 *", id="31 in short months"),
        pytest.param("0 0 * 2 mon#5,xyz", id="nonsense in a list"),
        pytest.param("0 3 L/L * *", id="no step"),
        pytest.param("1" * 5000 + " 3 * * *", id="very long"),
        pytest.param("٣ 3 * * *", id="other digits"),
    ],
)
def test_refused(expression: str) -> None:
    for ask in (
        lambda: validate(expression),
        lambda: next_run(expression, datetime(2026, 1, 1, tzinfo=BERLIN)),
        lambda: last_run(expression, datetime(2026, 1, 1, tzinfo=BERLIN)),
    ):
        with pytest.raises(UsageError) as caught:
            ask()
        assert len(str(caught.value)) < 400


def test_what_never_fires_is_refused() -> None:
    first_or_last_day_that_is_a_second_monday = "0 0 */30 * mon#2"
    for ask in (next_run, last_run):
        with pytest.raises(UsageError, match="never fires"):
            ask(first_or_last_day_that_is_a_second_monday, datetime(2026, 1, 1, tzinfo=BERLIN))


def test_accepted() -> None:
    for expression in ("0 3 * * *", " */15  * * * * ", "0 0 1 jan *", "0 4 L * *", "5 4 * * 5L"):
        validate(expression)


@given(st.text(st.sampled_from("0123456789*/,-#LW MONFEB?@"), max_size=20))
def test_any_text_is_accepted_or_refused(expression: str) -> None:
    try:
        validate(expression)
    except UsageError:
        return
    run = next_run(expression, datetime(2026, 1, 1, tzinfo=UTC))
    assert last_run(expression, run) == run


@given(
    expression=st.sampled_from(
        ["0 3 * * *", "30 2 * * *", "0 * * * *", "15,45 1-3 * * *", "*/20 2 * * *", "30 */2 * * *"]
    ),
    zone=st.sampled_from([BERLIN, NEW_YORK, HAVANA]),
    start=st.sampled_from(["2026-03-06", "2026-03-28", "2026-10-24", "2026-10-31"]),
    seconds=st.integers(0, 3 * 86400),
)
def test_last_and_next_run_agree(expression: str, zone: ZoneInfo, start: str, seconds: int) -> None:
    now = (utc(start) + timedelta(seconds=seconds)).astimezone(zone)
    last, following = last_run(expression, now), next_run(expression, now)
    assert last <= now < following
    assert next_run(expression, last.astimezone(zone)) == following
    assert last_run(expression, following.astimezone(zone)) == following
    assert last_run(expression, (following - timedelta(seconds=1)).astimezone(zone)) == last
