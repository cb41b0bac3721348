"""Hosts and addresses at the edges of what is on the internet."""

import pytest

from downlink.network import is_global_address, is_global_host, may_lead_to


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.88.98.255", True),
        ("192.88.99.0", False),
        ("192.88.99.255", False),
        ("192.88.100.0", True),
        ("223.255.255.255", True),
        ("224.0.0.1", False),
        ("239.255.255.255", False),
        ("::8.8.8.8", True),
        ("::10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:0:8.8.8.8", True),
        ("::ffff:0:10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b:0:0:0:1:808:808", False),
        ("2a00::1", True),
        ("2a00::1%1", False),
        ("1fff:ffff::1", False),
        ("4000::1", False),
        ("2001:db8::1", False),
        ("", False),
        ("8.8.8.8 ", False),
    ],
)
def test_an_address(address: str, expected: bool) -> None:
    assert is_global_address(address) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.b", True),
        ("a.b.", True),
        ("a.b..", False),
        ("a..b", False),
        (".a.b", False),
        ("ab", False),
        ("", False),
        (".", False),
        ("nas.home.arpa", False),
        ("home.arpa", False),
        ("arpa.example", True),
        ("home.arpa.example", True),
        ("local.example", True),
        ("example.local", False),
        ("examplelocal.com", True),
        ("a.0xg", True),
        ("a.0xf", False),
        ("a.0x", False),
        ("a.1x", True),
        ("a_b.c-d", True),
        ("a/b.c", False),
        ("bücher.example", True),
        ("8.8.2056", True),
        ("8.8.65535", True),
        ("8.8.65536", False),
        ("8.526344", True),
        ("8.16777215", True),
        ("8.16777216", False),
        ("255.8.8.8", False),
        ("8.255.8.8", True),
        ("8.256.8", False),
        ("8.8.8.255", True),
        ("013556154042", True),
        ("0x5db8d822", True),
        ("000000000000000010.8.8.8", True),
        ("8..8.8", False),
        ("8.8.8.8.", True),
        ("[2a00::1]", True),
        ("2a00::1", True),
    ],
)
def test_a_host(host: str, expected: bool) -> None:
    assert is_global_host(host) is expected


@pytest.mark.parametrize(
    ("url", "asked", "expected"),
    [
        ("http://192.168.1.1:81/a", "http://192.168.1.1/b", True),
        ("http://nas/a", "https://NAS:8080/", True),
        ("http://10.0.0.1/", "http://192.168.1.1/", True),
        ("http://10.0.0.1/", "http://a.example/", False),
        ("http://b.example/", "http://a.example/", True),
        ("http://b.example/", "http://[::1", False),
        ("http://10.0.0.1/", "/a", True),
    ],
)
def test_a_server_leads_to_its_own_host_and_to_the_internet(
    url: str, asked: str, expected: bool
) -> None:
    assert may_lead_to(url, asked) is expected
