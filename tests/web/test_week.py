"""The week by mail: for those who choose it, written when it is sent, by what they see then, and never twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.site import Choices, act, give_password, sign_in
from tests.web.test_reset import Box, box, post, server
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.app import build
from weetwie.context import Context, of_system
from weetwie.domain.identity import addresses
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.mail import emails as outbox, sending
from weetwie.domain.questions import preferences
from weetwie.flows import week
from weetwie.runtime import clock
from weetwie.smtp.client import SmtpClient

__all__ = ["box", "post", "server"]
HOUSE = "https://house.example"
THURSDAY = datetime(2026, 6, 11, 8, 30, tzinfo=UTC)


@pytest.fixture
async def al(world: World) -> Someone:
    al = await world.alumnus("al", name="Al")
    await world.change(al, joined_at=clock.now() - timedelta(days=3000))
    await addresses.choose_personal(world.db, al.id, "al@home.example")
    await give_password(world, al)
    return al


@pytest.fixture
async def site(world: World, al: Someone) -> AsyncIterator[httpx.AsyncClient]:
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HOUSE) as site:
        await sign_in(site, "al")
        yield site


async def due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever day it is: it was Thursday, and the last one was a week ago."""
    monkeypatch.setattr(week, "is_due", lambda *_given: True)
    await world.connection.execute("update people set week_told_at = week_told_at - interval '7 days'")
    async with world.database.transaction() as db:
        await week.keep_place(await of_system(db, replace(world.site, sends_mail=True)))


async def sent(world: World, post: SmtpClient) -> bool:
    return await sending.work(
        world.database, post, {outbox.WEEKLY: sending.WrittenLater(week.writer(world.database, world.site))}
    )


async def asked(world: World, who: Someone, text: str, ring: Ring = Ring.network) -> int:
    id = await world.post(who, f"{text} #welding", ring=ring, tags=["welding"])
    await world.connection.execute("update posts set is_question = true where id = $1", id)
    return id


async def test_it_is_off_until_chosen_and_says_what_its_reader_sees_when_it_is_sent(
    site: httpx.AsyncClient,
    world: World,
    al: Someone,
    post: SmtpClient,
    box: Box,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = await world.member("ada", name="Ada", profile_ring=int(Ring.network))
    bea = await world.member("bea", name="Bea")
    await topics.choose(world.db, await world.viewer(al), "welding", TopicChoice.knows)
    await world.follow(al, ada)
    await asked(world, ada, "Who can weld titanium?")
    await asked(world, ada, "Who can weld secretly?", Ring.colleagues)
    taken_back = await asked(world, bea, "Who can weld in vain?")
    await world.post(ada, "We opened the new hall today", ring=Ring.network)
    await world.post(ada, "For followers alone", ring=Ring.network, visibility=Visibility.private)
    await world.post(ada, "Long story", ring=Ring.network, warning="About lunch")
    await due(world, monkeypatch)
    assert not await sent(world, post), "nobody has asked for it"
    await act(site, "/settings/email", wants_week="on")
    await due(world, monkeypatch)
    await world.delete(taken_back)
    assert await sent(world, post)
    (letter,) = box.letters
    for body in (letter.get_body(("plain",)), letter.get_body(("html",))):
        assert body is not None
        text = bytes(body.get_payload(decode=True)).decode()
        assert "Who can weld titanium?" in text and "new hall" in text and "About lunch" in text
        assert not any(word in text for word in ("secretly", "in vain", "alone", "Long story"))
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Subject"].startswith("Questions you may be able to answer")
    assert not await sent(world, post), "once"
    context = Context(world.db, await world.viewer(al), world.site)
    assert await week.compose(context, clock.now(), HOUSE) is None, "with nothing new to tell none is sent"


async def test_whoever_blocks_leaves_or_says_stop_before_it_is_sent_gets_nothing_of_it(
    site: httpx.AsyncClient,
    world: World,
    al: Someone,
    post: SmtpClient,
    box: Box,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = await world.member("ada", joined_at=clock.now() - timedelta(days=300))
    await world.follow(al, ada)
    await world.post(ada, "We opened the new hall today", ring=Ring.network)
    await act(site, "/settings/email", wants_week="on")
    await due(world, monkeypatch)
    await world.block(ada, al)
    assert await sent(world, post) and box.letters == []
    await world.connection.execute("delete from blocks")
    await world.follow(al, ada)
    await due(world, monkeypatch)
    stop = await world.connection.fetchval("select stop from letters")
    at = stop.removeprefix(world.site.base_url)
    assert (await site.get(at.replace(str(al.id), str(ada.id)))).status_code == 404
    answer = await site.post(at, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "unsubscribed" in answer.text
    assert await sent(world, post) and box.letters == []
    await act(site, "/settings/email", wants_week="on")
    await due(world, monkeypatch)
    await world.change(al, is_dormant=True)
    assert await sent(world, post) and box.letters == []


class Ended(SmtpClient):
    """The mail server has taken it, and the process ends before anything is written down."""

    def __init__(self) -> None:
        self.taken = 0

    async def send(self, to: str, subject: str, text: str, html: str, stop: str = "", **_more: str) -> None:
        self.taken += 1
        raise asyncio.CancelledError


async def test_whatever_ends_while_it_is_sent_nobody_gets_it_twice(
    site: httpx.AsyncClient, world: World, al: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await world.member("ada", name="Ada", profile_ring=int(Ring.network))
    await world.follow(al, ada)
    await world.post(ada, "We opened the new hall today", ring=Ring.network)
    await act(site, "/settings/email", wants_week="on")
    await due(world, monkeypatch)
    ended = Ended()
    with pytest.raises(asyncio.CancelledError):
        await sent(world, ended)
    await world.connection.execute("update letters set created_at = created_at - interval '1 day'")
    assert not await sent(world, ended), "it is nobody's to send any more"
    await world.connection.execute("update letters set due_at = now(), ends_at = now() - interval '1 hour'")
    assert await sent(world, ended) and ended.taken == 1
    row = await world.connection.fetchrow("select * from letters")
    assert row["failed_at"] is not None and row["address"] == ""


async def test_the_preview_shows_the_same_and_counts_as_nothing(
    site: httpx.AsyncClient, world: World, al: Someone
) -> None:
    empty = await site.get("/settings/email/preview")
    assert "nothing new this week" in (await site.get(empty.headers["location"])).text
    ada = await world.member("ada", name="Ada", unit="Logistics", profile_ring=int(Ring.network))
    said = await world.post(
        ada, "The new valves wait in hall three for whoever needs them", ring=Ring.network
    )
    await world.connection.execute("update posts set favourites_count = 1 where id = $1", said)
    for _time in range(2):
        shown = await site.get("/settings/email/preview")
        assert "The new valves wait" in shown.text and "From Logistics" in shown.text
        assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert await world.connection.fetchval("select count(*) from beyond_posts") == 0
    viewer = await world.viewer(al)
    context = Context(world.db, viewer, world.site)
    await week.compose(context, clock.now() - week.A_WEEK, HOUSE, is_sent=True)
    assert await world.connection.fetchval("select count(*) from beyond_posts") == 1


async def test_in_dutch_and_german_it_is_dutch_and_german(world: World, al: Someone) -> None:
    ada = await world.member("ada", name="Ada", profile_ring=int(Ring.network))
    await world.follow(al, ada)
    await world.post(ada, "We opened the new hall today", ring=Ring.network)
    subjects = []
    for language in ("nl", "de"):
        await world.change(al, pages_language=language)
        context = Context(world.db, await world.viewer(al), world.site)
        written = await week.compose(context, clock.now() - week.A_WEEK, HOUSE)
        assert written is not None and f'<html lang="{language}"' in written.html
        subjects.append(written.subject)
    assert len(set(subjects)) == 2 and not any("From people" in one for one in subjects)


@pytest.fixture
def ascension() -> Iterator[datetime]:
    """A Thursday on which nobody works in the Netherlands; the clock goes on afterwards."""
    yield datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
    clock.stop(None)


async def test_nobody_gets_it_on_a_holiday_of_their_location_or_while_away(
    world: World, al: Someone, ascension: datetime
) -> None:
    bo = await world.member("bo", place="Lingen")
    await addresses.choose_personal(world.db, bo.id, "bo@home.example")
    await world.policy(time_zone="Europe/Berlin", holidays="NL", holidays_by_place=("Lingen=US",))
    await world.connection.execute(
        "update people set wants_week = true, week_told_at = $1", ascension - timedelta(days=7)
    )

    async def written_to(at: datetime) -> list[int]:
        clock.stop(at)
        async with world.database.transaction() as db:
            await week.keep_place(await of_system(db, replace(world.site, sends_mail=True)))
        rows = await world.connection.fetch("select person_id from letters order by id")
        return [row["person_id"] for row in rows]

    assert await written_to(ascension) == [bo.id]
    away = preferences.Preferences(away_until=ascension.date() + timedelta(days=1))
    await preferences.choose(world.db, await world.viewer(al), away, [])
    assert await written_to(ascension + timedelta(days=1)) == [bo.id], "one is away"
    assert await written_to(ascension + timedelta(days=2)) == [bo.id], "nobody works on a Saturday"
    assert await written_to(ascension + timedelta(days=4)) == [bo.id, al.id]
