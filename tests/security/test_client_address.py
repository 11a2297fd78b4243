"""Where a request comes from, in all the spellings that proxies and sockets have."""

import pytest

from weetwie.security.client_address import client_address, networks, place_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("", "203.0.113.9", ""),
        # Azure Application Gateway tells the port as well.
        ("10.0.0.1", "203.0.113.4:5678", "203.0.113.4"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "203.0.113.4:5678, 10.0.0.7:80", "203.0.113.4"),
        ("10.0.0.1", "203.0.113.4:", "203.0.113.4"),
        # Quoted as RFC 7239 wants it, blanks, capitals, noughts.
        ("10.0.0.1", '"[2001:DB8:0:0::1]:4711"', "2001:db8::1"),
        ("10.0.0.1", '  " 203.0.113.4 "  ', "203.0.113.4"),
        ("10.0.0.1", "2001:0db8:0000::0001", "2001:db8::1"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
        # IPv4 in an IPv6 socket.
        ("::ffff:10.0.0.1", "203.0.113.4", "203.0.113.4"),
        ("10.0.0.1", "::ffff:203.0.113.4", "203.0.113.4"),
        ("10.0.0.1", "[::ffff:cb00:7104]:80", "203.0.113.4"),
        ("10.0.0.1", "203.0.113.4, ::ffff:10.0.0.9", "203.0.113.4"),
        ("::ffff:198.51.100.1", "203.0.113.4", "198.51.100.1"),
        # What is not told, or made up.
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.4, unknown", "10.0.0.1"),
        ("10.0.0.1", "_hidden:80", "10.0.0.1"),
        ("10.0.0.1", ", ,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.4.5:80", "10.0.0.1"),
        ("10.0.0.1", "999.0.113.4:80", "10.0.0.1"),
        ("10.0.0.1", "[203.0.113.4]", "203.0.113.4"),
        ("10.0.0.1", "[]:80", "10.0.0.1"),
        ("testclient", "203.0.113.4", "testclient"),
    ],
)
def test_only_known_proxies_are_believed_whatever_their_spelling(
    peer: str, forwarded: str, expected: str
) -> None:
    assert client_address(peer, forwarded, networks(["10.0.0.0/8"])) == expected


def test_proxies_may_be_named_by_ipv4_within_ipv6() -> None:
    trusted = networks(["::ffff:10.0.0.0/104", " 2001:db8::/32 "])
    assert client_address("10.1.1.1", "203.0.113.4", trusted) == "203.0.113.4"
    assert client_address("2001:db8::9", "203.0.113.4", trusted) == "203.0.113.4"
    assert client_address("11.1.1.1", "203.0.113.4", trusted) == "11.1.1.1"


def test_a_household_counts_as_one_place() -> None:
    assert place_of("2001:db8::1") == place_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert place_of("::ffff:203.0.113.4") == place_of("203.0.113.4") == "203.0.113.4"
    assert place_of("") == ""
