"""A new password by mail: sent by a real mail server on loopback, told to nobody who should not know."""

import base64
import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from tests.api.conformance import Conforming
from tests.site import Choices, send, sign_in
from tests.world import World
from weetwie.app import build
from weetwie.domain.identity import addresses, one_time
from weetwie.domain.mail import emails, sending, write_account
from weetwie.runtime import clock
from weetwie.serve import doctor
from weetwie.smtp.client import SmtpClient


class Box:
    """What the mail server got; `refuses` is what it says to every receiver."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses = ""
        self.called: list[str] = []

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self.called.append(name)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refuses or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[Controller]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def post(server: Controller) -> SmtpClient:
    return SmtpClient(f"smtp+plain://127.0.0.1:{server.port}", "house@house.example", "House")


@pytest.fixture
async def site(world: World, ada: Any) -> AsyncIterator[httpx.AsyncClient]:
    await addresses.add(world.db, ada.id, "ada@house.example", is_verified=True)
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=Conforming(transport), base_url="https://house.example") as site:
        yield site


async def test_a_forgotten_password_is_chosen_anew(
    site: httpx.AsyncClient, world: World, post: SmtpClient, box: Box
) -> None:
    assert 'href="/reset"' in (await site.get("/auth/sign_in")).text
    assert "sent an e-mail" in (await send(site, "/reset", name="Ada")).text
    assert await sending.work(world.database, post)
    assert not await sending.work(world.database, post)
    (letter,) = box.letters
    assert letter["To"] == "ada@house.example"
    parts = [part.get_content() for part in letter.iter_parts() if isinstance(part, EmailMessage)]
    assert all("https://house.example/auth/password/" in part for part in parts) and len(parts) == 2
    link = re.findall(r"https://house\.example(/auth/password/\S+)", parts[0])[0]
    assert (await send(site, link, password="five words and one more")).status_code == 303
    assert (await sign_in(site, "ada", "five words and one more")).status_code == 303
    assert (await site.get(link)).status_code == 404


async def test_the_answer_is_the_same_for_a_name_that_nobody_has(
    site: httpx.AsyncClient, world: World
) -> None:
    plain = [
        re.sub(r'value="[0-9a-f]{64}"', "", (await send(site, "/reset", name=name)).text)
        for name in ("ada", "nobody")
    ]
    assert plain[0] == plain[1]
    assert await world.connection.fetchval("select count(*) from letters") == 1


async def test_nobody_gets_more_than_a_few_letters_in_an_hour(site: httpx.AsyncClient, world: World) -> None:
    for _time in range(5):
        await send(site, "/reset", name="ada")
    assert await world.connection.fetchval("select count(*) from letters") == 3


async def test_a_browser_that_is_new_is_told_of_but_not_the_first_one(
    site: httpx.AsyncClient, world: World, post: SmtpClient, box: Box
) -> None:
    for agent in ("One/1", "One/1", "Two/2 {handle}"):
        site.headers["user-agent"] = agent
        site.cookies.clear()
        await sign_in(site, "ada")
    assert await sending.work(world.database, post)
    assert not await sending.work(world.database, post)
    text = box.letters[0].get_body(("plain",))
    assert isinstance(text, EmailMessage)
    assert "Two/2 {handle}" in text.get_content()


async def put_one(world: World) -> None:
    written = write_account.new_password("nl", "House", "ada", "https://house.example/x")
    async with world.database.transaction() as db:
        await emails.put(db, None, "ada@house.example", written, timedelta(hours=1))


async def test_an_address_that_does_not_exist_is_given_up_and_forgotten(
    world: World, post: SmtpClient, box: Box
) -> None:
    box.refuses = "550 no such person"
    await put_one(world)
    await sending.work(world.database, post)
    row = await world.connection.fetchrow("select address, text, why, failed_at from letters")
    assert (row["address"], row["text"], row["why"]) == ("", b"", "the address was refused (550)")
    assert row["failed_at"] is not None


async def test_a_server_that_is_busy_or_away_is_tried_again_later(
    world: World, post: SmtpClient, box: Box
) -> None:
    box.refuses = "451 later"
    await put_one(world)
    await sending.work(world.database, post)
    assert not await sending.work(world.database, post)
    box.refuses = ""
    await world.connection.execute("update letters set due_at = now()")
    await sending.work(world.database, SmtpClient("smtp+plain://127.0.0.1:1", "house@house.example"))
    await world.connection.execute("update letters set due_at = now()")
    await sending.work(world.database, post)
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname",
        "554 5.7.1 <bo@corp.example>: Relay access denied",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "530 5.7.0 Authentication required",
        "550 relay not permitted",
    ],
)
async def test_a_letter_that_is_refused_for_our_own_fault_waits_until_it_is_mended_and_is_told(
    world: World, post: SmtpClient, box: Box, answer: str
) -> None:
    box.refuses = answer
    await put_one(world)
    await sending.work(world.database, post)
    row = await world.connection.fetchrow(
        "select address, why, failed_at, due_at - now() as wait from letters"
    )
    assert row["failed_at"] is None and row["address"] == "ada@house.example"
    assert row["wait"] <= timedelta(minutes=30) and "bo@corp.example" not in row["why"]
    count, why = await emails.stuck(world.db)
    assert count == 1 and answer[:3] in why
    found = [one async for one in doctor.inside(world.database)]
    assert [one.about for one in found if one.state == "wrong"] == ["e-mail"]
    box.refuses = ""
    await world.connection.execute("update letters set due_at = now()")
    await sending.work(world.database, post)
    assert len(box.letters) == 1 and await emails.stuck(world.db) == (0, "")


async def test_administrators_see_that_letters_do_not_go_out(
    site: httpx.AsyncClient, world: World, post: SmtpClient, box: Box
) -> None:
    await world.connection.execute("update people set is_admin = true where handle = 'ada'")
    await sign_in(site, "ada")
    hint = "Deliveries are waiting"
    await world.connection.execute("delete from letters")
    assert hint not in (await site.get("/admin")).text
    box.refuses = "554 5.7.1 Relay access denied"
    await put_one(world)
    await sending.work(world.database, post)
    assert hint in (await site.get("/admin")).text


@pytest.mark.parametrize(
    ("host", "called"),
    [
        ("talk.corp.example", "talk.corp.example"),
        ("müller.example", "xn--mller-kva.example"),
        ("192.0.2.7", "[192.0.2.7]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
    ],
)
async def test_the_server_is_greeted_by_the_name_of_this_place(
    server: Controller, box: Box, host: str, called: str
) -> None:
    post = SmtpClient(f"smtp+plain://127.0.0.1:{server.port}", "house@house.example", host=host)
    await post.send("ada@house.example", "Hello", "Hello", "<p>Hello</p>")
    assert box.called == [called]


async def test_without_tls_nothing_is_sent_unless_that_was_chosen(
    world: World, server: Controller, box: Box
) -> None:
    await put_one(world)
    await sending.work(world.database, SmtpClient(f"smtp://127.0.0.1:{server.port}", "house@house.example"))
    assert not box.letters
    assert await world.connection.fetchval("select attempts from letters") == 1


async def ask_for_a_link(site: httpx.AsyncClient, post: SmtpClient, box: Box, world: World) -> str:
    assert "sent an e-mail" in (await send(site, "/auth/link", name="ada")).text
    assert await sending.work(world.database, post)
    text = box.letters[-1].get_body(("plain",))
    assert isinstance(text, EmailMessage)
    return str(re.findall(r"https://house\.example(/auth/link/\S+)", text.get_content())[0])


async def test_a_link_in_a_letter_signs_in_once_and_by_a_button(
    site: httpx.AsyncClient, world: World, post: SmtpClient, box: Box
) -> None:
    link = await ask_for_a_link(site, post, box, world)
    for _looker in range(3):
        assert "@ada" in (await site.get(link)).text
    assert (await site.get("/settings")).status_code == 303, "looking at it signs nobody in"
    assert (await send(site, link)).headers["location"] == "/begin"
    assert (await site.get("/settings")).status_code == 200
    assert (await site.get(link)).status_code == 404


async def test_a_link_does_not_go_round_the_code_the_provider_or_the_end(
    site: httpx.AsyncClient, world: World, ada: Any, post: SmtpClient, box: Box
) -> None:
    viewer = await world.viewer(ada)
    secret, _address = await one_time.begin(world.db, viewer, "House")
    raw = base64.b32decode(secret)
    now = int(clock.now().timestamp()) // one_time.STEP
    await one_time.confirm(world.db, viewer, one_time.at(raw, now - 1))
    link = await ask_for_a_link(site, post, box, world)
    assert (await send(site, link, code="000000")).status_code == 422
    assert (await send(site, link, code=one_time.at(raw, now))).status_code == 303
    await world.policy(sign_in="sso")
    await send(site, "/auth/link", name="ada")
    assert not await sending.work(world.database, post)
    await world.policy(sign_in="both")
    link = await ask_for_a_link(site, post, box, world)
    await world.suspend(ada)
    assert (await site.get(link)).status_code == 404
