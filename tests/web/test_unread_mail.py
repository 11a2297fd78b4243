"""Unread notifications by mail: one email for all, of what its reader sees and wants when it is sent, and one click ends it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in
from tests.web.test_reset import Box, box, post, server
from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.enums import Visibility
from weetwie.context import of_system
from weetwie.domain.filters.filters import FilterChange, KeywordChange, make
from weetwie.domain.identity import addresses
from weetwie.domain.mail import emails as outbox, sending
from weetwie.events import PeopleNotified
from weetwie.flows import unread_mail
from weetwie.runtime import clock
from weetwie.smtp.client import SmtpClient

__all__ = ["box", "post", "server"]


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    """In one transaction, so that each change can be undone."""
    world = await World.open(dsn)
    reactions.attach(world.database)
    yield world
    await world.close()


@pytest.fixture
async def ada(world: World) -> Someone:
    ada = await world.member("ada", name="Ada")
    await addresses.add(world.db, ada.id, "ada@house.example", is_verified=True)
    await give_password(world, ada)
    return ada


@pytest.fixture
async def bo(world: World) -> Someone:
    return await world.member("bo", name="Bo")


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    world.site = replace(world.site, sends_mail=True)
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site


async def told(world: World, who: Someone, by: Someone, post: int, kind: str = "mention") -> None:
    """As the worker does it after a notification."""
    id = await world.notify(who, kind, by, post)
    async with world.database.transaction() as db:
        await unread_mail.begin(
            await of_system(db, replace(world.site, sends_mail=True)), [PeopleNotified([id])]
        )


async def mention(world: World, by: Someone, who: Someone, text: str, **more: Any) -> int:
    post = await world.post(by, text, mentions=[who], **more)
    await told(world, who, by, post)
    return post


async def half_an_hour_later(world: World, post: SmtpClient) -> bool:
    await world.connection.execute("update letters set due_at = due_at - interval '31 minutes'")
    return await sent(world, post)


async def sent(world: World, post: SmtpClient) -> bool:
    later = {outbox.UNREAD: unread_mail.written_later(world.database, world.site)}
    return await sending.work(world.database, post, later)


def said(box: Box, at: int = -1) -> str:
    """Both forms of one email, with its subject."""
    letter = box.letters[at]
    bodies = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return "\n".join(
        [letter["Subject"], *(bytes(one.get_payload(decode=True)).decode() for one in bodies if one)]
    )


async def test_what_is_unread_for_half_an_hour_comes_in_one_email(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    cy = await world.member("cy", name="Cy")
    question = await world.post(ada, "Who can weld titanium?")
    await world.connection.execute("update posts set is_question = true where id = $1", question)
    await mention(world, bo, ada, "@ada the valves\nare here")
    assert not await sent(world, post), "it may still be read"
    await mention(world, cy, ada, "@ada I can weld it", reply_to=question)
    await mention(world, cy, ada, "@ada what nobody else reads", visibility=Visibility.direct)
    await mention(world, cy, ada, "@ada a long story", warning="About lunch")
    assert await half_an_hour_later(world, post) and len(box.letters) == 1
    text = said(box)
    assert text.startswith("4 unread notifications · ")
    assert "are here" in text and "I can weld it" in text and "About lunch" in text
    assert "nobody else reads" not in text and "a long story" not in text and "/messages/" in text
    letter = box.letters[0]
    assert letter["To"] == "ada@house.example" and letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not await half_an_hour_later(world, post), "once"


async def test_the_subject_says_who_and_why(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    own = await world.post(ada, "Good morning")
    question = await world.post(ada, "Who can weld titanium?")
    await world.connection.execute("update posts set is_question = true where id = $1", question)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "Bo mentioned you"),
        ({"reply_to": own}, "Bo replied to you"),
        ({"reply_to": question}, "Bo answered your question"),
        ({"visibility": Visibility.direct}, "Message from Bo"),
    ]
    for more, subject in cases:
        await world.connection.execute("delete from notifications")
        await world.connection.execute("delete from mail_choices")
        await mention(world, bo, ada, "@ada here", **more)
        assert await half_an_hour_later(world, post)
        assert said(box).startswith(f"{subject} · "), subject
    for language, subject in (("nl", "Bo vermeldde je"), ("de", "Bo hat dich erwähnt")):
        await world.change(ada, pages_language=language)
        await world.connection.execute("delete from notifications")
        await world.connection.execute("delete from mail_choices")
        await mention(world, bo, ada, "@ada here")
        assert await half_an_hour_later(world, post)
        assert said(box).startswith(f"{subject} · ")


async def test_nothing_comes_of_what_was_read_answered_deleted_muted_filtered_or_hidden_meanwhile(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    async def read(_post: int) -> None:
        assert (await site.get("/notifications")).status_code == 200

    async def read_message(at: int) -> None:
        assert (await site.get(f"/messages/{at}")).status_code == 200

    async def answered(at: int) -> None:
        await world.post(ada, "Thanks", reply_to=at)

    async def muted_thread(at: int) -> None:
        await world.mark(ada, at, is_muted=True)

    async def muted(_post: int) -> None:
        await world.mute(ada, bo, hides_notifications=False)

    async def filtered(_post: int) -> None:
        change = FilterChange(
            title="Secrets",
            contexts=["notifications"],
            action=0,
            keywords=[KeywordChange(keyword="secret", is_whole_word=True)],
        )
        await make(world.db, await world.viewer(ada), change)
        await world.change(ada, filters_version=1)

    async def held(_post: int) -> None:
        await world.connection.execute("update notifications set is_held = true")

    async def only_asked(at: int) -> None:
        await world.connection.execute("delete from mentions where post_id = $1", at)
        await world._insert("asked_people", post_id=at, person_id=ada.id, chosen_by=0)

    async def narrowed(at: int) -> None:
        await world.connection.execute("update posts set visibility = 3 where id = $1", at)
        await world.connection.execute("delete from mentions where post_id = $1", at)

    changes = {
        "read": read,
        "answered": answered,
        "deleted": world.delete,
        "in a muted thread": muted_thread,
        "of a muted person": muted,
        "filtered": filtered,
        "held back": held,
        "a question they are asked": only_asked,
        "narrowed": narrowed,
    }
    for name, change in changes.items():
        async with world.undone():
            at = await mention(world, bo, ada, "@ada a secret")
            await change(at)
            assert await half_an_hour_later(world, post) and not box.letters, name
    async with world.undone():
        await read_message(await mention(world, bo, ada, "@ada a secret", visibility=Visibility.direct))
        assert await half_an_hour_later(world, post) and not box.letters
    for standing in ({"is_dormant": True}, {"suspended_at": clock.now()}):
        async with world.undone():
            await mention(world, bo, ada, "@ada a secret")
            await world.change(ada, **standing)
            assert await half_an_hour_later(world, post) and not box.letters, standing
    async with world.undone():
        await mention(world, bo, ada, "@ada a secret")
        await world.block(bo, ada)
        assert await half_an_hour_later(world, post) and not box.letters


async def test_an_edited_post_comes_as_it_is_now(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    at = await mention(world, bo, ada, "@ada the old words")
    await world.connection.execute("update post_texts set text = '@ada the new words' where post_id = $1", at)
    assert await half_an_hour_later(world, post)
    assert "new words" in said(box) and "old words" not in said(box)


async def test_who_does_not_look_is_left_in_peace_for_eight_hours(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    async def due() -> datetime:
        at: datetime = await world.connection.fetchval("select due_at from letters")
        return at

    await mention(world, bo, ada, "@ada one")
    assert await half_an_hour_later(world, post)
    await mention(world, bo, ada, "@ada two")
    assert await due() > clock.now() + timedelta(hours=7)
    assert (await site.get("/notifications")).status_code == 200
    await mention(world, bo, ada, "@ada three")
    assert await due() < clock.now() + timedelta(minutes=31), "whoever has looked is there"
    assert await half_an_hour_later(world, post)
    assert "three" in said(box) and "two" not in said(box)
    await mention(world, bo, ada, "@ada four")
    await world.post(ada, "I am here")
    await mention(world, bo, ada, "@ada five")
    assert await due() < clock.now() + timedelta(minutes=31), "whoever writes is there"
    assert await half_an_hour_later(world, post)
    assert "four" in said(box) and "five" in said(box) and "three" not in said(box)


async def test_each_chooses_what_comes_and_one_click_ends_all_of_it(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    page = (await site.get("/settings/email")).text
    assert page.count("checked") == 3, "all kinds, but no private words"
    page_form = {"has_mailed": "1", "mailed": "direct", "with_private": "on"}
    await act(site, "/settings/email", **page_form)
    await mention(world, bo, ada, "@ada in public")
    await mention(world, bo, ada, "@ada between us", visibility=Visibility.direct)
    assert await half_an_hour_later(world, post)
    assert "between us" in said(box) and "in public" not in said(box)
    found = re.search(r"<https://[^/]+(/letters/stop/u[^>]+)>", box.letters[0]["List-Unsubscribe"])
    assert found
    assert (await site.get(found[1].replace("stop/u", "stop/u1"))).status_code == 404
    assert "Stop e-mails about unread notifications?" in (await site.get(found[1])).text
    answer = await site.post(found[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "unsubscribed" in answer.text
    await world.connection.execute("update mail_choices set mailed_at = null")
    await mention(world, bo, ada, "@ada once more")
    assert not await half_an_hour_later(world, post)
    assert not (await site.get("/settings/email")).text.count('name="mailed" value="direct" checked')


async def test_an_outage_of_the_mail_server_loses_and_doubles_nothing(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone, post: SmtpClient, box: Box
) -> None:
    await mention(world, bo, ada, "@ada one")
    box.refuses = "451 later"
    assert await half_an_hour_later(world, post) and not box.letters
    await mention(world, bo, ada, "@ada two")
    assert await world.connection.fetchval("select count(*) from letters") == 2
    box.refuses = ""
    await world.connection.execute("update letters set due_at = now() where attempts = 1")
    assert await sent(world, post) and "one" in said(box) and "two" in said(box)
    assert await half_an_hour_later(world, post) and len(box.letters) == 1, "told already"


async def test_whoever_has_no_confirmed_address_or_is_told_of_less_gets_no_email(
    site: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    own = await world.post(bo, "Hello")
    await told(world, bo, ada, own)
    await told(world, ada, bo, await world.post(bo, "Good morning"), "status")
    await told(world, ada, bo, await world.post(ada, "Mine"), "favourite")
    assert await world.connection.fetchval("select count(*) from letters") == 0
