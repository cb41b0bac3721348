"""The numbers of the engine, written down once more: each was decided, none is a slip.

Other tests take a number from its module and try it from both sides; only here does it matter
which one it is.
"""

from datetime import timedelta
from types import ModuleType

import pytest

from downlink import access, client_log, house_file, limits, passes, policy
from downlink.provider import api
from downlink.publish import aired_log
from downlink.relay import channel, slate

MIB = 1_048_576
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

LIMITS = {
    "MIB": MIB,
    "MAX_FILE_BYTES": 64 * MIB,
    "MAX_MEMORY_BYTES": 1024 * MIB,
    "MAX_CHANNELS": 200,
    "MAX_GUIDE_CHANNELS": 20_000,
    "MAX_PROGRAMMES": 100_000,
    "MAX_XML_DEPTH": 16,
    "MAX_TITLE_CHARS": 500,
    "MAX_TEXT_CHARS": 5_000,
    "MAX_VALUE_CHARS": 200,
    "MAX_LIST_ITEMS": 40,
    "MAX_URL_CHARS": 2_048,
    "MAX_LINE_CHARS": 16_384,
    "MAX_GUIDE_DAYS": 14,
    "MAX_PAST_DAYS": 14,
    "MAX_FOLLOWS": 200,
    "MAX_SEEN": 1_000,
    "MAX_MARKS": 2_000,
    "MAX_PLAYLIST_BYTES": MIB // 2,
    "MAX_PLAYLIST_LINES": 12_000,
    "MAX_SEGMENTS": 2_000,
    "MAX_VARIANTS": 50,
    "MAX_BANDWIDTH": 8_000_000,
    "MAX_SEGMENT_BYTES": 16 * MIB,
    "MAX_SEGMENT_SECONDS": 60,
    "MIN_SEGMENT_SECONDS": 0.25,
    "MAX_REDIRECTS": 3,
    "MAX_ANNOUNCED": 2_000,
    "MAX_RULES": 100,
    "MAX_RECORDINGS": 5_000,
    "MAX_KEEP_LAST": 1_000,
    "MAX_TRACK_SEGMENTS": 50_000,
    "MAX_GAPS": 1_000,
    "MAX_PICTURE_BYTES": 5 * MIB,
    "MAX_HEAD_BYTES": 4 * MIB,
    "MAX_FRAGMENTS": 65_535,
}
POLICY = {
    "GENERATIONS_KEPT": 3,
    "HISTORY_KEPT": 60,
    "CHANNEL_GONE_AFTER_MISSES": 3,
    "NEW_CHANNELS_PER_REFRESH": 20,
    "UNKNOWN_CHANNELS_AT_ONCE": 60,
    "NUMBERS_GIVEN_AT_MOST": 380,
    "ONE_FILE_SETTLED_AFTER_LOOKS": 4,
    "LAST_FEED_TRUSTED_FOR": 3 * DAY,
    "CACHE_DROPPED_AFTER_FAILURES": 3,
    "LONGEST_PROGRAMME": DAY,
    "OPEN_END_REACHES": 3 * HOUR,
    "USUAL_LENGTH": 30 * MINUTE,
    "LONGEST_PAUSE": 15 * MINUTE,
    "SHORTEST_FILM": 70 * MINUTE,
    "FILLER_LENGTH": 2 * HOUR,
    "SAME_SLOT": 15 * MINUTE,
    "NIGHT": 12 * HOUR,
    "MOVED_AHEAD": 4 * HOUR,
    "MARKED_FOR": 2 * DAY,
    "AIRED_KEPT_FOR": 365 * DAY,
    "AIRED_BYTES": 24 * MIB,
    "NOTICED_WITHIN": 5 * MINUTE,
    "CLOCK_WAS_AHEAD": 2 * HOUR,
    "STARTED_WITHIN": 5 * MINUTE,
    "ANNOUNCED_KEPT_FOR": 2 * DAY,
    "MARATHON_LASTS": DAY,
    "MARATHON_PARTS": 100,
    "PAUSED_IN_MEMORY": 10 * MINUTE,
    "MIN_FREE": 2048 * MIB,
    "MIN_FREE_TO_PAUSE": 4096 * MIB,
    "MIN_FREE_TO_FINISH": 512 * MIB,
    "DISK_HANGS_AFTER": 60 * SECOND,
    "LATE_BY": 90 * SECOND,
    "OVERLAPS_BY": 2 * MINUTE,
    "SLACK": 15 * SECOND,
    "REPEATED_FROM": 30 * SECOND,
    "FORGOTTEN_AFTER": 30 * DAY,
}


@pytest.mark.parametrize(("module", "decided"), [(limits, LIMITS), (policy, POLICY)])
def test_each_number_is_the_one_that_was_decided(
    module: ModuleType, decided: dict[str, object]
) -> None:
    assert {name: value for name, value in vars(module).items() if name.isupper()} == decided


@pytest.mark.parametrize(
    ("module", "name", "decided"),
    [
        (access, "MAX_AGE", 18),
        (aired_log, "MAX_AIRED", 20_000),
        (client_log, "CLIENTS_KEPT", 50),
        (client_log, "REFUSED_KEPT", 20),
        (house_file, "VERSION", 1),
        (house_file, "MAX_FILE_BYTES", 25 * MIB),
        (house_file, "MAX_CONTENT_BYTES", 96 * MIB),
        (house_file, "MAX_LINE_BYTES", MIB),
        (house_file, "MAX_DEPTH", 12),
        (house_file, "MIN_PASSPHRASE", 8),
        (house_file, "MAX_PASSPHRASE", 256),
        (api, "MAX_CONCURRENT", 6),
        (api, "MAX_ANSWER_BYTES", 2 * MIB),
        (api, "MAX_REDIRECTS", 5),
        (slate, "NOTICE_SEGMENTS", 16),
        (slate, "_MAX_BYTES", 150_000),
        (channel, "MAX_VISITORS", 100),
        (passes, "MAX_PASSES", 32),
        (passes, "MAX_NAME", 50),
        (passes, "MAX_USERS", 50),
    ],
)
def test_each_number_that_a_module_keeps_for_itself(
    module: ModuleType, name: str, decided: int
) -> None:
    assert getattr(module, name) == decided
