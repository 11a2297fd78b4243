"""Who is told what: those whom it concerns, who see it and want to hear of it, once."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer, system
from weetwie.database.paging import page
from weetwie.domain.notifications import dismiss, notify
from weetwie.domain.notifications.list import KINDS, notification, notifications, unread
from weetwie.domain.notifications.markers import mark, markers
from weetwie.events import (
    FollowRequested,
    PersonErased,
    PersonFollowed,
    PostBoosted,
    PostEdited,
    PostFavourited,
    PostPublished,
)
from weetwie.runtime import clock

Reaction = Callable[[Any, Viewer, Sequence[Any]], Awaitable[None]]


async def react(world: World, reaction: Reaction, *facts: Any) -> None:
    """Each reaction is run twice: the second time must change nothing."""
    viewer = system((await world.viewer()).policy)
    await reaction(world.db, viewer, facts)
    await reaction(world.db, viewer, facts)


async def told(world: World, person: Someone) -> list[tuple[str, int, int | None]]:
    found = await notifications(world.db, await world.viewer(person), page(40))
    return [(one.kind, one.from_id, one.post_id) for one in found]


async def rows(world: World) -> int:
    return int(await world.connection.fetchval("select count(*) from notifications"))


async def test_the_mentioned_are_told_once(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, mentions=[bo, ada])
    await react(world, notify.mentioned, PostPublished(post))
    await react(world, notify.mentioned, PostEdited(post))
    assert await told(world, bo) == [("mention", ada.id, post)]
    assert await rows(world) == 1


async def test_whoever_does_not_see_the_post_is_not_told(world: World) -> None:
    ada = await world.member("ada")
    outside = [
        await world.alumnus("al"),
        await world.guest("gus", sponsor=ada),
        await world.alumnus("sleeper", dormant=True),
        await world.member("blocked"),
        await world.member("blocker"),
    ]
    await world.block(ada, outside[3])
    await world.block(outside[4], ada)
    post = await world.post(ada, ring=Ring.colleagues, mentions=outside)
    await react(world, notify.mentioned, PostPublished(post))
    assert await rows(world) == 0


async def test_of_a_muted_person_or_thread_nothing_is_told(world: World) -> None:
    ada = await world.member("ada")
    deaf, half, deaf_to_thread, once_deaf = [await world.member(handle) for handle in ("d", "h", "t", "o")]
    await world.mute(deaf, ada)
    await world.mute(half, ada, hides_notifications=False)
    await world.mute(once_deaf, ada, expires_at=clock.now() - timedelta(minutes=1))
    root = await world.post(ada)
    await world.mark(deaf_to_thread, root, is_muted=True)
    reply = await world.post(ada, reply_to=root, mentions=[deaf, half, deaf_to_thread, once_deaf])
    await react(world, notify.mentioned, PostPublished(reply))
    for person, expected in ((deaf, 0), (half, 1), (deaf_to_thread, 0), (once_deaf, 1)):
        assert len(await told(world, person)) == expected


async def test_of_what_was_imported_and_to_who_never_joined_nothing_is_told(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    absent = await world.member("cy", has_joined=False)
    old = await world.post(ada, mentions=[bo], origin=1)
    new = await world.post(ada, mentions=[absent])
    await react(world, notify.mentioned, PostPublished(old), PostPublished(new))
    assert await rows(world) == 0


async def test_a_bell_rings_for_posts_and_not_for_replies_to_others_nor_twice_for_the_mentioned(
    world: World,
) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    await world.follow(bo, ada, notifies=True)
    await world.follow(cy, ada)
    post = await world.post(ada)
    others = await world.post(cy)
    reply = await world.post(ada, reply_to=others)
    own_thread = await world.post(ada, reply_to=post)
    named = await world.post(ada, mentions=[bo])
    facts = [PostPublished(one) for one in (post, reply, own_thread, named)]
    await react(world, notify.published, *facts)
    assert await told(world, bo) == [("status", ada.id, own_thread), ("status", ada.id, post)]
    assert await told(world, cy) == []


async def test_a_favourite_a_boost_and_a_follow_are_told_and_untold_when_taken_back(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada)
    await world.mark(bo, post, favourite=True)
    boost = await world.boost(bo, post)
    await world.follow(bo, ada)
    await react(world, notify.favourited, PostFavourited(post, bo.id))
    await react(world, notify.boosted, PostBoosted(boost, post))
    await react(world, notify.followed, PersonFollowed(bo.id, ada.id))
    assert await told(world, ada) == [
        ("follow", bo.id, None),
        ("reblog", bo.id, post),
        ("favourite", bo.id, post),
    ]
    await world.delete(boost)
    await world.connection.execute("update marks set favourite = null")
    await world.unfollow(bo, ada)
    assert await told(world, ada) == []


async def test_nobody_is_told_of_what_they_did_themselves(world: World) -> None:
    ada = await world.member("ada")
    post = await world.post(ada)
    await world.mark(ada, post, favourite=True)
    boost = await world.boost(ada, post)
    await react(world, notify.favourited, PostFavourited(post, ada.id))
    await react(world, notify.boosted, PostBoosted(boost, post))
    await react(world, notify.edited, PostEdited(post))
    assert await rows(world) == 0


async def test_a_favourite_taken_back_before_it_is_told_is_not_told(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada)
    await react(world, notify.favourited, PostFavourited(post, bo.id))
    assert await rows(world) == 0


async def test_a_request_is_told_while_it_waits(world: World) -> None:
    ada, bo = await world.member("ada", is_locked=True), await world.member("bo")
    await world.connection.execute(
        "insert into follow_requests (follower_id, followed_id) values ($1, $2)", bo.id, ada.id
    )
    await react(world, notify.requested, FollowRequested(bo.id, ada.id))
    assert await told(world, ada) == [("follow_request", bo.id, None)]
    await world.connection.execute("delete from follow_requests")
    assert await told(world, ada) == []


async def test_those_who_boosted_are_told_of_an_edit(world: World) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    post = await world.post(ada)
    await world.boost(bo, post)
    await react(world, notify.edited, PostEdited(post))
    assert await told(world, bo) == [("update", ada.id, post)]
    assert await told(world, cy) == []


async def test_the_list_is_as_the_law_has_it_now(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, mentions=[bo])
    await react(world, notify.mentioned, PostPublished(post))
    expected = [("mention", ada.id, post)]
    assert await told(world, bo) == expected
    await world.leave(bo, dormant=False)
    assert await told(world, bo) == []
    await world.rejoin(bo)
    assert await told(world, bo) == expected
    await world.suspend(ada)
    assert await told(world, bo) == []
    await world.suspend(ada, is_suspended=False)
    await world.block(ada, bo)
    assert await told(world, bo) == []


async def test_a_guest_is_not_told_of_the_favourite_of_somebody_whom_they_do_not_see(world: World) -> None:
    bo, hidden = await world.member("bo"), await world.member("hidden")
    guest = await world.guest("gus", sponsor=bo)
    post = await world.post(guest, ring=Ring.network)
    for person in (bo, hidden):
        await world.mark(person, post, favourite=True)
    await react(world, notify.favourited, PostFavourited(post, bo.id), PostFavourited(post, hidden.id))
    assert await told(world, guest) == [("favourite", bo.id, post)]


async def test_the_list_is_paged_and_chosen_by_kind_and_sender(world: World) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    ids = []
    for sender in (bo, cy, bo):
        post = await world.post(sender, mentions=[ada])
        ids.append(await world.notify(ada, "mention", sender, post))
    await world.follow(bo, ada)
    ids.append(await world.notify(ada, "follow", bo))
    viewer = await world.viewer(ada)

    async def listed(*where: Any, **choice: Any) -> list[int]:
        return [one.id for one in await notifications(world.db, viewer, page(*where), **choice)]

    assert await listed(2) == ids[:1:-1]
    assert await listed(2, ids[2]) == ids[1::-1]
    assert await listed(2, None, None, ids[0]) == [ids[2], ids[1]]
    assert await listed(9, kinds=["follow"]) == [ids[3]]
    assert await listed(9, from_id=cy.id) == [ids[1]]
    assert await unread(world.db, viewer) == 4
    assert await unread(world.db, viewer, limit=3) == 3
    await mark(world.db, viewer, "notifications", ids[1])
    assert await unread(world.db, viewer) == 2
    assert await unread(world.db, viewer, kinds=[kind for kind in KINDS if kind != "follow"]) == 1


async def test_notifications_go_one_by_one_or_all_and_only_ones_own(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(bo, mentions=[ada])
    one = await world.notify(ada, "mention", bo, post)
    assert await notification(world.db, await world.viewer(bo), one) is None
    await dismiss.dismiss(world.db, await world.viewer(bo), one)
    assert await notification(world.db, await world.viewer(ada), one) is not None
    await dismiss.dismiss(world.db, await world.viewer(ada), one)
    assert await rows(world) == 0
    await world.notify(ada, "mention", bo, post)
    await dismiss.clear(world.db, await world.viewer(bo))
    assert await rows(world) == 1
    await react(world, dismiss.forget_erased, PersonErased(bo.id))
    assert await rows(world) == 0


async def test_a_marker_moves_and_says_how_often(world: World) -> None:
    viewer = await world.viewer(await world.member("ada"))
    await mark(world.db, viewer, "home", 5)
    await mark(world.db, viewer, "home", 9)
    (one,) = await markers(world.db, viewer, ["home", "notifications"])
    assert (one.timeline, one.last_read_id, one.version) == ("home", 9, 2)


@pytest.mark.parametrize("visibility", [Visibility.private, Visibility.direct])
async def test_a_mention_opens_a_narrow_post_to_the_mentioned(world: World, visibility: Visibility) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, visibility=visibility, mentions=[bo])
    await react(world, notify.mentioned, PostPublished(post))
    assert await told(world, bo) == [("mention", ada.id, post)]
