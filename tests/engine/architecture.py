"""Who may import whom: the table of `test_architecture`.

A module's name here is its path below the integration's folder, with dots. `RULES` names what each
part may import beside itself; what no rule allows is forbidden.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2] / "custom_components" / "toonami_downlink"
ENGINE: Final = "engine.downlink"
LOADED_BY_NAME: Final = frozenset(
    (
        *("backup", "binary_sensor", "button", "calendar", "event", "sensor", "todo"),
        *("diagnostics", "intent", "llm", "media_source", "repairs", "system_health"),
    )
)
"""What Home Assistant looks for under these names, and loads when it likes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one part of the integration may import beside itself, and why not more."""

    part: str
    may_import: tuple[str, ...]
    because: str


def engine(part: str, *may_import: str, because: str) -> Rule:
    return Rule(f"{ENGINE}.{part}", tuple(f"{ENGINE}.{name}" for name in may_import), because)


VALUES: Final = ("models", "errors", "limits", "policy", "text")
"""What every part of the engine may use."""
FEED_READERS: Final = tuple(
    f"{ENGINE}.{name}"
    for name in (
        *VALUES,
        *("client_log", "formats", "lineup", "publish.history", "publish.publication"),
        *("publish.store.Generation", "publish.refresh.logo_url", "timeline", "description"),
        *(
            "airings",
            "identity",
            "access",
            "passes",
            "publish.aired_log.Aired",
            "publish.aired_log.MAX_AIRED",
        ),
        *("announced", "announcements", "follows", "recording"),
    )
)
"""What those may use that read the published feed: its values, and questions to them."""
STANDS_ON: Final = (
    *("const", "coordinator", "storage", "refreshing", "streaming", "passes.manager"),
)

RULES: Final = (
    engine("models", because="values stand on nothing"),
    engine("errors", because="errors stand on nothing"),
    engine("limits", because="numbers stand on nothing"),
    engine("policy", because="numbers stand on nothing"),
    engine("text", "limits", because="text knows limits only"),
    engine("files", "errors", because="files know errors only"),
    engine("boilerplate", because="texts are told by their words only"),
    engine("cron", "errors", because="a schedule knows no feed"),
    engine("client_log", because="who asked for what has to do with no feed"),
    engine("lineup", "models", "text", because="the line-up knows channels only"),
    engine("identity", "models", "text", because="what is shown is told by its values only"),
    engine(
        "airings",
        *("models", "policy", "identity", "lineup", "timeline"),
        because="when something is on again is told by the guide and the line-up",
    ),
    engine(
        "follows",
        *(*VALUES, "airings", "identity"),
        because="what is followed is found in the guide alone",
    ),
    engine(
        "announced",
        *(*VALUES, "airings", "follows"),
        because="what was announced is told by what is followed",
    ),
    engine(
        "announcements",
        *(*VALUES, "airings", "announced", "follows"),
        because="what is announced is told by what is followed and the time",
    ),
    engine("access", "models", because="whether something may be watched is told by its values"),
    engine(
        *("passes", "access", "errors", "models", "text"),
        because="a pass chooses among channels, and knows no more",
    ),
    engine("short_codes", because="a code is made of chance only"),
    engine("player_secrets", because="what a secret looks like has to do with no feed"),
    engine(
        *("old_address", "limits", "player_secrets", "short_codes"),
        because="an address is told by the secrets that can be in it",
    ),
    engine("house_file", "limits", because="a file is sealed whatever is in it"),
    engine("timeline", "models", because="questions to a guide need its values only"),
    engine("description", "models", because="a programme is described by its values only"),
    engine("formats", *VALUES, "timeline", because="formats read and write, and decide nothing"),
    engine(
        "ingest",
        *(*VALUES, "boilerplate", "formats", "lineup", "network", "timeline"),
        because="the ingest knows no disk and no process, and connects to nothing",
    ),
    engine("process", *VALUES, because="a provider is run without a look at what it writes"),
    engine(
        "publish",
        *(*VALUES, "files", "formats", "ingest", "lineup", "process", "timeline"),
        *("airings", "identity", "passes"),
        because="a refresh leads from the provider's process to the disk, past no network",
    ),
    engine(
        "provider",
        *(*VALUES, "boilerplate", "files", "formats", "lineup", "network"),
        because="the bundled provider is a program like any other: it knows nothing of its caller",
    ),
    engine("network", "errors", because="addresses are judged without a look at what is there"),
    engine(
        "relay",
        *(*VALUES, "files", "network", "provider.tls", "provider.streams"),
        because="the relay knows streams, not the feed",
    ),
    engine(
        "recording",
        "formats.xtream",
        *(*VALUES, "airings", "files", "follows", "identity", "lineup", "relay", "timeline"),
        *("process.fed", "process.orphans"),
        because="what is recorded is told by the guide and the rules, and comes from the relay",
    ),
    Rule(
        "engine",
        (f"{ENGINE}.provider.cli", f"{ENGINE}.publish.ingest_worker"),
        "the folder that is run only starts the provider or the ingest",
    ),
    Rule("places", ("const",), "an address of the panel is made of numbers"),
    Rule("const", (), "names and defaults stand on nothing of ours"),
    Rule(
        "storage",
        (
            "const",
            *(f"{ENGINE}.{name}" for name in (*VALUES, "lineup", "publish.history", "identity")),
            *(f"{ENGINE}.{name}" for name in ("publish.aired_log", "publish.aired_file")),
            *(f"{ENGINE}.ingest.past.AiredByChannel", f"{ENGINE}.timeline", f"{ENGINE}.follows"),
            *(f"{ENGINE}.announced", f"{ENGINE}.recording", f"{ENGINE}.files"),
            *(f"{ENGINE}.passes", f"{ENGINE}.short_codes"),
            *(f"{ENGINE}.old_address", f"{ENGINE}.player_secrets"),
            f"{ENGINE}.publish.programme_json",
        ),
        "what is kept is values of the engine",
    ),
    Rule(
        "streaming",
        (
            *("const", "storage"),
            *(
                f"{ENGINE}.{name}"
                for name in (
                    *(*VALUES, "lineup", "passes", "relay"),
                    *("provider.streams", "provider.tls"),
                )
            ),
        ),
        "streams need no feed beside the channel that is asked for",
    ),
    Rule(
        "refreshing",
        ("const", "storage", ENGINE),
        "the coordinator decides when; this is how",
    ),
    Rule(
        "passes.manager",
        (
            *("const", "storage", "streaming"),
            *(
                f"{ENGINE}.{name}"
                for name in ("old_address", "passes", "publish.publication", "text")
            ),
        ),
        "passes are secrets, streams and what is offered of the feed",
    ),
    Rule(
        "passes",
        (*STANDS_ON, *FEED_READERS, "entity"),
        "a pass is made in a dialog and shown as a device",
    ),
    Rule(
        "coordinator",
        ("const", "storage", "refreshing", "streaming", "passes.manager", ENGINE),
        "the coordinator knows none of those who read it",
    ),
    Rule(
        "following",
        (*STANDS_ON, *FEED_READERS, "places"),
        "what is followed is looked for in the published feed, and told of with a link",
    ),
    Rule(
        "recording",
        (
            *(*STANDS_ON, *FEED_READERS, "following.follows"),
            *(f"{ENGINE}.network", f"{ENGINE}.provider.outside", f"{ENGINE}.relay.viewer"),
            f"{ENGINE}.relay.store",
        ),
        "what is recorded comes of the published feed, what is followed in it, and the relay",
    ),
    Rule("entity", (*STANDS_ON, *FEED_READERS, "places"), "entities read the coordinator"),
    Rule(
        "views",
        (*STANDS_ON, *FEED_READERS, f"{ENGINE}.relay", f"{ENGINE}.short_codes", "recording"),
        "views read the coordinator, and pass streams and recordings on",
    ),
    Rule(
        "assist",
        (*STANDS_ON, *FEED_READERS, "following", "places", "recording"),
        "answers come from the published feed, and from what is followed and recorded of it",
    ),
    Rule(
        "moving",
        (
            *(*STANDS_ON, *FEED_READERS, "following.follows"),
            *("recording.disk", "recording.folder", "recording.manager"),
            *(f"{ENGINE}.{name}" for name in ("cron", "house_file", "player_secrets")),
            *(f"{ENGINE}.short_codes", f"{ENGINE}.publish.programme_json"),
        ),
        "what moves is what is kept and known, and where recordings may be",
    ),
    Rule(
        "panel",
        (
            *(*STANDS_ON, *FEED_READERS, "following", "moving", "recording", "views"),
            *(f"{ENGINE}.house_file", f"{ENGINE}.old_address"),
        ),
        "the panel shows what is served, and what is followed and recorded of it",
    ),
    Rule(
        "services",
        (*STANDS_ON, *FEED_READERS, "assist", "following", "places", "recording"),
        "actions ask the coordinator, and change what is followed and recorded",
    ),
    Rule(
        "config_flow",
        (
            *(*STANDS_ON, *FEED_READERS, "following.notifications", "passes", "recording.options"),
            *(f"{ENGINE}.cron", f"{ENGINE}.publish.refresh.PastReader"),
        ),
        "the dialogs refresh by the same way as the coordinator, and ask whom to tell",
    ),
    *(
        Rule(
            name,
            (
                *(*STANDS_ON, *FEED_READERS, "assist", "entity", "following", "panel", "views"),
                *("passes", "recording"),
            ),
            "what Home Assistant loads by name reads the coordinator, and stays thin",
        )
        for name in sorted(LOADED_BY_NAME - {"system_health"})
    ),
    Rule(
        "system_health",
        (*STANDS_ON, *FEED_READERS, f"{ENGINE}.provider.tls"),
        "whether upstream answers is asked as the provider asks",
    ),
    Rule(
        "__init__",
        (
            *(*STANDS_ON, *FEED_READERS),
            *("assist", "following", "moving", "panel", "passes", "recording", "services", "views"),
        ),
        "the integration is put together here",
    ),
)
