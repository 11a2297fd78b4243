"""What stands in a post: as it was typed, and all of its versions."""

from collections.abc import Callable

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import StatusEdit, StatusSource
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.render import Renderer
from weetwie.api.mastodon.render_media import attachment_renderer
from weetwie.database.pool import Db
from weetwie.errors import NotFound
from weetwie.runtime.ids import moment_of
from weetwie.runtime.json import Json
from weetwie.views import media as seen_media, posts as seen_posts, texts as seen_words
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

routes = Routes("statuses")


@routes.get("/api/v1/statuses/{id}/source", scopes=["read:statuses"])
async def source(call: Call) -> StatusSource:
    """The text as it was typed, for editing or quoting."""
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    if post.is_boost:
        raise NotFound
    words = await words_of(db, post)
    return StatusSource(id=str(call.id), text=words.text, spoiler_text=words.warning)


@routes.get(
    "/api/v1/statuses/{id}/history", scopes=["read:statuses"], access="public", answer=list[StatusEdit]
)
async def history(call: Call) -> bytes:
    """All versions of a post, oldest first."""
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    words, edits = await words_of(db, post), await seen_words.edits(db, post)
    account = msgspec.Raw(await present.account(call, post.author))
    shows = (await seen_media.of_posts(db, [post])).get(post.post_id, [])
    now = seen_words.Edit(
        words.text,
        words.warning,
        words.is_sensitive,
        [{"id": one.id, "description": one.description} for one in shows],
        words.edited_at or moment_of(post.post_id),
    )
    media = await _media_of(call, post, [*edits, now])
    return msgspec.json.encode(
        [_edit(call.renderer, version, words, account, media) for version in [*edits, now]]
    )


Attachment = Callable[[int, str], msgspec.Raw | None]
"""A file by its id, with what was said of it then; None for one that is gone."""


async def _media_of(call: Call, post: SeenPost, versions: list[seen_words.Edit]) -> Attachment:
    if not any(version.media for version in versions):
        return lambda _id, _description: None
    known = await seen_media.in_history(await call.db(), post)
    where = await present.addresses(call)

    def attachment(id: int, description: str) -> msgspec.Raw | None:
        if id not in known:
            return None
        as_then = msgspec.structs.replace(known[id], description=description)
        return msgspec.Raw(attachment_renderer(as_then).render(where, call.viewer.person_id))

    return attachment


def _edit(
    renderer: Renderer, version: seen_words.Edit, words: Words, account: msgspec.Raw, media: Attachment
) -> dict[str, Json]:
    shown_then = [media(one["id"], one["description"]) for one in version.media]
    return {
        "content": renderer.texts.content(version.text, words.mentions),
        "spoiler_text": version.warning,
        "sensitive": version.is_sensitive,
        "created_at": date_time(version.written_at),
        "account": account,
        "media_attachments": [one for one in shown_then if one is not None],
        "emojis": [],
    }


async def words_of(db: Db, post: SeenPost) -> Words:
    words = await seen_words.words(db, [post])
    if not words:
        raise NotFound
    return words[0]
