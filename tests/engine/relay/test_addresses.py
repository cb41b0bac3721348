"""Which addresses may be opened."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
import socket
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from downlink.relay.addresses import AddressGuard, is_public, networks_beside, server_of
from downlink.relay.errors import AddressRefusedError, Reason


class Names(AbstractResolver):
    """A name server of our own; a list of lists answers differently each time."""

    def __init__(self, answers: Mapping[str, list[list[str]]]) -> None:
        self.answers = {name: list(each) for name, each in answers.items()}
        self.asked: list[str] = []
        self.is_closed = False

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError(None, "no such name")
        each = self.answers[host]
        found = each.pop(0) if len(each) > 1 else each[0]
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in found
        ]

    @override
    async def close(self) -> None:
        self.is_closed = True


PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
INTERNAL = [
    "0.0.0.0",  # noqa: S104  # nothing is bound to it
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:101:101::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
ODD = [
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "127.0.0.01",
    "1.1.1.256",
    "1.1.1.1.1",
    "a.example.0x",
    "a.example.1",
]


def host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", PUBLIC)
async def test_public(address: str) -> None:
    assert is_public(ip_address(address))
    await AddressGuard().check(f"https://{host(address)}:443/a.ts")


@pytest.mark.parametrize("address", INTERNAL)
async def test_internal(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefusedError) as caught:
        await AddressGuard().check(f"http://{host(address)}/a.ts")
    assert caught.value.reason is Reason.INTERNAL_ADDRESS
    guard = AddressGuard(resolver=Names({"node.example": [["1.1.1.1", address]]}))
    await guard.check("http://node.example/a.ts")
    with pytest.raises(OSError, match="internal address"):
        await guard.resolve("node.example")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(OSError, match="internal address"):
        guard.make_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize("odd", ODD)
async def test_odd_forms(odd: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        await AddressGuard().check(f"http://{odd}/a.ts")
    assert caught.value.reason is Reason.BAD_ADDRESS


@pytest.mark.parametrize(
    "url", ["", "a.ts", "file:///a.ts", "http://a b/", "ws://a.example/", "http://u@a.example/"]
)
async def test_what_is_no_address(url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        await AddressGuard().check(url)
    assert caught.value.reason is Reason.BAD_ADDRESS


@pytest.mark.parametrize(
    ("api", "address", "is_allowed"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1", True),
        ("http://127.0.0.1:8080", "::1", True),
        ("http://127.0.0.1:8080", "::ffff:127.0.0.1", True),
        ("http://127.0.0.1:8080", "192.168.1.1", False),
        ("http://[::1]:8080", "127.0.0.1", True),
        ("http://192.168.1.5", "192.168.7.7", True),
        ("http://192.168.1.5", "10.0.0.1", True),
        ("http://192.168.1.5", "fd00::1", True),
        ("http://192.168.1.5", "fd00:ec2::254", False),
        ("http://192.168.1.5", "127.0.0.1", False),
        ("http://192.168.1.5", "169.254.169.254", False),
        ("http://192.168.1.5", "100.64.0.1", False),
        ("http://192.168.1.5", "1.1.1.1", True),
        ("http://100.64.0.7", "100.64.0.1", True),
        ("http://100.64.0.7", "100.100.100.200", False),
        ("http://169.254.0.7", "169.254.0.9", True),
        ("http://169.254.0.7", "169.254.169.254", False),
        ("http://224.0.0.1", "224.0.0.1", False),
        ("http://127.1", "127.0.0.1", False),
        ("https://1.1.1.1", "127.0.0.1", False),
        ("http://[::", "127.0.0.1", False),
        ("http://nas.lan", "192.168.1.9", True),
        ("http://nas.lan", "127.0.0.1", False),
        ("http://gone.lan", "192.168.1.9", False),
        ("https://api.toonamiaftermath.com", "192.168.1.9", False),
        ("https://toonamiaftermath.com.", "192.168.1.9", False),
        ("https://nottoonamiaftermath.com", "192.168.1.9", True),
    ],
)
async def test_networks_beside_the_api(api: str, address: str, is_allowed: bool) -> None:
    """Where the user has put the API, streams may be as well; the station's own is public."""
    inside = [["192.168.1.5"]]
    names = Names(
        {
            "nas.lan": inside,
            "api.toonamiaftermath.com": inside,
            "toonamiaftermath.com.": inside,
            "nottoonamiaftermath.com": inside,
            "node.example": [[address]],
        }
    )
    guard = AddressGuard(api, resolver=names)
    if is_allowed:
        await guard.check(f"http://{host(address)}/a.ts")
        assert len(await guard.resolve("node.example")) == 1
    else:
        with pytest.raises(AddressRefusedError):
            await guard.check(f"http://{host(address)}/a.ts")
        with pytest.raises(OSError, match="internal address"):
            await guard.resolve("node.example")
    await guard.close()
    assert names.is_closed


async def test_api_that_cannot_be_resolved_is_asked_for_again() -> None:
    names = Names({"node.example": [["192.168.1.9"]]})
    guard = AddressGuard("http://nas.lan", resolver=names)
    with pytest.raises(AddressRefusedError):
        await guard.check("http://192.168.1.9/a.ts")
    names.answers["nas.lan"] = [["192.168.1.5"]]
    await guard.check("http://192.168.1.9/a.ts")
    await guard.check("http://192.168.1.9/b.ts")
    assert names.asked == ["nas.lan", "nas.lan"]


async def test_api_in_public_is_not_asked_for_when_all_is_public() -> None:
    names = Names({"node.example": [["1.1.1.1"]]})
    guard = AddressGuard("https://api.example", resolver=names)
    await guard.check("https://1.1.1.1/a.ts")
    await guard.resolve("node.example")
    assert names.asked == ["node.example"]


async def test_networks_can_be_allowed_one_by_one() -> None:
    guard = AddressGuard(allowed=[ip_network("127.0.0.1/32")])
    await guard.check("http://127.0.0.1/a.ts")
    with pytest.raises(AddressRefusedError):
        await guard.check("http://127.0.0.2/a.ts")
    guard.make_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))).close()


def test_networks_beside() -> None:
    assert networks_beside(ip_address("1.1.1.1")) == ()
    assert networks_beside(ip_address("224.0.0.1")) == ()
    assert ip_network("::1/128") in networks_beside(ip_address("127.0.0.9"))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://n4.example:443/a", "n4.example"),
        ("http://n4.example:1934/a", "n4.example:1934"),
        ("http://n4.example/a", "n4.example"),
        ("HTTPS://N4.example:443/a", "n4.example"),
        ("http://[::", ""),
        ("", ""),
    ],
)
def test_server_of(url: str, server: str) -> None:
    assert server_of(url) == server


async def test_names_of_the_system() -> None:
    guard = AddressGuard("http://localhost")
    assert await guard.resolve("localhost", 80)
    with pytest.raises(OSError, match="internal address"):
        await AddressGuard().resolve("localhost", 80)
    await guard.close()
