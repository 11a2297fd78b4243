"""Statuses: write, read, edit, delete, and the conversation around one."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.api.call import Answer, Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Context, ScheduledStatus, Status
from weetwie.api.mastodon.media import LARGEST_FORM, file_of
from weetwie.api.mastodon.quotes import QuotePolicyName
from weetwie.api.mastodon.scheduled import by_id as scheduled_by_id
from weetwie.api.mastodon.status_versions import words_of
from weetwie.api.parameters import Id, LooseId, Upload
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts import answer, boost, edit, redraft, remove
from weetwie.domain.posts.publish import UnexpectedMentions
from weetwie.domain.posts.rules import Draft
from weetwie.domain.timelines import thread
from weetwie.flows import publish
from weetwie.flows.publish import Described
from weetwie.text import language
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("statuses")

VisibilityName = Literal["public", "unlisted", "private", "direct"]
RingName = Literal["colleagues", "network", "world"]
Language = Annotated[str, msgspec.Meta(max_length=35)]


class PollParams(msgspec.Struct, kw_only=True, frozen=True):
    options: Annotated[list[str], msgspec.Meta(max_length=20)] = []
    expires_in: int | None = None
    multiple: bool = False
    hide_totals: bool = False


class WrittenParams(msgspec.Struct, kw_only=True, frozen=True):
    """What one writes, first or again."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: Language | None = None
    media_ids: Annotated[list[Id], msgspec.Meta(max_length=20)] = []
    poll: PollParams | None = None


class MediaAttributes(msgspec.Struct, kw_only=True, frozen=True):
    """What is to be said otherwise of a file in a post."""

    id: Id
    description: str | None = None
    focus: str | None = None
    thumbnail: Upload | None = None


class StatusChangeParams(WrittenParams, kw_only=True, frozen=True):
    media_attributes: Annotated[list[MediaAttributes], msgspec.Meta(max_length=20)] = []
    quote_approval_policy: QuotePolicyName | None = None


class NewParams(WrittenParams, kw_only=True, frozen=True):
    in_reply_to_id: Id | None = None
    visibility: VisibilityName | None = None
    audience: RingName | None = None
    """Our own: for whom (`docs/law.md`)."""
    local_only: bool = False
    is_question: bool | None = None
    scheduled_at: datetime | None = None
    quoted_status_id: Id | None = None
    allowed_mentions: Annotated[list[LooseId], msgspec.Meta(max_length=1000)] | None = None
    quote_approval_policy: QuotePolicyName | None = None


class StatusesParams(msgspec.Struct, kw_only=True, frozen=True):
    id: Annotated[list[LooseId], msgspec.Meta(max_length=100)] = []


class DeleteParams(msgspec.Struct, kw_only=True, frozen=True):
    delete_media: bool = False


class AnswerParams(msgspec.Struct, kw_only=True, frozen=True):
    answer_id: Id | None = None


def visibility_named(name: VisibilityName | None) -> Visibility | None:
    return None if name is None else Visibility[name]


def _policy(name: QuotePolicyName | None) -> QuotePolicy | None:
    return None if name is None else QuotePolicy[name]


def _language(given: str | None) -> str | None:
    """The language part of what an app says (`nl-BE` is Dutch)."""
    return given.split("-")[0].split("_")[0].lower() or None if given else None


@routes.post("/api/v1/statuses", scopes=["write:statuses"], answer=Status | ScheduledStatus)
async def create(call: Call, params: NewParams) -> bytes | Answer:
    """Publish or schedule a post."""
    draft = Draft(
        text=params.status,
        warning=params.spoiler_text,
        ring=None if params.audience is None else Ring[params.audience],
        visibility=visibility_named(params.visibility),
        is_local_only=params.local_only,
        is_sensitive=params.sensitive,
        language=_language(params.language),
        is_question=params.is_question,
        reply_to_id=params.in_reply_to_id,
        app_id=call.viewer.app_id or None,
        key=call.header("idempotency-key") or None,
        media_ids=params.media_ids,
        has_poll=_has_poll(params),
        quote_of_id=params.quoted_status_id,
        quote_policy=_policy(params.quote_approval_policy),
        allowed_mentions=params.allowed_mentions,
    )
    try:
        if params.scheduled_at is not None:
            id = await publish.schedule(await call.context(), draft, _ballot(params), params.scheduled_at)
            return await scheduled_by_id(call, id)
        return await present.status_by_id(
            call, await publish.publish(await call.context(), draft, _ballot(params))
        )
    except UnexpectedMentions as refusal:
        return await _unexpected(call, refusal)


async def _unexpected(call: Call, refusal: UnexpectedMentions) -> Answer:
    """Nothing was written; the app asks whether these people are meant."""
    people = await seen_people.people(await call.db(), call.viewer, refusal.people)
    body = {
        "error": language.translate_for(refusal.sentence, call.languages),
        "unexpected_accounts": msgspec.Raw(await present.accounts(call, people)),
    }
    return Answer(422, body)


def _has_poll(params: WrittenParams) -> bool:
    """An empty list of options is what apps send for none."""
    return params.poll is not None and bool(params.poll.options)


def _ballot(params: WrittenParams) -> Ballot | None:
    if not _has_poll(params) or params.poll is None:
        return None
    return Ballot(
        options=params.poll.options,
        lasts=params.poll.expires_in,
        is_multiple=params.poll.multiple,
        hides_totals=params.poll.hide_totals,
    )


@routes.get("/api/v1/statuses", scopes=["read:statuses"], access="public", answer=list[Status])
async def several(call: Call, params: StatusesParams) -> bytes:
    """Several posts at once; those you can't see are left out."""
    return await present.statuses(call, await seen_posts.posts(await call.db(), call.viewer, params.id))


@routes.get("/api/v1/statuses/{id}", scopes=["read:statuses"], access="public", answer=Status, hot=True)
async def show(call: Call) -> bytes:
    """One post."""
    return await present.status_by_id(call, call.id)


@routes.put("/api/v1/statuses/{id}", scopes=["write:statuses"], answer=Status, max_body=LARGEST_FORM)
async def change(call: Call, params: StatusChangeParams) -> bytes:
    """Edit a post. Files and poll are replaced by those given; omitting them removes them."""
    change = edit.PostChange(
        text=params.status,
        warning=params.spoiler_text,
        is_sensitive=params.sensitive,
        language=_language(params.language),
        media_ids=params.media_ids,
        is_redescribed=bool(params.media_attributes),
        has_poll=_has_poll(params),
    )
    described = [
        Described(
            media_id=given.id,
            description=given.description,
            focus=given.focus,
            thumbnail=file_of(given.thumbnail) if given.thumbnail else None,
        )
        for given in params.media_attributes
    ]
    policy = _policy(params.quote_approval_policy)
    await publish.edit(await call.context(), call.id, change, _ballot(params), policy, described)
    return await present.status_by_id(call, call.id)


@routes.delete("/api/v1/statuses/{id}", scopes=["write:statuses"], answer=Status, rate="delete")
async def delete(call: Call, params: DeleteParams) -> bytes:
    """Delete a post; the response contains its source, so that apps can offer to rewrite it."""
    db = await call.db()
    before = await seen_posts.post(db, call.viewer, call.id)
    words = await words_of(db, before)
    answered = msgspec.json.decode(await present.status(call, before))
    text = await redraft.text_of(db, call.viewer, before, words.text, words.mentions)
    if before.is_boost:
        await boost.take_back(db, call.viewer, before)
    else:
        await remove.remove(db, call.viewer, call.id, keeps_media=not params.delete_media)
    return msgspec.json.encode({**answered, "text": text})


@routes.get("/api/v1/statuses/{id}/context", scopes=["read:statuses"], access="public", answer=Context)
async def context(call: Call) -> bytes:
    """The conversation of a post: what it replies to, and replies to it."""
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    above, below = await thread.around(db, call.viewer, post.post_id)
    found = await seen_posts.posts(db, call.viewer, [*above, *below])
    hydrated = await call.renderer.hydrator.posts(db, call.viewer, found)
    higher = set(above)
    ancestors = [seen for seen in found if seen.id in higher]
    descendants = [seen for seen in found if seen.id not in higher]
    renderer = call.renderer
    return b'{"ancestors":%b,"descendants":%b}' % (
        renderer.statuses(ancestors, hydrated),
        renderer.statuses(descendants, hydrated),
    )


@routes.post("/api/weetwie/v1/statuses/{id}/answer", scopes=["write:statuses"], answer=Status)
async def accept_answer(call: Call, params: AnswerParams) -> bytes:
    """Accept a reply as the answer to your question, or none."""
    await answer.accept(await call.db(), call.viewer, call.id, params.answer_id)
    return await present.status_by_id(call, call.id)
