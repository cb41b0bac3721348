"""What is on the internet and what is in the house, however it is written."""

from ipaddress import IPv4Address
import socket

from hypothesis import given, strategies as st
import pytest

from downlink.network import is_global_address, is_global_host, may_lead_to


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("8.8.8.8", True, id="public"),
        pytest.param("127.0.0.1", False, id="loopback"),
        pytest.param("10.0.0.1", False, id="private A"),
        pytest.param("172.16.0.1", False, id="private B"),
        pytest.param("172.15.255.255", True, id="before private B"),
        pytest.param("172.32.0.0", True, id="after private B"),
        pytest.param("192.168.1.1", False, id="private C"),
        pytest.param("169.254.169.254", False, id="metadata of clouds"),
        pytest.param("100.64.0.1", False, id="shared"),
        pytest.param("0.0.0.1", False, id="nothing"),
        pytest.param("224.0.0.1", False, id="multicast"),
        pytest.param("255.255.255.255", False, id="broadcast"),
        pytest.param("203.0.113.1", False, id="documentation"),
        pytest.param("2001:4860:4860::8888", True, id="public 6"),
        pytest.param("::1", False, id="loopback 6"),
        pytest.param("::", False, id="nothing 6"),
        pytest.param("fe80::1", False, id="link"),
        pytest.param("fe80::1%eth0", False, id="link with zone"),
        pytest.param("2001:4860:4860::8888%eth0", False, id="public with zone"),
        pytest.param("fd00::1", False, id="unique local"),
        pytest.param("fec0::1", False, id="site"),
        pytest.param("ff02::1", False, id="multicast 6"),
        pytest.param("2001:db8::1", False, id="documentation 6"),
        pytest.param("2001::1", False, id="Teredo"),
        pytest.param("4000::1", False, id="never given out"),
        pytest.param("::ffff:8.8.8.8", True, id="mapped public"),
        pytest.param("::ffff:192.168.1.1", False, id="mapped"),
        pytest.param("::ffff:7f00:1", False, id="mapped in hexadecimal"),
        pytest.param("::127.0.0.1", False, id="compatible"),
        pytest.param("::ffff:0:10.0.0.1", False, id="translated"),
        pytest.param("64:ff9b::8.8.8.8", True, id="NAT64 public"),
        pytest.param("64:ff9b::192.168.1.1", False, id="NAT64"),
        pytest.param("64:ff9b:1::1", False, id="local NAT64"),
        # Where such a tunnel ends is decided by somebody else.
        pytest.param("2002:808:808::1", False, id="6to4 public"),
        pytest.param("2002:c0a8:101::1", False, id="6to4"),
        pytest.param("0x7f.1", False, id="no usual form"),
        pytest.param("", False, id="empty"),
    ],
)
def test_addresses(address: str, expected: bool) -> None:
    assert is_global_address(address) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("api.toonamiaftermath.com", True, id="name"),
        pytest.param("API.Toonamiaftermath.COM.", True, id="name in capitals with its dot"),
        pytest.param("xn--bcher-kva.example", True, id="name in other letters, encoded"),
        pytest.param("bücher.example", True, id="name in other letters"),
        pytest.param("n1_a.example", True, id="underscore"),
        pytest.param("1.example", True, id="number in front"),
        pytest.param("a.0xyz", True, id="no number at the end"),
        pytest.param("localhost", False, id="localhost"),
        pytest.param("LOCALHOST.", False, id="localhost in capitals with its dot"),
        pytest.param("a.localhost", False, id="below localhost"),
        pytest.param("supervisor", False, id="no dot"),
        pytest.param("supervisor.local.hass.io", False, id="Home Assistant's own network"),
        pytest.param("hass.io", True, id="not Home Assistant's own network"),
        pytest.param("router.lan", False, id="lan"),
        pytest.param("router.home.arpa", False, id="home.arpa"),
        pytest.param("tv.local", False, id="mDNS"),
        pytest.param("tv\uff0elocal", False, id="full-width dot"),
        pytest.param("", False, id="empty"),
        pytest.param(".", False, id="dot"),
        pytest.param("a..example", False, id="two dots"),
        pytest.param("a.example..", False, id="two dots at the end"),
        pytest.param("127.0.0.1", False, id="loopback"),
        pytest.param("127.0.0.1.", False, id="loopback with a dot"),
        pytest.param("8.8.8.8", True, id="public"),
        pytest.param("134744072", True, id="public as a number"),
        pytest.param("2130706433", False, id="number"),
        pytest.param("0x7f000001", False, id="hexadecimal"),
        pytest.param("0X7F000001", False, id="hexadecimal in capitals"),
        pytest.param("0x000000000000000000007f000001", False, id="hexadecimal with many zeros"),
        pytest.param("127.0x000000000000000000000001", False, id="many zeros at the end"),
        pytest.param("017700000001", False, id="octal"),
        pytest.param("0177.0.0.1", False, id="octal part"),
        pytest.param("0000000000000177.0.0.1", False, id="octal part with many zeros"),
        pytest.param("0300.0xa8.257", False, id="mixed"),
        pytest.param("192.168.257", False, id="three parts"),
        pytest.param("127.1", False, id="two parts"),
        pytest.param("0x", False, id="hexadecimal without a digit"),
        pytest.param("127.0.0.0x", False, id="hexadecimal without a digit at the end"),
        pytest.param("8.8.8.256", False, id="too much"),
        pytest.param("256.8.8.8", False, id="too much in front"),
        pytest.param("8.8.8.8.8", False, id="too many parts"),
        pytest.param("8.8.8.08", False, id="no octal digit"),
        pytest.param("a.8", False, id="half a name"),
        pytest.param("4294967295", False, id="largest number"),
        pytest.param("4294967296", False, id="larger"),
        pytest.param("\uff11\uff12\uff17.\uff10.\uff10.\uff11", False, id="full-width digits"),
        pytest.param("127\u30020\u30020\uff611", False, id="ideographic dots"),
        pytest.param("a.\u0661", False, id="Arabic digit"),
        pytest.param("127%2e0%2e0%2e1", False, id="encoded"),
        pytest.param("a.example@b.example", False, id="user"),
        pytest.param("[::1]", False, id="loopback 6"),
        pytest.param("::ffff:127.0.0.1", False, id="mapped, without brackets"),
        pytest.param("[2001:4860:4860::8888]", True, id="public 6"),
        pytest.param("[fe80::1%25eth0]", False, id="zone"),
        pytest.param("[v1.a]", False, id="address of the future"),
    ],
)
def test_hosts(host: str, expected: bool) -> None:
    assert is_global_host(host) is expected


_PART = st.tuples(
    st.sampled_from(["%d", "0%o", "0x%x", "000%o", "0x000%X"]), st.integers(0, 2**32 - 1)
)


@given(st.lists(_PART, min_size=1, max_size=4))
def test_numbers_are_read_as_the_system_reads_them(parts: list[tuple[str, int]]) -> None:
    most = [0xFF] * (len(parts) - 1) + [2 ** (8 * (5 - len(parts))) - 1]
    host = ".".join(
        form % (value & limit) for (form, value), limit in zip(parts, most, strict=True)
    )
    expected = IPv4Address(socket.inet_aton(host))
    assert is_global_host(host) is (expected.is_global and not expected.is_multicast)


@given(st.text(max_size=60))
def test_any_text_is_a_host_or_none(text: str) -> None:
    assert is_global_host(text) in (True, False)
    assert may_lead_to(f"http://{text}/", "https://upstream.example") in (True, False)


@pytest.mark.parametrize(
    ("url", "asked", "expected"),
    [
        pytest.param("http://other.example/a", "https://upstream.example", True, id="public"),
        pytest.param("http://192.168.1.1/a", "https://upstream.example", False, id="house"),
        pytest.param("http://supervisor/a", "https://upstream.example", False, id="Supervisor"),
        pytest.param("http://2852039166/", "https://upstream.example", False, id="metadata"),
        pytest.param("http://192.168.1.1/a", "http://192.168.1.9:8080", True, id="house to house"),
        pytest.param("http://other.example/a", "http://nas.lan", True, id="house to public"),
        pytest.param("http://[::1", "https://upstream.example", False, id="no address"),
        pytest.param("/a", "https://upstream.example", False, id="no host"),
    ],
)
def test_where_a_server_may_lead(url: str, asked: str, expected: bool) -> None:
    assert may_lead_to(url, asked) is expected
