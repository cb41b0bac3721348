"""Who asked for what lately, by which name, and how often that may be wrong."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.engine.downlink.client_log import (
    CLIENTS_KEPT,
    ClientLog,
    Outcome,
    RequestKind,
    player_name,
)
from custom_components.toonami_downlink.views.rate_limit import (
    ADDRESSES_KEPT,
    FAILURES_ALLOWED,
    WINDOW_SECONDS,
    RateLimit,
)

from .harness import NOW


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("TiviMate/5.1.0 (Android 12)", "TiviMate"),
        ("IPTVSmartersPlayer", "IPTV Smarters"),
        ("VLC/3.0.18 LibVLC/3.0.18", "VLC"),
        ("Kodi/20.1 (X11; Linux x86_64) App_Bitness/64 Version/20.1", "Kodi"),
        ("Jellyfin-Server/10.11.0", "Jellyfin"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/150.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (X11) AppleWebKit/537 Chrome/150.0 Safari/537 Edg/150.0", "Edge"),
        ("Lavf/59.27.100", "FFmpeg"),
        ("Dalvik/2.1 okhttp/4.9.2", "Android app"),
        ("SomePlayer 3/1.0 (x)", "SomePlayer 3"),
        ("", "?"),
        ("   ", "?"),
        ("<script>alert(1)</script>", "?"),
        ("Name\x1b[31m", "Name"),
        ("x" * 10_000, "x" * 40),
    ],
)
def test_player_name(user_agent: str, name: str) -> None:
    assert player_name(user_agent) == name


def test_records_are_grouped(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    log = ClientLog()
    log.record("10.0.0.1", "VLC/3", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    log.record("10.0.0.1", "VLC/3", RequestKind.GUIDE, Outcome.OK)
    log.record("10.0.0.2", "VLC/3", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    assert [item.address for item in log.with_old_credentials] == ["10.0.0.2", "10.0.0.1"]
    freezer.tick(60)
    log.record("10.0.0.1", "VLC/4", RequestKind.PLAYLIST, Outcome.OK)
    assert [(item.address, item.kind, item.outcome, item.count) for item in log.records] == [
        ("10.0.0.1", RequestKind.PLAYLIST, Outcome.OK, 2),
        ("10.0.0.2", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS, 1),
        ("10.0.0.1", RequestKind.GUIDE, Outcome.OK, 1),
    ]
    assert (log.records[0].when - NOW).total_seconds() == 60
    # Somebody who has come back with the new ones is no longer a problem.
    assert [item.address for item in log.with_old_credentials] == ["10.0.0.2"]


def test_only_the_newest_are_kept() -> None:
    log = ClientLog()
    for number in range(CLIENTS_KEPT * 3):
        log.record(f"10.0.0.{number}", "VLC", RequestKind.PLAYLIST, Outcome.OK)
    assert len(log.records) == CLIENTS_KEPT
    assert log.records[0].address == f"10.0.0.{CLIENTS_KEPT * 3 - 1}"


class Clock:
    """A loop's clock."""

    now = 1000.0


@pytest.fixture
def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(hass.loop, "time", lambda: clock.now)
    return clock


async def test_the_guard_counts_by_address_and_minute(hass: HomeAssistant, clock: Clock) -> None:
    rate_limit = RateLimit(hass)
    assert [rate_limit.fail("10.0.0.1", "VLC") for _ in range(FAILURES_ALLOWED)] == [None] * 20
    assert rate_limit.fail("10.0.0.1", "VLC") == 60
    clock.now += 12.5
    assert rate_limit.fail("10.0.0.1", "VLC") == 48
    assert rate_limit.fail("10.0.0.2", "VLC") is None
    clock.now += WINDOW_SECONDS
    assert rate_limit.fail("10.0.0.1", "VLC") is None


async def test_the_guard_says_so_once_a_minute(
    hass: HomeAssistant, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rate_limit = RateLimit(hass)
    for number in range(30):
        rate_limit.fail(f"10.0.0.{number}", "VLC")
    clock.now += WINDOW_SECONDS
    rate_limit.fail("10.0.0.99", "Kodi")
    lines = [item.getMessage() for item in caplog.records if "credentials" in item.getMessage()]
    assert len(lines) == 2
    assert "Refused 1 request(s)" in lines[0]
    assert "Refused 30 request(s)" in lines[1]
    assert "10.0.0.99 (Kodi)" in lines[1]


async def test_the_guard_forgets_the_oldest(hass: HomeAssistant, clock: Clock) -> None:
    rate_limit = RateLimit(hass)
    for _ in range(FAILURES_ALLOWED):
        rate_limit.fail("10.0.0.1", "VLC")
    for number in range(ADDRESSES_KEPT):
        rate_limit.fail(f"address {number}", "VLC")
    assert rate_limit.fail("10.0.0.1", "VLC") is None
