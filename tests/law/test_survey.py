"""The survey keeps the law: what one person says of it changes nothing for anybody, and it asks by nothing that its reader does not see."""

import pytest

from tests.flows.test_meeting import knows
from tests.flows.test_survey import TOPICS, context, start
from tests.law.test_introductions import Reader
from tests.world import Someone, World
from weetwie.domain.benefits import survey_answers
from weetwie.flows import survey as flow

_LOOKED_AT = ("/", "/survey", "/settings/export", "/@ada", "/admin/benefit", "/admin/benefit/survey", "/admin/launch", "/admin")  # fmt: skip


async def opened(world: World) -> tuple[Someone, Someone]:
    """Somebody who is asked, and an administrator who has started the round."""
    for topic in TOPICS:
        await knows(world, await world.member(f"knows_{topic}"), topic)
    mia = await world.member("mia", is_admin=True)
    await start(world, mia)
    return await world.member("ada"), mia


async def answered(world: World, ada: Someone) -> None:
    await flow.answer(await context(world, ada), {"pumps": "knows_pumps", "CAD": None})


async def declined(world: World, ada: Someone) -> None:
    await survey_answers.decline(world.db, await world.viewer(ada))


@pytest.mark.parametrize("act", [answered, declined], ids=lambda act: act.__name__)
async def test_what_one_answers_changes_no_page_of_anybody_else(world: World, act: object) -> None:
    ada, mia = await opened(world)
    bo, hr = await world.member("bo", has_toured=True), await world.member("hr", is_people_admin=True)
    await world.post(bo, "Hello")
    readers = [await Reader.of(world, one) for one in (mia, bo, hr)]
    before = [[await reader.page(path) for path in _LOOKED_AT] for reader in readers]
    assert "Fewer than ten" in before[0][5] and 'action="/survey"' in before[1][0]
    assert callable(act)
    await act(world, ada)
    assert [[await reader.page(path) for path in _LOOKED_AT] for reader in readers] == before


async def test_guests_alumni_and_strangers_are_asked_nothing(world: World) -> None:
    _ada, mia = await opened(world)
    for one in (await world.alumnus("al"), await world.guest("gus", sponsor=mia)):
        reader = await Reader.of(world, one)
        assert 'action="/survey"' not in await reader.page() + await reader.page("/survey")
        assert "pumps" not in await reader.page("/survey")


async def test_whose_profile_one_does_not_see_is_nobody_to_name_and_no_topic_to_ask_about(
    world: World,
) -> None:
    _ada, mia = await opened(world)
    rows = await world.connection.fetch("select id, handle from people where handle like 'knows%'")
    for row in rows:
        await world.erase(Someone(row["id"], row["handle"]))
    assert len(rows) == len(TOPICS)
    offered, _compared = await flow.to_ask(world.db, await world.viewer(mia))
    assert offered == []
