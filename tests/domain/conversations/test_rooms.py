"""Conversations by the people in them: who can read each line, what is new, and in which order they stand."""

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Visibility
from weetwie.database.paging import Page
from weetwie.domain.conversations import rooms
from weetwie.errors import NotFound


async def test_what_the_same_people_wrote_is_one_conversation_whatever_thread_it_stands_in(
    world: World,
) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    first = await _says(world, ada, "@bo one", to=[bo])
    second = await _says(world, bo, "@ada another thread", to=[ada])
    both = await _says(world, cy, "@ada @bo all of us", to=[ada, bo])
    assert await _rooms(world, ada) == [({bo.id, cy.id}, both), ({bo.id}, second)]
    assert await _said(world, ada, [bo]) == [second, first]
    assert await _said(world, bo, [ada]) == [second, first]
    assert await _said(world, ada, [cy, bo]) == [both]


async def test_an_answer_to_one_of_several_is_a_conversation_with_that_one(world: World) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    asked = await _says(world, ada, "@bo @cy lunch?", to=[bo, cy])
    aside = await _says(world, bo, "@ada not with cy", to=[ada], reply_to=asked)
    assert await _rooms(world, ada) == [({bo.id}, aside), ({bo.id, cy.id}, asked)]
    assert await _rooms(world, cy) == [({ada.id, bo.id}, asked)]
    with pytest.raises(NotFound):
        await rooms.room_of(world.db, await world.viewer(cy), aside)


async def test_notes_to_oneself_are_a_conversation_with_nobody_else(world: World) -> None:
    ada = await world.member("ada")
    note = await _says(world, ada, "@ada milk", to=[ada])
    assert await _rooms(world, ada) == [(set(), note)]
    assert await _said(world, ada, []) == [note]


async def test_what_others_wrote_is_new_until_it_is_read(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    viewer = await world.viewer(ada)
    await _says(world, ada, "@bo hello", to=[bo])
    assert await rooms.unread_count(world.db, viewer) == 0
    await _says(world, bo, "@ada hi", to=[ada])
    assert await rooms.unread_count(world.db, viewer) == 1
    assert [one.is_unread for one in await rooms.rooms(world.db, viewer, Page(9))] == [True]
    await rooms.read(world.db, viewer, [bo.id])
    assert await rooms.unread_count(world.db, viewer) == 0
    await rooms.unread(world.db, viewer, [bo.id])
    assert await rooms.unread_count(world.db, viewer) == 1


async def test_a_post_that_is_not_direct_is_no_conversation(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(bo, "@ada in public", mentions=[ada])
    aside = await _says(world, ada, "@bo quietly", to=[bo], reply_to=post)
    assert await _rooms(world, ada) == [({bo.id}, aside)]
    with pytest.raises(NotFound):
        await rooms.room_of(world.db, await world.viewer(ada), post)


async def test_the_list_goes_on_below_its_last_conversation(world: World) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    first, second = await _says(world, ada, "@bo 1", to=[bo]), await _says(world, ada, "@cy 2", to=[cy])
    viewer = await world.viewer(ada)
    assert [one.last_post_id for one in await rooms.rooms(world.db, viewer, Page(1))] == [second]
    below = Page(1, below=second)
    assert [one.last_post_id for one in await rooms.rooms(world.db, viewer, below)] == [first]


async def _says(
    world: World, author: Someone, text: str, *, to: list[Someone], reply_to: int | None = None
) -> int:
    return await world.post(author, text, visibility=Visibility.direct, mentions=to, reply_to=reply_to)


async def _rooms(world: World, someone: Someone) -> list[tuple[set[int], int]]:
    found = await rooms.rooms(world.db, await world.viewer(someone), Page(20))
    return [(set(one.people), one.last_post_id) for one in found]


async def _said(world: World, someone: Someone, people: list[Someone]) -> list[int]:
    return await rooms.said(world.db, await world.viewer(someone), [one.id for one in people], Page(20))
