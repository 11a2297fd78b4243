"""Posts for the world in pages of others: what a page needs to show one, by its address (https://oembed.com)."""

import html
from typing import Annotated, Final

import msgspec
from msgspec import Struct

from weetwie.access import viewer as viewers
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.names import named_by
from weetwie.api.parameters import at_most
from weetwie.errors import NotFound
from weetwie.views import posts as seen_posts

routes = Routes("statuses")

_WIDEST: Final = 4000
_KEPT_FOR: Final = 3600
"""Seconds: not much longer than it takes until a deleted post is to be gone from a page of others, too."""


class OembedParams(Struct, frozen=True, kw_only=True):
    url: str
    maxwidth: Annotated[int, at_most(400, _WIDEST)] = 400
    maxheight: Annotated[int, at_most(400, _WIDEST)] = 400


@routes.get("/api/oembed")
async def oembed(call: Call, wanted: OembedParams) -> wire.OEmbed:
    """Embed a post in other pages. Public posts only."""
    named = named_by(wanted.url, call.base_url)
    if named is None or named.post_id is None:
        raise NotFound
    db, policy = await call.db(), call.viewer.policy
    stranger = viewers.nobody(policy)
    await seen_posts.post(db, call.viewer, named.post_id)
    post = await seen_posts.post(db, stranger, named.post_id)
    renderer = call.renderer
    hydrated = await renderer.hydrator.posts(db, stranger, [post])
    status = msgspec.json.decode(renderer.status(post, hydrated), type=wire.Status)
    status = status.reblog or status
    author = status.account.display_name or status.account.username
    return wire.OEmbed(
        type="rich",
        version="1.0",
        title=f"{author} (@{status.account.acct})",
        author_name=author,
        author_url=str(status.account.url),
        provider_name=policy.name,
        provider_url=f"{call.base_url}/",
        cache_age=_KEPT_FOR,
        html=_html(status, author),
        width=wanted.maxwidth,
        height=None,
    )


def _html(status: wire.Status, author: str) -> str:
    """Needs no script and no style. What bears a warning is read at its own address."""
    said = f"<p>{html.escape(status.spoiler_text)}</p>" if status.spoiler_text else status.content
    address, day = html.escape(str(status.url)), status.created_at[:10]
    return (
        f'<blockquote class="weetwie-post" cite="{address}">{said}<p>{html.escape(author)} (@{html.escape(status.account.acct)}), '
        f'<a href="{address}"><time datetime="{status.created_at}">{day}</time></a></p></blockquote>'
    )
