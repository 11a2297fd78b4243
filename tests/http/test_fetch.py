"""Pages of others: fetched from public addresses only, a little, and read as they are."""

import asyncio
import ipaddress

import pytest

from tests.pages import html, served
from tests.patience import PATIENCE
from weetwie.http import fetch, page
from weetwie.http.fetch import Fetcher, FetchFailed


async def test_nothing_private_is_ever_fetched() -> None:
    fetcher = Fetcher("test")
    with served({"/": html("<title>Inside</title>")}) as address:
        port = address.rpartition(":")[2]
        for host in (
            "127.0.0.1",
            "localhost",
            "[::1]",
            "2130706433",
            "0x7f000001",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "[::]",
        ):
            with pytest.raises(FetchFailed):
                await fetcher.fetch(f"http://{host}:{port}/", "text/html")
    for url in (
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://",
        "http://user:word@example.org/",
        "no address",
    ):
        with pytest.raises(FetchFailed):
            await fetcher.fetch(url, "text/html")
    await fetcher.close()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("2606:2800:220:1::1", True), ("fe80::1", False), ("fc00::1", False),
        ("::ffff:10.0.0.1", False), ("::ffff:93.184.216.34", False), ("2002:7f00:1::", False), ("2002:5db8:d822::", False),
        ("64:ff9b::7f00:1", False), ("64:ff9b::5db8:d822", False), ("64:ff9b:1::1", False), ("64:ff9b:1:ffff::1", False),
        ("::127.0.0.1", False), ("::5db8:d822", False), ("::1", False), ("::", False), ("::ffff:0:10.0.0.1", False),
        ("fec0::1", False), ("feff::1", False), ("febf::1", False), ("fdff::1", False), ("ff02::1", False), ("100::1", False),
        ("2001::1", False), ("2001:0:53aa:64c::1", False), ("2001:1ff::1", False), ("2001:200::1", True), ("2001:2::1", False),
        ("2001:10::1", False), ("2001:20::1", False), ("2001:db8::1", False), ("3fff::1", False), ("3fff:1000::1", True),
        ("5f00::1", False), ("4000::1", False), ("1fff::1", False), ("2a00:1450:4001:800::200e", True),
        ("0.1.2.3", False), ("192.0.0.1", False), ("192.0.0.8", False), ("192.0.0.9", False), ("192.0.0.170", False),
        ("192.0.1.1", True), ("192.0.2.1", False), ("192.88.99.1", False), ("198.18.0.1", False), ("198.19.255.255", False),
        ("198.20.0.1", True), ("198.51.100.7", False), ("203.0.113.7", False), ("240.0.0.1", False), ("255.255.255.255", False),
        ("239.1.1.1", False), ("100.127.255.255", False), ("100.128.0.1", True), ("172.32.0.1", True), ("192.31.196.1", False),
    ],
)  # fmt: skip
def test_what_is_public(address: str, expected: bool) -> None:
    assert fetch.is_public(ipaddress.ip_address(address)) is expected


async def test_a_redirect_to_a_private_address_leads_nowhere() -> None:
    with (
        served({"/in": html("<title>Inside</title>")}) as inside,
        served({"/out": (302, {"location": f"{inside}/in"}, b"")}) as outside,
    ):
        inner = int(inside.rpartition(":")[2])
        asked: list[int] = []

        def first_only(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
            asked.append(inner)
            return len(asked) == 1

        fetcher = Fetcher("test", first_only)
        with pytest.raises(FetchFailed):
            await fetcher.fetch(f"{outside}/out", "text/html")
        assert len(asked) == 2, "the address after the redirect is looked at too"
        open_one = Fetcher("test", lambda _address: True)
        assert (await open_one.fetch(f"{outside}/out", "text/html")).url == f"{inside}/in"
        await fetcher.close()
        await open_one.close()


async def test_a_name_is_asked_about_once_and_the_address_that_was_looked_at_is_gone_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers with a public address first and with an inside one afterwards gains nothing."""
    loop = asyncio.get_running_loop()
    answers = iter(["93.184.216.34", "127.0.0.1"])
    looked_at: list[str] = []

    async def rebinding(host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (next(answers), port))]

    def allows(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        looked_at.append(str(address))
        return False

    monkeypatch.setattr(loop, "getaddrinfo", rebinding)
    fetcher = Fetcher("test", allows)
    with pytest.raises(FetchFailed):
        await fetcher.fetch("http://rebinding.example/", "text/html")
    assert looked_at == ["93.184.216.34"]
    assert next(answers) == "127.0.0.1", "it was asked about once"
    await fetcher.close()


async def test_what_is_too_large_of_another_type_or_not_there_is_not_taken() -> None:
    fetcher = Fetcher("test", lambda _address: True)
    pages = {
        "/large": (200, {"content-type": "text/html"}, b"x" * 3_000_000),
        "/picture": (200, {"content-type": "image/png"}, b"x"),
        "/round": (302, {"location": "/round"}, b""),
    }
    with served(pages) as address:
        assert len((await fetcher.fetch(f"{address}/large", "text/html")).content) == fetch.LARGEST_PAGE
        for path in ("/picture", "/round", "/gone"):
            with pytest.raises(FetchFailed):
                await fetcher.fetch(address + path, "text/html")
    await fetcher.close()


async def test_who_answers_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    fetcher = Fetcher("test", lambda _address: True)

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(FetchFailed):
            await fetcher.fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "text/html")
    server.close()
    await fetcher.close()


def test_a_page_is_read_as_it_is() -> None:
    content = (
        b'<html><head><meta charset="iso-8859-1"><title>Pumps \xe9 &amp; seals</title>'
        b'<meta property="og:title" content=" Better\n pumps "><meta name="description" content="All of it">'
        b'<meta property="og:image" content="/p.png"><link rel="me nofollow" href="//house.example/@ada">'
        b"</head><body><a rel=ME href='https://two.example/'>x</a><a rel=me href='javascript:alert(1)'>y"
    )
    found = page.read(content, "https://pumps.example/a/b")
    assert (found.title, found.description, found.site) == ("Better pumps", "All of it", "pumps.example")
    assert found.image == "https://pumps.example/p.png"
    assert found.me == ["https://house.example/@ada", "https://two.example/"]
    assert page.read(content.replace(b"og:title", b"x"), "https://a.example").title == "Pumps é & seals"
    assert page.read(b"\xff\xfe\x00<<<>>", "https://a.example").title == ""
