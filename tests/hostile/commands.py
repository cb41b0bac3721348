"""Websocket commands and actions that no page of ours would send, and checks on their answers."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
import json
from typing import Any, Final

import aiohttp

from .guest import CANARY, Secrets

DOMAIN: Final = "toonami_downlink"
_DAY: Final = 86_400
_NOW: Final = 1_795_521_600
_TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Command:
    """A websocket command or an action, with fields that it takes."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    is_for_all: bool = False
    """Whether a user who may only read may use it."""
    answers: bool = False
    """Whether an action has to be asked for its answer."""


COMMANDS: Final[Mapping[str, Command]] = {
    "overview/subscribe": Command(is_for_all=True),
    "guide": Command({"from": _NOW, "to": _NOW + _DAY, "channels": [1]}, is_for_all=True),
    "guide/programme": Command({"channel": 1, "start": _NOW}, is_for_all=True),
    "guide/search": Command({"query": "show", "limit": 5}, is_for_all=True),
    "airings": Command({"channel": 1, "start": _NOW}, is_for_all=True),
    "past/search": Command({"query": "show", "limit": 5}, is_for_all=True),
    "watch": Command({"channel": 1}, is_for_all=True),
    "follows/subscribe": Command(is_for_all=True),
    "follows/add": Command(
        {"kind": "words", "text": "show", "channel": "toonami_east"}, is_for_all=True
    ),
    "follows/preview": Command(
        {"kind": "show", "text": "show", "channel": "toonami_east"}, is_for_all=True
    ),
    "follows/remove": Command({"follow": "0123456789abcdef"}, is_for_all=True),
    "recordings/subscribe": Command({"all": True}, is_for_all=True),
    "recordings/record": Command({"channel": 1, "start": _NOW}, is_for_all=True),
    "recordings/cancel": Command({"recording": "0123456789abcdef"}, is_for_all=True),
    "recordings/watch": Command({"recording": "0123456789abcdef"}, is_for_all=True),
    "recordings/delete": Command({"recording": "0123456789abcdef"}),
    "recordings/keep": Command({"recording": "0123456789abcdef", "keep": True}),
    "recordings/rules/add": Command(
        {
            "kind": "show",
            "text": "show",
            "channel": "toonami_east",
            "only_missing": True,
            "keep_last": 3,
            "days": [0, 6],
        }
    ),
    "recordings/rules/remove": Command({"rule": "0123456789abcdef"}),
    "status/subscribe": Command(),
    "connect": Command({"device": "home"}),
    "connect/subscribe": Command(),
    "refresh": Command(),
    "credentials/rotate": Command(),  # may name a device, and would do it without one
    # Refused when it comes as it is: it would replace what the campaign goes on with.
    "credentials/adopt": Command({"address": "/tv/nothing", "device": "home"}),
    "sessions/end": Command({"session": "abc"}),
    "tuner": Command({"on": True}),
}
"""What is behind ``toonami_downlink/``; a test compares it with what is registered."""
ACTIONS: Final[Mapping[str, Command]] = {
    "refresh": Command(),
    "rotate_credentials": Command(),
    "get_guide": Command(
        {
            "channel": ["1"],
            "from": "2026-11-26 12:00:00",
            "to": "2026-11-26 18:00:00",
            "search": "show",
            "limit": 5,
        },
        is_for_all=True,
        answers=True,
    ),
    "follow": Command({"words": "show", "channel": "1"}, is_for_all=True),
    "unfollow": Command({"words": "show"}, is_for_all=True),
    "get_follows": Command(is_for_all=True, answers=True),
    "record": Command({"channel": "1", "start": "2026-11-26 12:00:00"}, is_for_all=True),
    "cancel_recording": Command({"id": "0123456789abcdef"}, is_for_all=True),
    "delete_recording": Command({"id": "0123456789abcdef"}),
    "get_recordings": Command(is_for_all=True, answers=True),
}
"""The actions; a test compares them with what is registered."""
STRANGE: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    2**31,
    2**63,
    10**30,
    "",
    " ",
    "1",
    CANARY,
    "\0",
    "((((a+)+)+)+)$",
    "%",
    "{{ 7 * 7 }}",
    "İ" * 100,
    "\ufdfa" * 10_000,
    "x" * 100_000,
    "9999-12-31T23:59:59+14:00",
    [],
    [None],
    [[]],
    list(range(10_000)),
    {},
    {"from": {"from": {}}},
)
_REFUSALS: Final = frozenset(
    (
        *("invalid_format", "not_found", "bad_range", "too_many_rows", "not_loaded", "no_feed"),
        *("follow_refused", "recording_refused", "address_refused"),
    )
)


def messages(
    commands: Mapping[str, Command] = COMMANDS,
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Make every command with every field replaced, left out, or joined by another.

    With each comes whether it is right as it is, so that it would do something.
    """
    for name, command in commands.items():
        for key in command.fields:
            rest = {other: value for other, value in command.fields.items() if other != key}
            yield name, rest, False
            yield from ((name, {**rest, key: value}, False) for value in STRANGE)
        yield name, {**command.fields, "user": "admin", "is_admin": True}, False
        yield name, {**command.fields, CANARY: CANARY}, False
        yield name, dict(command.fields), True


_REFUSED_WHILE_OFF: Final = frozenset({"record", "cancel_recording", "delete_recording"})
"""Actions that are refused, however they are called, while nothing is recorded."""


@dataclass(slots=True)
class Campaign:
    """Everything sent with one login."""

    base_url: str
    access_token: str
    secrets: Secrets
    is_admin: bool
    seen: Counter[str] = field(default_factory=Counter)
    """How often each answer came, by its code or status."""
    wrong: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    """What of it is worse than an odd answer: somebody got what is not for them."""

    def run(self) -> None:
        """Send all commands and actions; an administrator sends none that would do something."""
        # In a thread of its own, because a browser's event loop may be running in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._run()).result()

    async def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        timeout = aiohttp.ClientTimeout(_TIMEOUT)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            await self._send_commands(session)
            for name, fields, is_right in messages(ACTIONS):
                if not (is_right and self.is_admin):
                    await self._act(session, name, fields, is_right=is_right)

    async def _send_commands(self, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect(f"{self.base_url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json(timeout=_TIMEOUT)
            await socket.send_json({"type": "auth", "access_token": self.access_token})
            await socket.receive_json(timeout=_TIMEOUT)
            for number, (name, fields, is_right) in enumerate(messages(), 1):
                if is_right and self.is_admin:
                    continue
                await socket.send_json({"id": number, "type": f"{DOMAIN}/{name}", **fields})
                answer = await self._answer(socket)
                code = "ok" if answer["success"] else answer["error"]["code"]
                self._check(name, fields, code, COMMANDS[name], is_right=is_right)

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
        """Return the answer; what is pushed between may tell no secret either."""
        while True:
            text = await socket.receive_str(timeout=_TIMEOUT)
            self._check_text(text)
            answer: dict[str, Any] = json.loads(text)
            if answer["type"] != "event":
                return answer

    async def _act(
        self,
        session: aiohttp.ClientSession,
        name: str,
        fields: Mapping[str, Any],
        *,
        is_right: bool,
    ) -> None:
        url = f"{self.base_url}/api/services/{DOMAIN}/{name}"
        query = {"return_response": ""} if ACTIONS[name].answers else {}
        async with session.post(url, json=fields, params=query) as answer:
            self._check_text(await answer.text())
            code = {200: "ok", 400: "invalid_format", 401: "unauthorized"}.get(answer.status)
            if code == "invalid_format" and is_right and name in _REFUSED_WHILE_OFF:
                code = "recording_refused"
        self._check(
            name, fields, code or f"status {answer.status}", ACTIONS[name], is_right=is_right
        )

    def _check(
        self, name: str, fields: Mapping[str, Any], code: str, command: Command, *, is_right: bool
    ) -> None:
        self.seen[code] += 1
        is_allowed = command.is_for_all or self.is_admin
        fine = {"ok", *_REFUSALS} if is_allowed else {"unauthorized", "invalid_format"}
        if is_right:
            fine = {"ok", "not_found", "recording_refused"} if is_allowed else {"unauthorized"}
        if code not in fine:
            self.wrong.append(f"{name} {str(fields)[:200]}: {code}")
        if code == "ok" and not is_allowed:
            self.granted.append(self.wrong[-1])

    def _check_text(self, text: str) -> None:
        told = (self.secrets.token, self.secrets.password)
        if not self.is_admin and any(secret in text for secret in told):
            self.wrong.append("a secret was told to somebody who may only read")
            self.granted.append(self.wrong[-1])
