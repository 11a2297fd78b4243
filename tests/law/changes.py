"""Changes of standing and of policy, one upon the other, and what people find before and after each: the same for everything that keeps the law."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from tests.law.scene import STRANGER, Scene
from tests.world import SOME_DAY
from weetwie.access.enums import Ring
from weetwie.runtime import clock

Change = Callable[[], Awaitable[None]]


async def around_changes(scene: Scene, look: Callable[[str], Awaitable[list[str]]]) -> list[str]:
    """All that `look` finds, as each viewer whom a change concerns, before it and after."""
    found = []
    for viewers, change in _changes(scene):
        for viewer in viewers:
            found += await look(viewer)
        await change()
        for viewer in viewers:
            found += await look(viewer)
    return found


def _changes(scene: Scene) -> Iterator[tuple[tuple[str, ...], Change]]:
    world, people = scene.world, scene.people
    fay, sol, gus, guf = people["fay"], people["sol"], people["gus"], people["guf"]
    yield ("fay",), lambda: world.leave(fay)
    yield ("fay",), lambda: world.change(fay, is_dormant=False)
    yield ("fay",), lambda: world.rejoin(fay)
    yield ("fay",), lambda: world.suspend(fay)
    yield ("fay",), lambda: world.suspend(fay, is_suspended=False)
    yield ("fay",), lambda: world.block(sol, fay)
    yield ("guf",), lambda: world.unfollow(guf, sol)
    yield ("gus",), lambda: world.follow(gus, sol)
    yield ("gus",), lambda: world.change(gus, sponsor_id=sol.id)
    yield ("mia",), lambda: world.policy(widest_ring=Ring.colleagues)
    yield (
        ("gus", STRANGER),
        lambda: world.policy(widest_ring=Ring.world, guests_see_only_their_circle=False),
    )
    yield ("gus",), _until_the_guests_must_go
    yield ("fay", "mia"), lambda: world.suspend(sol)
    yield ("mia",), lambda: world.erase(sol, with_posts=True)


async def _until_the_guests_must_go() -> None:
    clock.stop(SOME_DAY + timedelta(hours=1))
