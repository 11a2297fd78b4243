"""What a change of policy would do is counted before it is made, by the law itself."""

from itertools import count

from tests.world import World
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.policy.preview import preview
from weetwie.errors import fill
from weetwie.runtime.json import Json

_NUMBERS = count()


async def told(world: World, **changes: Json) -> list[str]:
    ada = await world.viewer(await world.member(f"ada{next(_NUMBERS)}", is_admin=True))
    before = (await world.viewer()).policy
    shown = await preview(world.db, ada, changes)
    assert (await world.viewer()).policy == before, "nothing is changed by looking"
    return [fill(effect.sentence, effect.values) for one in shown.changes for effect in one.effects]


async def test_a_narrower_ring_takes_posts_and_profiles_away(world: World) -> None:
    bo = await world.member("bo", profile_ring=int(Ring.network))
    await world.member("cleo")
    await world.alumnus("al")
    await world.alumnus("asleep", dormant=True)
    await world.guest("gil", sponsor=bo)
    for number in range(3):
        await world.post(bo, f"For all {number}", ring=Ring.network)
    await world.post(bo, "For colleagues", ring=Ring.colleagues)
    await world.post(bo, "Psst", ring=Ring.network, visibility=Visibility.direct)
    gone = await world.post(bo, "Gone", ring=Ring.network)
    await world.delete(gone)
    assert await told(world, widest_ring=0) == [
        "Posts that alumni and guests (2) will no longer see: 3",
        "Profiles that alumni and guests (2) will no longer see: 1",
    ]


async def test_a_wider_ring_opens_what_was_written_for_it(world: World) -> None:
    bo = await world.member("bo")
    await world.post(bo, "For the world", ring=Ring.world)
    await world.post(bo, "For the network", ring=Ring.network)
    assert await told(world, widest_ring=2) == [
        "Posts that anyone on the internet will see without logging in: 1"
    ]
    await world.policy(widest_ring=0)
    await world.alumnus("al")
    assert await told(world, widest_ring=1) == ["Posts that alumni and guests (1) will see as well: 2"]


async def test_a_circle_counts_by_whom_guests_follow(world: World) -> None:
    bo, cleo = await world.member("bo"), await world.member("cleo")
    await world.guest("gil", sponsor=bo)
    await world.alumnus("al")
    await world.post(bo, "Of their sponsor", ring=Ring.network)
    await world.post(cleo, "Of another", ring=Ring.network)
    assert await told(world, guests_see_only_their_circle=False) == [
        "Posts that guests (1) will see as well: 1"
    ]
    await world.policy(guests_see_only_their_circle=False)
    assert await told(world, guests_see_only_their_circle=True) == [
        "Posts that guests (1) will no longer see: 1"
    ]

    assert await told(world, guests_see_only_their_circle=True, widest_ring=0) == [
        "Posts that alumni and guests (2) will no longer see: 2",
        "Nothing changes for what's already here. It applies to what comes next.",
    ]


async def test_every_choice_says_for_whom_it_is(world: World) -> None:
    await world.member("bo", default_ring=1)
    await world.post(await world.member("cleo"), "Twelve signs")
    every: dict[str, Json] = {
        "default_ring": 1, "default_profile_ring": 1, "sign_in": "sso", "longest_post": 10, "guests_stay_days": 7,
        "guests_invited_by": "administrators", "alumni_wake": "approval", "suspends_on": [], "name": "Harbour",
    }  # fmt: skip
    sentences = await told(world, **every)
    assert "Affects new posts by people who haven't chosen a default themselves: 2" in sentences
    assert "Longer posts, which stay but must be shortened when edited: 1" in sentences
    assert "Colleagues who have never used single sign-on and will have to next time: 3" in sentences
    assert "Affects everyone: 3" in sentences
    assert len(sentences) == 12
    assert await told(world, sign_in="both") == []
