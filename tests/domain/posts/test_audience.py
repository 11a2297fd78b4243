"""What is said before about who would see a post is what is so afterwards, by the plain rule."""

import asyncio
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.access.companies import companies, dice, read, write
from tests.access.plain_rule import Company, Human
from tests.world import SOME_DAY, World
from weetwie import reactions
from weetwie.access.enums import Ring, Visibility
from weetwie.database.pool import Db
from weetwie.domain.posts import audience, publish
from weetwie.domain.posts.audience import Audience
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Refusal


def draft(pick: Random, company: Company) -> Draft:
    notes = [note for note in company.posts if note.boost_of is None]
    named = [one.id for one in company.people if pick.random() < 0.15]
    return Draft(
        text="look " + " ".join(f"@p{id}" for id in named),
        ring=pick.choice((None, None, *Ring)),
        visibility=pick.choice((None, *Visibility)),
        reply_to_id=pick.choice(notes).id if notes and pick.random() < 0.6 else None,
    )


async def said_and_seen(world: World, writer: Human, draft: Draft) -> tuple[Audience, int, set[int]] | None:
    """For whom it was said to be, how many these are, and who sees it once it is there. None where it is refused."""
    db = Db(world.connection, reactions.AT_ONCE)
    viewer = await world.memory.person(db, writer.id)
    assert viewer is not None
    try:
        decided = await audience.decide(db, viewer, draft, Visibility.public)
        said = await audience.count(db, viewer, decided)
        post_id = await publish.publish(db, viewer, draft)
    except Refusal:
        return None
    company = await read(world.connection, SOME_DAY)
    note = next(one for one in company.posts if one.id == post_id)
    others = [one for one in company.people if one.id != writer.id and not one.is_erased]
    return decided, said, {one.id for one in others if company.sees_post(one, note)}


def told(dsn: str, story: Any) -> None:
    async def run() -> None:
        world = await World.open(dsn, at=SOME_DAY)
        try:
            await story(world)
        finally:
            await world.close()

    asyncio.run(run())


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(company=companies(), pick=dice)
def test_as_many_people_see_a_post_as_was_said_before(dsn: str, company: Company, pick: Random) -> None:
    async def story(world: World) -> None:
        await write(world.connection, company)
        for _ in range(6):
            found = await said_and_seen(world, pick.choice(company.people), draft(pick, company))
            if found is None:
                continue
            decided, said, seen = found
            assert said == len(seen)
            if decided.visibility is Visibility.direct:
                assert seen or decided.people, "a direct post is never for nobody"

    told(dsn, story)
