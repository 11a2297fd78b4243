"""Questions that find their people: ask, be asked, pass on (docs/questions.md)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct

from weetwie.access.enums import Ring
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Status
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.parameters import Id, at_most
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie.experts import people_found
from weetwie.database.paging import page as page_at
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import begin, question_lists, respond, told as asked, wanting
from weetwie.domain.questions.rules import MOST_CHOSEN, AskStep, ChosenBy
from weetwie.errors import Invalid, _
from weetwie.flows import ask
from weetwie.flows.ask_preview import preview
from weetwie.runtime.json import Json
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("questions")

_STEPS: Final = {
    AskStep.first: "people",
    AskStep.more: "more_people",
    AskStep.followers: "followers",
    AskStep.open: "open",
}
_BY: Final = {ChosenBy.asker: "asker", ChosenBy.weetwie: "weetwie", ChosenBy.named: "person"}


class PreviewParams(Struct, frozen=True, kw_only=True):
    q: str = ""


@routes.get("/api/weetwie/v1/ask/preview", scopes=["read:search"], answer=wire.AskPreview, rate="search")
async def before(call: Call, wanted: PreviewParams) -> bytes:
    """While you write: people who may know, each with what shows it, and questions like yours. Nothing is stored."""
    found = await preview(await call.db(), call.viewer, wanted.q)
    pairs = [
        b'{"question":%b,"answer":%b}' % (await present.status(call, one), await present.status(call, answer))
        for one, answer in found.answered
    ]
    return b'{"people":[%b],"answered":[%b],"asked_before":%b}' % (
        b",".join(await people_found(call, found.people)),
        b",".join(pairs),
        await present.statuses(call, found.before),
    )


class AskParams(Struct, frozen=True, kw_only=True):
    status: str = ""
    """The question, which is published; or else `status_id`."""
    status_id: Id | None = None
    """A question of yours that is published already."""
    account_ids: Annotated[list[Id], msgspec.Meta(max_length=MOST_CHOSEN)] = []
    """Whom you want to be asked; Weetwie asks others up to three in all."""
    without_ids: Annotated[list[Id], msgspec.Meta(max_length=40)] = []
    """Who is never asked this."""
    audience: Literal["colleagues", "network", "world"] | None = None
    language: str | None = None


@routes.post("/api/weetwie/v1/ask", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def publish(call: Call, wanted: AskParams) -> bytes:
    """Have people asked: those you choose, and those who know and have time. The same Idempotency-Key publishes once."""
    context, post_id = await call.context(), wanted.status_id
    if post_id is not None:
        await begin.begin(context.db, call.viewer, post_id, wanted.account_ids, wanted.without_ids)
    else:
        draft = Draft(
            text=wanted.status,
            ring=None if wanted.audience is None else Ring[wanted.audience],
            language=wanted.language,
            is_question=True,
            app_id=call.viewer.app_id or None,
            key=call.header("idempotency-key") or None,
        )
        post_id = await ask.ask(context, draft, wanted.account_ids, wanted.without_ids)
    return await asked_question(call, post_id)


class QuestionsParams(Struct, frozen=True, kw_only=True):
    of: Literal["waiting", "mine", "unanswered", "answered"] = "waiting"
    tag: str = ""
    """Only with this hashtag; of unanswered and answered questions."""
    max_id: Id | None = None
    limit: Annotated[int, at_most(20, 40)] = 20


@routes.get("/api/weetwie/v1/ask", scopes=["read:statuses"], answer=list[Status])
async def listed(call: Call, wanted: QuestionsParams) -> bytes:
    """Questions that wait for you, your own, those without an answer, or answered ones, each list by itself."""
    db, page = await call.db(), page_at(wanted.limit, wanted.max_id, None, None)
    tag = tag_key(wanted.tag)
    match wanted.of:
        case "waiting":
            ids = await question_lists.waiting(db, call.viewer, page)
        case "mine":
            ids = await question_lists.own(db, call.viewer, page)
        case "unanswered":
            ids = await question_lists.unanswered(db, call.viewer, page, tag)
        case _:
            ids = await question_lists.answered(db, call.viewer, page, tag)
    return await present.statuses(call, await seen_posts.posts(db, call.viewer, ids))


@routes.get("/api/weetwie/v1/ask/{id}", scopes=["read:statuses"], answer=wire.AskedQuestion)
async def single(call: Call) -> bytes:
    """How a question stands, as far as you may know."""
    return await asked_question(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/widen", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def widen(call: Call) -> bytes:
    """Your question: take the next step now."""
    return await _done(call, begin.widen)


@routes.post("/api/weetwie/v1/ask/{id}/close", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def close(call: Call) -> bytes:
    """Your question: nobody more is asked."""
    return await _done(call, begin.close)


@routes.post("/api/weetwie/v1/ask/{id}/not_now", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def not_now(call: Call) -> bytes:
    """Keep it for later. Nobody learns of it."""
    return await _done(call, respond.not_now)


@routes.post("/api/weetwie/v1/ask/{id}/not_my_topic", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def not_my_topic(call: Call) -> bytes:
    """Questions on this topic do not reach you again. Nobody learns of it."""
    return await _done(call, respond.not_my_topic)


class ReferParams(Struct, frozen=True, kw_only=True):
    account_id: Id | None = None
    topic: str = ""
    """Instead of a person: those who know about this."""
    is_open: bool = False
    """Whether the person you name may know that it was you."""


@routes.post("/api/weetwie/v1/ask/{id}/refer", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def refer(call: Call, wanted: ReferParams) -> bytes:
    """Not you, but somebody else: they are asked too."""
    context = await call.context()
    if wanted.account_id is not None:
        await ask.name_somebody(context, call.id, wanted.account_id, openly=wanted.is_open)
    elif wanted.topic.strip():
        await ask.name_a_topic(context, call.id, wanted.topic, openly=wanted.is_open)
    else:
        raise Invalid(_("Say who might know: a person or a topic."), field="account_id")
    return await asked_question(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/want_to_know", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def want_to_know(call: Call) -> bytes:
    """You are notified when an answer is accepted."""
    await wanting.want_to_know(await call.db(), call.viewer, call.id, wants=True)
    return await asked_question(call, call.id)


@routes.delete("/api/weetwie/v1/ask/{id}/want_to_know", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def want_no_more(call: Call) -> bytes:
    """You are not notified of the answer."""
    await wanting.want_to_know(await call.db(), call.viewer, call.id, wants=False)
    return await asked_question(call, call.id)


async def _done(call: Call, act: Callable[..., Awaitable[None]]) -> bytes:
    await act(await call.db(), call.viewer, call.id)
    return await asked_question(call, call.id)


async def asked_question(call: Call, post_id: int) -> bytes:
    one = await asked.told(await call.db(), call.viewer, post_id)
    people = await accounts_of(
        call, [*one.chosen, *(id for id in (one.named_by_id, one.confirmed_by_id) if id is not None)]
    )
    is_asker = one.asker_id == call.viewer.person_id
    plain: dict[str, Json] = {
        "is_asking": one.is_asking if is_asker else None,
        "added": one.added,
        "next_step": _STEPS.get(one.next_step) if one.next_step is not None else None,
        "next_step_at": date_time(one.next_at) if one.next_at else None,
        "is_closed": one.is_closed if is_asker else None,
        "asked_by": _BY.get(one.chosen_by) if one.chosen_by is not None else None,
        "own_state": one.state.name if one.state is not None else None,
        "wants_to_know": one.wants_to_know,
        "confirmed_at": date_time(one.confirmed_at) if one.confirmed_at else None,
        "is_outdated": one.is_outdated,
    }
    return b'{"status":%b,"chosen":[%b],"named_by":%b,"confirmed_by":%b,%b' % (
        await present.status_by_id(call, post_id),
        b",".join(people[id] for id in one.chosen if id in people),
        people.get(one.named_by_id or 0, b"null"),
        people.get(one.confirmed_by_id or 0, b"null"),
        msgspec.json.encode(plain)[1:],
    )


async def accounts_of(call: Call, ids: Sequence[int]) -> dict[int, bytes]:
    """Those of them whom one sees."""
    cards = await seen_people.cards(await call.db(), call.viewer, list(dict.fromkeys(ids)))
    return {one.id: await present.account(call, one) for one in cards}
