"""Introductions keep the law: a card goes with whatever ends that the two see each other, what one says changes nothing for anybody,
and the message is for the two alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.flows.test_meeting import knows
from tests.law.asgi import Request, send
from tests.law.scene import Settings
from tests.law.test_pages import told
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.context import Context
from weetwie.domain.identity import sessions
from weetwie.domain.meeting import pairs, proposals, rules
from weetwie.domain.people import assistant
from weetwie.errors import Forbidden, NotFound
from weetwie.flows import meeting
from weetwie.runtime import clock

_MESSAGE = "you both said yes to an introduction"
_SECRETS = ("zqnameQada", "zqbioQada", "zqunitQada", "zqnameQal", "zqbioQal", "zqunitQal")
_LOOKED_AT = (
    "/", "/all", "/messages", "/notifications", "/settings/meeting", "/@ada", "/@al", "/@weetwie",
)  # fmt: skip
_Change = Callable[[World, Someone, Someone], Awaitable[Any]]


class Reader:
    """Somebody in front of their pages."""

    def __init__(self, world: World, application: Any, who: Someone, cookie: str) -> None:
        self.world, self.application, self.who, self.cookie = world, application, who, cookie

    @classmethod
    async def of(cls, world: World, who: Someone) -> "Reader":
        cookie = f"weetwie-session={await sessions.begin(world.db, who.id)}"
        site = replace(world.site, base_url=Settings.base_url)
        return cls(world, build(Settings(), world.database, site), who, cookie)

    async def page(self, path: str = "/") -> str:
        answer = await send(self.application, Request("GET", path), None, self.cookie)
        assert answer.status < 500, path
        return told(answer)[1]

    async def says(self, yes: bool) -> None:
        (one,) = await proposals.waiting(self.world.db, await self.world.viewer(self.who))
        await self.answers(one.id, yes)

    async def answers(self, meeting_id: int, yes: bool) -> None:
        context = Context(self.world.db, await self.world.viewer(self.who), self.world.site)
        await meeting.answer(context, meeting_id, says=yes)


async def two(world: World) -> tuple[Reader, Reader]:
    """A member and an alumnus who know about the same, see each other's profile, and are asked."""
    await assistant.stand_ready(world.db, (await world.viewer()).policy)
    cards: dict[str, dict[str, Any]] = {
        handle: {name: f"zq{name}Q{handle}" for name in ("name", "bio", "unit")} for handle in ("ada", "al")
    }
    ada = await world.member("ada", profile_ring=int(Ring.network), **cards["ada"])
    al = await world.alumnus("al", profile_ring=int(Ring.network), **cards["al"])
    for who in (ada, al):
        await knows(world, who, "zqtopic")
    viewer = system((await world.viewer(ada)).policy)
    found = rules.best(await pairs.shared(world.db, viewer, ada.id))
    assert found is not None and found.other_id == al.id
    await proposals.propose(world.db, ada.id, found)
    return await Reader.of(world, ada), await Reader.of(world, al)


ENDS: dict[str, _Change] = {
    "her profile is for colleagues": lambda world, ada, al: world.change(
        ada, profile_ring=int(Ring.colleagues)
    ),
    "the policy is for colleagues": lambda world, ada, al: world.policy(widest_ring=Ring.colleagues),
    "she is suspended": lambda world, ada, al: world.suspend(ada),
    "she is erased": lambda world, ada, al: world.erase(ada),
    "she is leaving": lambda world, ada, al: world.change(ada, until=clock.now() + timedelta(days=9)),
    "he sleeps": lambda world, ada, al: world.change(al, is_dormant=True),
}
STILL_SEEN = ("she is leaving", "he sleeps")


@pytest.mark.parametrize("what", ENDS)
async def test_a_card_is_gone_and_answers_nothing_once_one_does_not_see_the_other(
    world: World, what: str
) -> None:
    ada, al = await two(world)
    (asked,) = await proposals.waiting(world.db, await world.viewer(al.who))
    card = f"/introductions/{asked.id}/answer"
    for reader, other in ((ada, "zqnameQal"), (al, "zqnameQada")):
        page = await reader.page()
        assert card in page and other in page and "zqtopic" in page
    await ada.says(True)
    await ENDS[what](world, ada.who, al.who)
    page = await al.page()
    assert card not in page and card not in await ada.page()
    if what not in STILL_SEEN:
        assert "Qada" not in page
    with pytest.raises((NotFound, Forbidden)):
        await al.answers(asked.id, True)
    assert await world.connection.fetchval("select count(*) from posts where visibility = 3") == 0


@pytest.mark.parametrize("yes", [True, False])
async def test_what_one_says_changes_no_page_of_the_other_nor_of_anybody_else(
    world: World, yes: bool
) -> None:
    ada, al = await two(world)
    mia = await Reader.of(world, await world.member("mia", is_admin=True))
    before = [[await reader.page(path) for path in _LOOKED_AT] for reader in (al, mia)]
    assert "zqtopic" in before[0][0]
    await ada.says(yes)
    after = [[await reader.page(path) for path in _LOOKED_AT] for reader in (al, mia)]
    assert after == before


async def test_the_message_holds_the_topic_alone_and_nobody_but_the_two_reads_it(world: World) -> None:
    ada, al = await two(world)
    mia = await Reader.of(world, await world.member("mia", is_admin=True))
    for reader in (ada, al):
        await reader.says(True)
    ((id, text),) = await world.connection.fetch(
        "select id, text from post_texts join posts on posts.id = post_id where visibility = 3"
    )
    assert "zqtopic" in text and _MESSAGE in text and not [word for word in _SECRETS if word in text]
    for reader in (ada, al):
        assert _MESSAGE in await reader.page(f"/@weetwie/{id}")
    for path in (*_LOOKED_AT, f"/@weetwie/{id}"):
        assert _MESSAGE not in await mia.page(path), path
