"""The index of a process does not grow with what is written anew again and again."""

import pytest

from tests.world import World
from weetwie.domain.knowledge import evidence, index, keeping


async def test_an_index_that_is_mostly_dead_is_filled_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_MOST_NEW", 3)
    db = world.db  # what a process keeps hangs on it
    post = await world.post(await world.member("ada"), "valves need grease")
    await evidence.bring_in(db, [post])
    first = now = await keeping.current(db)
    sizes = [first.posts.size]
    for number in range(9):
        text = f"valves need grease, edition {number}"
        await world.connection.execute("update post_texts set text = $1 where post_id = $2", text, post)
        await evidence.bring_in(db, [post])
        now = await keeping.current(db)
        sizes.append(now.posts.size)
        assert now.posts.alive[: now.posts.size].sum() == 1
    assert now is not first
    assert 1 < max(sizes) <= 1 + 3 + 1, sizes
