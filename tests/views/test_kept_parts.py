"""What posts and people are shown with is kept for all, as far as there is room: of a page nothing is lost where room is scarce."""

import msgspec

from tests.world import World
from weetwie.api.mastodon.render import Renderer
from weetwie.views import posts as seen


async def test_what_a_page_loads_takes_no_place_of_what_it_found_there(world: World) -> None:
    viewer = await world.viewer(await world.member("ada"))
    written = [await world.post(await world.member(f"bo{number}"), f"number {number}") for number in range(4)]
    renderer = Renderer("http://here.test", size=3)
    for ids in (written[:3], [written[0], written[3]]):
        posts = await seen.posts(world.db, viewer, ids)
        shown = renderer.statuses(posts, await renderer.hydrator.posts(world.db, viewer, posts))
        assert [int(one["id"]) for one in msgspec.json.decode(shown)] == ids
