"""Says that a post is not about what was asked: for oneself, or as its author for everyone."""

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from weetwie.domain.knowledge import not_about
from weetwie.errors import _, or_not_found
from weetwie.text.signs import whole_number
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.visit import Visit

_LONGEST: Final = 1000
_MESSAGE: Final = _(
    "Your post came up for “{question}” but isn't about it. You can mark it for everyone: {address}"
)


async def show(visit: Visit) -> Response:
    """Asks before it is said; a link to this page is what an author is sent."""
    given = visit.request.query_params
    async with visit.site.database.reading() as db:
        seen = await seen_posts.post(db, visit.viewer, or_not_found(whole_number(given.get("post"))))
        (post,) = await visit.site.presenter.posts(db, visit.viewer, [seen])
        return await reading.show(
            visit, db, "not_about.html", post=post, question=given.get("q", "")[:_LONGEST], is_said=False
        )


async def say(visit: Visit) -> Response:
    given = await visit.form()
    question, post_id = given.get("q", "")[:_LONGEST], or_not_found(whole_number(given.get("post")))
    async with visit.site.database.transaction() as db:
        await not_about.hide(db, visit.viewer, post_id, question)
    async with visit.site.database.reading() as db:
        seen = await seen_posts.post(db, visit.viewer, post_id)
        (post,) = await visit.site.presenter.posts(db, visit.viewer, [seen])
        here = f"{visit.site.base_url}/not-about?{urlencode({'post': post.id, 'q': question})}"
        message = visit.say(_MESSAGE, question=question, address=here)
        return await reading.show(
            visit, db, "not_about.html", post=post, question=question, is_said=True, message=message
        )
