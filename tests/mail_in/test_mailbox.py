"""Replies fetched from a mailbox: pymap, a real IMAP server in memory, on loopback, also behind TLS."""

import asyncio
import imaplib
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.mail_in.conftest import Company, reply
from tests.patience import PATIENCE
from tests.slapd import certificates
from weetwie.database.unavailable import DatabaseAway
from weetwie.flows import mail_in as flow
from weetwie.mail_in import reading
from weetwie.mail_in.check import check
from weetwie.mail_in.mailbox import MailboxAway, fetch
from weetwie.settings import MailIn, SettingsError, read


class Server:
    """The mailbox, as its provider has it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def login(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE)
        client.login("demouser", "demopass")
        return client

    def put(self, message: EmailMessage) -> None:
        client = self.login()
        client.append("INBOX", "", "", message.as_bytes(policy=policy.SMTP))
        client.logout()

    def number(self, folder: str) -> int:
        client = self.login()
        _state, said = client.select(folder)
        client.logout()
        return int(said[0] or b"0")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pymap = Path(sys.executable).with_name("pymap")
    words = [str(pymap), "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    words += ["--no-service", "admin", "--no-service", "managesieve", "dict", "--demo-data"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as process:
        server = Server(port)
        try:
            _wait_for(port, process)
            client = server.login()
            client.create("Done")
            client.select("INBOX")
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()
            client.logout()
            yield server
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            if connection.recv(10):
                return
    raise AssertionError("pymap has ended")


def with_mailbox(company: Company, server: Server, **more: str) -> Company:
    found = {
        "address": "reply@house.example",
        "imap": f"imap://demouser:demopass@127.0.0.1:{server.port}/INBOX",
    }
    company.mail_in = MailIn(**(found | more))
    company.world.site = replace(company.world.site, mail_in=company.mail_in)
    return company


async def fetched(company: Company) -> int:
    return await fetch(company.world.database, company.world.site)


async def test_replies_are_posted_and_then_moved(company: Company, server: Server) -> None:
    with_mailbox(company, server, done_folder="Done")
    post = await company.world.post(company.ada, "Who can weld?")
    to = await company.address(post)
    server.put(reply(to, "Cy can"))
    server.put(reply(to, "I am away", Auto_Submitted="auto-replied"))
    server.put(reply("else@house.example", "for nobody here"))
    delivered = reply("Weetwie <list@house.example>", "by another way", Delivered_To=to)
    server.put(delivered)
    assert await fetched(company) == 4
    assert [row["text"] for row in await company.posts()] == ["@ada Cy can", "@ada by another way"]
    assert (server.number("INBOX"), server.number("Done")) == (0, 4)
    server.put(delivered)
    assert await fetched(company) == 1 and len(await company.posts()) == 2, "one mail is one post"


async def test_without_a_folder_for_them_they_are_deleted(company: Company, server: Server) -> None:
    with_mailbox(company, server)
    server.put(reply(await company.address(await company.world.post(company.ada, "Who?")), "Cy can"))
    assert await fetched(company) == 1 and len(await company.posts()) == 1
    assert server.number("INBOX") == 0


async def test_what_the_database_cannot_take_stays_and_one_that_fails_holds_up_no_other(
    company: Company, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mailbox(company, server)
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    server.put(reply(to, "one"))
    server.put(reply(to, "two"))

    async def away(*_given: object) -> None:
        raise DatabaseAway

    monkeypatch.setattr(flow, "take", away)
    with pytest.raises(DatabaseAway):
        await fetched(company)
    assert server.number("INBOX") == 2
    monkeypatch.undo()
    take = flow.take

    async def fails(context: object, mail: object, *ready: object) -> object:
        if getattr(mail, "text", "") == "one":
            raise ValueError
        return await take(context, mail, *ready)  # type: ignore[arg-type]

    monkeypatch.setattr(flow, "take", fails)
    assert await fetched(company) == 1 and server.number("INBOX") == 1
    monkeypatch.undo()
    assert await fetched(company) == 1 and len(await company.posts()) == 2


async def test_what_is_too_large_is_not_read(
    company: Company, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_mailbox(company, server, done_folder="Done")
    server.put(reply(await company.address(await company.world.post(company.ada, "Who?")), "long " * 100))
    monkeypatch.setattr(reading, "LARGEST", 100)
    assert await fetched(company) == 1 and await company.posts() == []
    assert (server.number("INBOX"), server.number("Done")) == (0, 1)


async def test_while_it_is_switched_off_the_mailbox_is_left_alone(company: Company, server: Server) -> None:
    with_mailbox(company, server)
    server.put(reply(await company.address(await company.world.post(company.ada, "Who?")), "Cy"))
    await company.world.policy(connections=[])
    assert await fetched(company) == 0 and server.number("INBOX") == 1


async def test_an_outage_of_the_mailbox_is_said_and_loses_nothing(company: Company, server: Server) -> None:
    with_mailbox(company, server)
    world = company.world
    assert "Works" in await check(world.database, world.site)
    server.put(reply(await company.address(await world.post(company.ada, "Who?")), "Cy"))
    wrong = f"imap://demouser:wrong@127.0.0.1:{server.port}/INBOX"
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"imap://demouser:demopass@127.0.0.1:{free.getsockname()[1]}/INBOX"
    for at in (wrong, nobody, f"imap://demouser:demopass@127.0.0.1:{server.port}/Nowhere"):
        away = replace(world.site, mail_in=MailIn(address="reply@house.example", imap=at))
        with pytest.raises(MailboxAway):
            await fetch(world.database, away)
        with pytest.raises(MailboxAway):
            await check(world.database, away)
    assert await fetched(company) == 1


@asynccontextmanager
async def behind_tls(server: Server, folder: Path) -> AsyncIterator[int]:
    """The port at which the same server speaks TLS from the start."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while given := await reader.read(65_536):
                writer.write(given)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / "server.pem", folder / "server.key")
    relay = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    async with relay:
        yield relay.sockets[0].getsockname()[1]


async def test_a_mailbox_elsewhere_is_asked_over_tls_alone(
    company: Company, server: Server, tmp_path: Path
) -> None:
    certificates(tmp_path)
    known = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    async with behind_tls(server, tmp_path) as port:
        with_mailbox(company, server, imap=f"imaps://demouser:demopass@localhost:{port}/INBOX")
        server.put(reply(await company.address(await company.world.post(company.ada, "Who?")), "Cy"))
        with pytest.raises(MailboxAway):
            await fetched(company)  # its certificate is nobody's whom this machine trusts
        assert await fetch(company.world.database, company.world.site, known) == 1
    for at in ("imap://a:b@imap.example/", "imaps://imap.example/", "http://a:b@c/"):
        given = json.dumps({"address": "reply@house.example", "imap": at})
        with pytest.raises(SettingsError, match="WEETWIE_MAIL_IN"):
            read({"WEETWIE_MAIL_IN": given})
