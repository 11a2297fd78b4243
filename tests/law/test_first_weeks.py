"""The cards of the first weeks and that of an introduction keep the law: no secret word, and nothing changes by what one does not see."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.law.asgi import Request
from tests.law.scene import Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import denied_words
from tests.law.test_pages import cookie_of, look, told
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.domain.meeting import pairs, proposals, rules
from weetwie.runtime import clock

VIEWERS = ("mia", "mel", "bea", "bix", "alma", "gus")
_CARD = re.compile(r'<section class="sheet meet.*?</section>', re.DOTALL)
_Ready = Callable[[Scene, str], Awaitable[None]]


def _week(days: int) -> _Ready:
    async def ready(scene: Scene, viewer: str) -> None:
        """They have just come; what they say that they know is what the secrets are about, and in week 2 they want to learn it."""
        run, who = scene.world.connection.execute, scene.people[viewer].id
        began = clock.now() - timedelta(days=days)
        await run("insert into first_weeks (person_id, began_at) values ($1, $2)", who, began)
        await run("update people set joined_at = joined_at - interval '1 year' where id <> $1", who)
        if days == 8:
            await run("update topics set choice = 1 where person_id = $1 and key = 'open'", who)
        await run("delete from follows where follower_id = $1", who)

    return ready


async def _introduced(scene: Scene, viewer: str) -> None:
    """To whom it would be, were this their hour."""
    world, who = scene.world, scene.people[viewer]
    found = rules.best(await pairs.shared(world.db, system((await world.viewer()).policy), who.id))
    if found is not None:
        await proposals.propose(world.db, who.id, found)


READY: dict[str, _Ready] = {
    "first-weeks 1": _week(0),
    "first-weeks 2": _week(8),
    "first-weeks 4": _week(22),
    "first-weeks 12": _week(78),
    "introduction": _introduced,
}
_NOBODY = {("gus", "first-weeks 4"), ("gus", "first-weeks 12"), ("gus", "introduction")}
"""Guests are to know whom they work with."""


@pytest.mark.parametrize("viewer", VIEWERS)
def test_no_card_has_a_word_that_one_may_not_read_nor_changes_by_what_one_does_not_see(
    scenes: Scenes, viewer: str
) -> None:
    async def story(scene: Scene) -> None:
        hidden = await scene.hidden((viewer,))
        unseen = [secret for group in hidden[viewer] for secret in group]
        cookie = await cookie_of(scene, viewer)
        for card, ready in READY.items():
            worlds = []
            for kept in ([], unseen):
                async with scene.world.undone():
                    await scene.keep(kept)
                    await ready(scene, viewer)
                    answers = await look(scene, viewer, cookie, [Request("GET", "/")])
                    assert not await denied_words(scene, viewer, answers), card
                    (page,) = answers.values()
                    shown = _CARD.findall(told(page)[1])
                    assert bool(shown) != ((viewer, card) in _NOBODY), f"{card}: nothing is proved"
                    worlds.append([re.sub(r"/introductions/\d+", "", one) for one in shown])
            assert worlds[0] == worlds[1], card

    scenes.tell(Ring.network, story)
