"""Tags: followed whoever wrote them, and known only as far as one has met them."""

import pytest

from tests.world import World
from weetwie.access.enums import Ring, Visibility
from weetwie.database.paging import page
from weetwie.domain.posts.tags import find, known
from weetwie.domain.relations.tags import follow_tag, followed_tags, tags_like, unfollow_tag
from weetwie.errors import Forbidden, Invalid
from weetwie.views import tags as seen_tags


async def test_a_tag_is_followed_before_anybody_has_written_it(world: World) -> None:
    ada = await world.viewer(await world.member("ada"))
    tag_id = await known(world.db, "Kafka")
    assert await known(world.db, "KAFKA") == tag_id == await find(world.db, "kafka")
    assert await follow_tag(world.db, ada, tag_id)
    assert not await follow_tag(world.db, ada, tag_id)
    assert [one.id for one in await followed_tags(world.db, ada, page(9))] == [tag_id]
    await unfollow_tag(world.db, ada, tag_id)
    assert await followed_tags(world.db, ada, page(9)) == []
    assert await world.connection.fetchval("select count(*) from events") == 1


@pytest.mark.parametrize("name", ["", "12", "a b", "a#b", "#a", "x" * 201])
async def test_what_could_not_stand_behind_a_hash_is_no_tag(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        await known(world.db, name)


async def test_nobody_follows_no_tag(world: World) -> None:
    with pytest.raises(Forbidden):
        await follow_tag(world.db, await world.viewer(), await known(world.db, "kafka"))


async def test_a_tag_in_posts_that_one_does_not_see_looks_like_one_that_nobody_uses(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    viewer = await world.viewer(await world.guest("gus", sponsor=bo))
    before = await seen_tags.named(world.db, viewer, ["secretplan"])
    await world.post(ada, tags=["SecretPlan"], ring=Ring.colleagues)
    await world.post(bo, tags=["SecretPlan"], ring=Ring.network, visibility=Visibility.private)
    assert await seen_tags.named(world.db, viewer, ["secretplan"]) == before
    assert await tags_like(world.db, viewer, "secret", limit=9) == []
    assert len(await tags_like(world.db, await world.viewer(ada), "secret", limit=9)) == 1


async def test_a_tag_is_spelled_and_counted_by_the_posts_that_one_sees(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, tags=["kafka"])
    await world.post(ada, tags=["KafkaConnect", "Kafka"])
    await world.post(bo, tags=["KAFKA"], visibility=Visibility.direct)
    (seen,) = await seen_tags.named(world.db, await world.viewer(ada), ["kafka"])
    assert (seen.key, seen.name, seen.is_followed) == ("kafka", "Kafka", False)
    assert seen.history[0][1:] == (2, 1)
    assert len(seen.history) == 7
    assert all(day[1:] == (0, 0) for day in seen.history[1:])
    (own,) = await seen_tags.named(world.db, await world.viewer(bo), ["kafka"])
    assert own.name == "KAFKA"
