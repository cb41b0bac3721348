"""Which player asked for what lately: in which order, how often, and how much is kept."""

from datetime import UTC, datetime

import pytest

from downlink.client_log import (
    CLIENTS_KEPT,
    REFUSED_KEPT,
    ClientLog,
    ClientRecord,
    Outcome,
    RequestKind,
    player_name,
)

OK, REFUSED, OLD = Outcome.OK, Outcome.REFUSED, Outcome.OLD_CREDENTIALS
GUIDE, PLAYLIST = RequestKind.GUIDE, RequestKind.PLAYLIST


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("downlink.client_log.time", clock)
    return clock


def addresses(records: tuple[ClientRecord, ...]) -> list[str]:
    return [one.address for one in records]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("TiviMate/5.1.0 okhttp/4", "TiviMate"),
        ("IPTVSmartersPlayer", "IPTV Smarters"),
        ("Televizo", "Televizo"),
        ("OTT Navigator/1.7", "OTT Navigator"),
        ("OTTNavigator/1.7", "OTT Navigator"),
        ("SparkleTV", "Sparkle TV"),
        ("iMPlayer/2", "iMPlayer"),
        ("IPTVnator/0.15 Chrome/150", "IPTVnator"),
        ("XStreamity", "XStreamity"),
        ("Dispatcharr/0.5", "Dispatcharr"),
        ("Threadfin", "Threadfin"),
        ("Jellyfin-Server/10.11.0", "Jellyfin"),
        ("Emby/4", "Emby"),
        ("PlexMediaServer", "Plex"),
        ("ChannelsDVR", "Channels DVR"),
        ("Channels DVR", "Channels DVR"),
        ("Kodi/20.1", "Kodi"),
        ("TVHeadend/4", "Tvheadend"),
        ("VLC/3 Lavf/59", "VLC"),
        ("libmpv", "mpv"),
        ("mpv/0.40", "mpv"),
        ("Lavf/59.27.100", "FFmpeg"),
        ("ffmpeg", "FFmpeg"),
        ("streamlink/6", "Streamlink"),
        ("ExoPlayer okhttp", "ExoPlayer"),
        ("Dalvik/2.1 okhttp/4.9.2", "Android app"),
        ("AppleCoreMedia/1.0", "Apple player"),
        ("curl/8", "curl"),
        ("Wget/1", "Wget"),
        ("HomeAssistant/2026.11 Python/3.14", "Home Assistant"),
        ("Python-urllib", "Python"),
        ("Firefox/140", "Firefox"),
        ("Chrome/150 Safari/537 Edg/150", "Edge"),
        ("Chrome/150 Safari/537", "Chrome"),
        ("Version/18 Safari/605", "Safari"),
        ("  Some.Box +x-1 /2", "Some.Box +x-1"),
        ("x" * 41, "x" * 40),
        ("\N{SNOWMAN}", "?"),
        ("", "?"),
    ],
)
def test_a_player_is_known_by_its_user_agent(user_agent: str, name: str) -> None:
    assert player_name(user_agent) == name


def test_a_word_counts_as_long_as_all_of_it_is_looked_at() -> None:
    assert player_name("-" * (512 - 3) + "vlc") == "VLC"
    assert player_name("-" * (512 - 2) + "vlc") == "-" * 40


def test_a_record_as_the_panel_gets_it(clock: Clock) -> None:
    log = ClientLog()
    clock.now = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
    log.record("192.0.2.1", "VLC/3", GUIDE, OK)
    assert [one.as_dict() for one in log.records] == [
        {
            "address": "192.0.2.1",
            "player": "VLC",
            "asked": "guide",
            "result": "ok",
            "when": "2026-11-26T12:00:00+00:00",
            "count": 1,
        }
    ]


def test_who_asks_again_is_one_record_and_the_newest(clock: Clock) -> None:
    log = ClientLog()
    log.record("a", "VLC/3", GUIDE, OLD)
    clock.now += 1
    log.record("b", "VLC/3", GUIDE, OK)
    clock.now += 1
    log.record("a", "VLC/4", GUIDE, OK)
    clock.now += 1
    log.record("a", "VLC/4", GUIDE, Outcome.BUSY)
    assert [(one.address, one.outcome, one.timestamp, one.count) for one in log.records] == [
        ("a", Outcome.BUSY, 1_003.0, 3),
        ("b", OK, 1_001.0, 1),
    ]


@pytest.mark.parametrize(
    "other", [("b", "VLC", GUIDE), ("a", "Kodi", GUIDE), ("a", "VLC", PLAYLIST)], ids=str
)
def test_another_address_player_or_thing_is_a_record_of_its_own(
    other: tuple[str, str, RequestKind],
) -> None:
    log = ClientLog()
    log.record("a", "VLC", GUIDE, OK)
    log.record(*other, OK)
    assert [one.count for one in log.records] == [1, 1]


def test_of_one_moment_the_last_is_the_first(clock: Clock) -> None:
    log = ClientLog()
    for address, outcome in (("a", REFUSED), ("b", OK), ("c", REFUSED), ("d", OK)):
        log.record(address, "", GUIDE, outcome)
    assert addresses(log.records) == ["d", "b", "c", "a"]
    clock.now += 1
    log.record("a", "", GUIDE, REFUSED)
    assert addresses(log.records) == ["a", "d", "b", "c"]


def test_only_the_last_request_tells_of_old_credentials() -> None:
    log = ClientLog()
    for address, outcome in (("a", OLD), ("b", OK), ("c", REFUSED), ("d", OLD), ("d", OK)):
        log.record(address, "", GUIDE, outcome)
    assert addresses(log.with_old_credentials) == ["a"]


def test_requests_that_were_refused_are_counted_and_no_others() -> None:
    log = ClientLog()
    assert log.refused == 0
    for outcome in Outcome:
        log.record("a", "", GUIDE, outcome)
    assert log.refused == 1
    log.record("a", "", GUIDE, REFUSED)
    assert log.refused == 2


@pytest.mark.parametrize(("outcome", "kept"), [(OK, CLIENTS_KEPT), (REFUSED, REFUSED_KEPT)])
def test_one_too_many_costs_who_has_not_asked_for_longest(
    clock: Clock, outcome: Outcome, kept: int
) -> None:
    log = ClientLog()
    for number in range(kept):
        clock.now += 1
        log.record(str(number), "", GUIDE, outcome)
    assert len(log.records) == kept
    log.record("0", "", GUIDE, outcome)
    assert len(log.records) == kept
    clock.now += 1
    log.record("new", "", GUIDE, outcome)
    found = addresses(log.records)
    assert (len(found), found[0]) == (kept, "new")
    assert set(found) == {"new", "0", *map(str, range(2, kept))}


def test_who_makes_up_secrets_pushes_out_nobody_of_the_house() -> None:
    log = ClientLog()
    for number in range(CLIENTS_KEPT):
        log.record(f"house {number}", "", GUIDE, OLD)
    for number in range(REFUSED_KEPT + 1):
        log.record(f"other {number}", "", GUIDE, REFUSED)
    assert len(log.records) == CLIENTS_KEPT + REFUSED_KEPT
    assert len(log.with_old_credentials) == CLIENTS_KEPT
    assert log.refused == REFUSED_KEPT + 1
