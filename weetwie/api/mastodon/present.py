"""From seen things to the bytes of an answer: hydrates what is not kept yet, then renders."""

from collections.abc import Sequence

from weetwie.api.call import Call
from weetwie.domain.media.addresses import Addresses
from weetwie.views import posts as seen_posts
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost


async def statuses(call: Call, posts: Sequence[SeenPost]) -> bytes:
    renderer = call.renderer
    return renderer.statuses(posts, await renderer.hydrator.posts(await call.db(), call.viewer, posts))


async def status(call: Call, post: SeenPost) -> bytes:
    renderer = call.renderer
    return renderer.status(post, await renderer.hydrator.posts(await call.db(), call.viewer, [post]))


async def status_by_id(call: Call, post_id: int) -> bytes:
    """Raises NotFound for a post that the viewer does not see."""
    return await status(call, await seen_posts.post(await call.db(), call.viewer, post_id))


async def accounts(call: Call, people: Sequence[SeenPerson]) -> bytes:
    renderer = call.renderer
    await renderer.hydrator.people(await call.db(), people)
    return renderer.accounts(people)


async def account(call: Call, person: SeenPerson) -> bytes:
    renderer = call.renderer
    await renderer.hydrator.people(await call.db(), [person])
    return renderer.account(person)


async def addresses(call: Call) -> Addresses:
    """Where media lie."""
    return await call.renderer.hydrator.load_addresses(await call.db())
