"""Whether the time of an answer tells what was wrong with a login, a feed token or a short code.

The tries are made in turn, in random order, at one Home Assistant. What counts is how often one
kind is answered later than another: half of the time, if nothing can be told. The house has
devices with passes: whose secret was nearly right must not be told either. The last kind is there
to show what can be told: its requests have more to be read.

    scripts/bench login [--tries 10000]
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from pathlib import Path
import random
import re
import socket
from statistics import median
import string
import sys
import tempfile
import time
from typing import Final
from urllib.parse import urlencode

from custom_components.toonami_downlink.engine.downlink.short_codes import ALPHABET

from .develop.feed import Access, find_access, wait_for_feed
from .develop.flow import add_device, set_up
from .develop.home import HOST, Home
from .develop.upstream import Upstream

LIMIT: Final = 0.001
"""How unlikely a difference has to be by chance, to be one."""
EACH: Final = 2
"""Tries of each kind from one address: after 20 of all, an address is told to wait."""
DEVICES: Final = 8
"""With a pass, beside the house itself."""
WARM_UP: Final = 100
"""Rounds that are not counted."""
USER: Final = "wrong user"
PASSWORD: Final = "wrong password"  # noqa: S105  # what it says
NEARLY: Final = "password wrong at its end"
OF_A_DEVICE: Final = "wrong password of a device"
TOKEN: Final = "wrong token"  # noqa: S105  # what it says
NEARLY_A_DEVICE: Final = "a device's token wrong at its end"
CODE: Final = "wrong short address"
NEARLY_A_CODE: Final = "a device's short address wrong at its end"
CONTROL: Final = "longer request"
PAIRS: Final = (
    *((USER, PASSWORD), (NEARLY, PASSWORD), (OF_A_DEVICE, PASSWORD)),
    *((NEARLY_A_DEVICE, TOKEN), (NEARLY_A_CODE, CODE), (CONTROL, PASSWORD)),
)
REFUSED: Final = re.compile(rb"HTTP/1\.1 (?:401|403|404) ")


@dataclass(frozen=True, slots=True)
class Difference:
    """How two kinds compare."""

    later: float
    """How often the first one is answered later than the second; 0.5 for no difference."""
    chance: float
    """How likely it is to see that or more without a difference."""


def compare(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare two samples by the test of Mann and Whitney."""
    ordered = sorted([(value, 1) for value in first] + [(value, 0) for value in second])
    ranks = position = 0.0
    index = 0
    while index < len(ordered):
        end = index
        while end < len(ordered) and ordered[end][0] == ordered[index][0]:
            end += 1
        position = (index + 1 + end) / 2
        ranks += position * sum(kind for _, kind in ordered[index:end])
        index = end
    one, two = len(first), len(second)
    larger = ranks - one * (one + 1) / 2
    deviation = sqrt(one * two * (one + two + 1) / 12)
    distance = abs(larger - one * two / 2) / deviation
    return Difference(larger / (one * two), erfc(distance / sqrt(2)))


@dataclass(frozen=True, slots=True)
class House:
    """What is right in the house, to be wrong by a little."""

    home: Access
    device: Access
    """Of the device that was added last."""
    code: str
    """In its short address."""


def requests(house: House) -> Mapping[str, bytes]:
    """Make one request of each kind, all that are compared of the same length but the last."""
    user, password = house.home.xtream["username"], house.home.xtream["password"]
    token = house.device.playlist_url.split("/")[-2]

    def request(path: str, more: str = "") -> bytes:
        # Each is new: Home Assistant's own filter remembers the addresses that it has looked at.
        new = urlencode({"new": _other("x" * 20)})
        target = f"{path}{'&' if '?' in path else '?'}{new}"
        return f"GET {target} HTTP/1.1\r\nHost: tv.local\r\n{more}\r\n".encode()

    def login(user: str, password: str, more: str = "") -> bytes:
        query = urlencode({"username": user, "password": password})
        return request(f"/player_api.php?{query}", more)

    def playlist(token: str) -> bytes:
        return request(f"/api/toonami_downlink/{token}/playlist.m3u")

    def short(code: str) -> bytes:
        return request(f"/tv/{code}")

    return {
        USER: login(f"toonami{_other(user[7:])}", _other(password)),
        PASSWORD: login(user, _other(password)),
        NEARLY: login(user, password[:-1] + _other(password[-1])),
        OF_A_DEVICE: login(house.device.xtream["username"], _other(password)),
        TOKEN: playlist(_other(token)),
        NEARLY_A_DEVICE: playlist(token[:-1] + _other(token[-1])),
        CODE: short(_other(house.code, ALPHABET)),
        NEARLY_A_CODE: short(house.code[:-1] + _other(house.code[-1], ALPHABET)),
        CONTROL: login(user, _other(password), f"Accept-Language: {'x' * 4000}\r\n"),
    }


def _other(text: str, letters: str = string.ascii_lowercase) -> str:
    """Return a text as long as that one, with another letter in each place."""
    return "".join(random.choice(letters.replace(char, "")) for char in text)  # noqa: S311  # no secret


def settle(home: Home) -> House:
    """Add the devices."""
    for number in range(DEVICES):
        device = add_device(home.client, f"Device {number}")
    connect = home.client.command("toonami_downlink/connect", device=device)
    code = str(connect["short_url"]).rpartition("/")[2]
    return House(find_access(home.client), find_access(home.client, device), code)


def ask(connection: socket.socket, data: bytes) -> float:
    """Send a request and return the microseconds to the end of the answer."""
    begin = time.perf_counter_ns()
    connection.sendall(data)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    took = time.perf_counter_ns() - begin
    head, _, body = answer.partition(b"\r\n\r\n")
    if not REFUSED.match(head):
        raise SystemExit(f"That was not refused: {head!r}")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return took / 1000


def measure(home: Home, house: House, rounds: range) -> Mapping[str, list[float]]:
    """Try every kind `EACH` times in each round, from an address of its own; return the times."""
    times: dict[str, list[float]] = {kind: [] for kind in requests(house)}
    for number in rounds:
        source = f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
        with socket.create_connection((HOST, home.port), 60, (source, 0)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(EACH):
                kinds = list(requests(house).items())
                random.shuffle(kinds)
                for kind, data in kinds:
                    times[kind].append(ask(connection, data))
    return times


def main() -> int:
    """Print what can be told; return the exit code."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tries", type=int, default=10_000, help="of each kind (10 000)")
    tries: int = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as name:
        upstream, home = Upstream(Path(name) / "upstream.log"), Home(Path(name) / "home")
        try:
            upstream.start()
            home.start()
            set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
            wait_for_feed(home.client)
            house = settle(home)
            measure(home, house, range(WARM_UP))
            times = measure(home, house, range(WARM_UP, WARM_UP + tries // EACH))
        finally:
            home.stop()
            upstream.stop()
    for kind, taken in times.items():
        print(f"{kind:<28}{len(taken):>8,} tries, median {median(taken):8.1f} µs")
    told = {}
    for first, second in PAIRS:
        found = compare(times[first], times[second])
        told[first] = found.chance < LIMIT
        print(
            f"{first} is answered later than {second}: {found.later:.2%} of the time, "
            f"by chance {found.chance:.3f}: {'can be told' if told[first] else 'cannot be told'}"
        )
    return 0 if [first for first, is_told in told.items() if is_told] == [CONTROL] else 1


if __name__ == "__main__":
    sys.exit(main())
