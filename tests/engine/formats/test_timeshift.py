"""How players ask for what was on."""

from datetime import UTC, datetime, timedelta

import pytest

from downlink.formats.timeshift import LONGEST, read_length, read_start

AT = datetime(2026, 11, 26, 20, 30, tzinfo=UTC)
EPOCH = str(int(AT.timestamp()))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26:20-30",
        "2026-11-26_20-30",
        "2026-11-26:20:30",
        "2026-11-26 20:30:00",
        "2026-11-26T20:30:00Z",
        "2026-11-26:20-30-00",
        "202611262030",
        "20261126203000",
        EPOCH,
        f"{EPOCH}000",
    ],
)
def test_start(text: str) -> None:
    assert read_start(text) == AT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13-26:20-30",
        "2026-11-26:25-30",
        "2026-11-26",
        "2026-11-26:20",
        "0000-11-26:20-30",
        "²026-11-26:20-30",
        "-1764190800",
        "1764190800.5",
        "12345678",
        "9" * 12,
        "1" * 5000,
        "2026-11-26:20-30\n",
    ],
)
def test_no_start(text: str) -> None:
    assert read_start(text) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30", 30), ("30.5", 30.5), ("1440", 1440), ("1441", 1440), ("999999", 1440)],
)
def test_length(text: str, minutes: float) -> None:
    length = read_length(text, lambda count: timedelta(minutes=count))
    assert length == timedelta(minutes=minutes)
    assert length <= LONGEST


@pytest.mark.parametrize("text", ["", "0", "-5", "a", "1e9", "9999999", "inf", "٣"])
def test_no_length(text: str) -> None:
    assert read_length(text, lambda count: timedelta(minutes=count)) is None
