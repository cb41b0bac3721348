"""What can go wrong upstream: rules that are set at run time and spoil chosen answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from . import hls
from .answers import LineupChange
from .loops import SEGMENT_SECONDS
from .spoilers import COMMON, Spoiler
from .stream_spoilers import STREAM, VALUED

NODES: Final = tuple(f"n{number}" for number in range(1, 9))
PARTS: Final = ("master", "chunklist", "segment")
STATES: Final = ("dead", "silent")
"""Of a node: connections are refused, and open ones cut · they are taken, and nothing comes."""
VIEWS: Final = ("frozen", "late", "sequence_reset")
"""What is wrong with a node's view of a stream: it stands still from now on · is so many seconds
behind (`value`) · counts from 0 again, beginning now."""

type Draw = Literal["live", "any"] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is about, if it is about a stream."""

    node: str
    slug: str
    part: str
    """One of `PARTS`; empty when it asks for an address."""
    session: str = ""
    number: int | None = None
    """Of a segment, as the playlist has it."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """Spoil the answers of one endpoint, all of them or only some."""

    endpoint: str
    """As the request log names it, or ``*`` for all of the API's host: not for the nodes."""
    kind: str
    nth: tuple[int, ...] = ()
    """Which of the requests that fit, counted from 1; none means each."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters that a request must have."""
    node: str = ""
    """For streams, as the next three: of one node only, one slug, one of `PARTS`."""
    slug: str = ""
    part: str = ""
    every: int = 0
    """Only segments whose number can be divided by this, however often they are asked for."""
    value: Any = None
    """What some kinds need; see `VALUED` and `VIEWS`."""
    seen: int = field(default=0, compare=False)
    since: float = field(default=0.0, compare=False)
    """When it was set, by the clock of the streams."""

    def fits(self, endpoint: str, query: Mapping[str, str], asked: Asked | None) -> bool:
        """Count a request that this rule is about; tell whether its answer is to be spoilt."""
        everywhere = self.endpoint == "*" and endpoint != "stream"
        if self.kind in VIEWS or not (everywhere or self.endpoint == endpoint):
            return False
        if any(query.get(name) != value for name, value in self.query.items()):
            return False
        if not self.is_about(asked):
            return False
        self.seen += 1
        return not self.nth or self.seen in self.nth

    def is_about(self, asked: Asked | None) -> bool:
        """Whether this is the node, the slug, the part and the segment that are meant."""
        if asked is None:
            return not (self.node or self.slug or self.part or self.every)
        if self.every and (asked.number is None or asked.number % self.every):
            return False
        return (
            self.node in ("", asked.node)
            and self.slug in ("", asked.slug)
            and self.part in ("", asked.part)
        )

    @property
    def spoiler(self) -> Spoiler:
        """What it does to an answer."""
        if self.kind in VALUED:
            return VALUED[self.kind](self.value)
        return COMMON.get(self.kind) or STREAM[self.kind]

    def changed(self, view: hls.View) -> hls.View:
        """Return the view that there is instead."""
        newest, origin = view.newest, view.origin
        if self.kind == "frozen":
            newest = min(newest, hls.newest_at(self.since))
        elif self.kind == "late":
            newest -= round(float(self.value) / SEGMENT_SECONDS)
        elif self.kind == "sequence_reset":
            origin = hls.newest_at(self.since)
        return hls.View(newest=newest, window=view.window, origin=origin)


@dataclass(slots=True, kw_only=True)
class Faults:
    """Everything that is wrong at the moment; a new one starts with nothing wrong."""

    rules: list[Rule] = field(default_factory=list)
    latency: float = 0.0
    """Seconds before each answer of the API."""
    count_limit: int | None = None
    """The largest ``count`` that ``/media`` answers; above it the body is empty."""
    lineup: LineupChange = field(default_factory=LineupChange)
    nodes: Mapping[str, str] = field(default_factory=dict)
    """`STATES` of the nodes that do not work."""
    offline: bool = False
    """The API and its mirror cannot be reached either; ``/_sim/`` can, at the control address."""
    seconds: float | None = None
    """All is well again after so long, by the clock of the streams."""
    clear: bool = False
    """Addresses of streams are for plain HTTP, as from an upstream that has no TLS."""
    draw: Draw = "live"
    """Which nodes are given out: any with nothing wrong, any at all, or these in turn."""

    def spoiler(
        self, endpoint: str, query: Mapping[str, str], asked: Asked | None = None
    ) -> Spoiler | None:
        """Return what the first rule that fits does to an answer; every rule counts it."""
        fitting = [rule for rule in self.rules if rule.fits(endpoint, query, asked)]
        state = self.nodes.get(asked.node) if asked and endpoint == "stream" else None
        if state:
            return COMMON["reset" if state == "dead" else "silence"]
        return fitting[0].spoiler if fitting else None

    def view(self, view: hls.View, asked: Asked) -> hls.View:
        """Return what a node has of a stream, from what it should have."""
        for rule in self.rules:
            if rule.kind in VIEWS and rule.is_about(asked):
                view = rule.changed(view)
        return view

    def live_nodes(self) -> list[str]:
        """Return the nodes with nothing wrong of their own; all of them if there is none."""
        named = {rule.node for rule in self.rules} | set(self.nodes)
        return [node for node in NODES if node not in named] or list(NODES)


_FIELDS: Final = frozenset(Faults.__dataclass_fields__)


def parse_faults(
    data: Mapping[str, Any],
    endpoints: frozenset[str],
    now: float = 0.0,
    before: Faults | None = None,
) -> Faults:
    """Read the JSON form: the fields of `Faults`, `rules` and `lineup` as objects.

    Rules that were in force `before` stay in force, those that are new begin `now`. Raises
    ValueError for anything unknown, so that a test cannot ask for nothing by mistake.
    """
    if unknown := set(data) - _FIELDS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    rules = [_parse_rule(entry, endpoints) for entry in data.get("rules", ())]
    for rule in rules:
        old = [known.since for known in before.rules if known == rule] if before else []
        rule.since = old[0] if old else now
    nodes = data.get("nodes", {})
    if not set(nodes) <= set(NODES) or not set(nodes.values()) <= set(STATES):
        raise ValueError(f"no such nodes or states: {nodes}")
    seconds = data.get("seconds")
    return Faults(
        rules=rules,
        latency=float(data.get("latency", 0.0)),
        count_limit=data.get("count_limit"),
        lineup=_parse_lineup(data.get("lineup", {})),
        nodes=dict(nodes),
        offline=bool(data.get("offline")),
        seconds=None if seconds is None else float(seconds),
        clear=bool(data.get("clear")),
        draw=_parse_draw(data.get("draw", "live")),
    )


def _parse_rule(entry: Mapping[str, Any], endpoints: frozenset[str]) -> Rule:
    try:
        rule = Rule(**{**entry, "nth": tuple(entry.get("nth", ()))})
    except TypeError as err:
        raise ValueError(str(err)) from err
    kinds = {*COMMON, *STREAM, *VALUED, *VIEWS}
    if rule.kind not in kinds or rule.endpoint not in endpoints | {"*"}:
        raise ValueError(f"no such fault: {rule.kind} of {rule.endpoint}")
    if rule.kind in VIEWS and (rule.endpoint != "stream" or rule.part or rule.nth or rule.every):
        raise ValueError(f"{rule.kind} is a fault of streams as a whole")
    if rule.kind in {*VALUED, "late"} and rule.value is None:
        raise ValueError(f"{rule.kind} needs a value")
    if rule.node not in ("", *NODES) or rule.part not in ("", *PARTS):
        raise ValueError(f"no such node or part: {rule.node} {rule.part}")
    return rule


def _parse_draw(data: Any) -> Draw:
    if data in ("live", "any"):
        return "live" if data == "live" else "any"
    nodes = (data,) if isinstance(data, str) else tuple(data)
    if not nodes or not set(nodes) <= set(NODES):
        raise ValueError(f"no such nodes: {data}")
    return nodes


def _parse_lineup(data: Mapping[str, Any]) -> LineupChange:
    unknown = set(data) - {"renamed", "removed", "added", "reverse"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    return LineupChange(
        renamed=data.get("renamed", {}),
        removed=tuple(data.get("removed", ())),
        added=tuple(data.get("added", ())),
        reverse=bool(data.get("reverse")),
    )
