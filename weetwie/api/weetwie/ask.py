"""Questions that find their people: ask, be asked, and say something about it (docs/questions.md)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct

from weetwie.access.enums import Ring
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Empty, Status
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.parameters import Id, at_most
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie.knowledge import people_found
from weetwie.database.paging import page as page_at
from weetwie.domain.knowledge import subject
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import answers as given_answers
from weetwie.domain.questions import begin, preferences, respond
from weetwie.domain.questions import told as asked
from weetwie.domain.questions.preferences import Preferences
from weetwie.domain.questions.rules import MOST_CHOSEN, AskStep, ChosenBy
from weetwie.errors import Invalid, _
from weetwie.flows import answers, ask
from weetwie.flows.ask_preview import preview
from weetwie.runtime.json import Json
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people
from weetwie.views import posts as seen_posts

routes = Routes("questions")

_STEPS: Final = {
    AskStep.first: "people",
    AskStep.more: "more_people",
    AskStep.followers: "followers",
    AskStep.open: "open",
}
_MOST_ANSWERS: Final = 40
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
    return await _told(call, post_id)


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
            ids = await asked.waiting(db, call.viewer, page)
        case "mine":
            ids = await asked.own(db, call.viewer, page)
        case "unanswered":
            ids = await asked.unanswered(db, call.viewer, page, tag)
        case _:
            ids = await asked.answered(db, call.viewer, page, tag)
    return await present.statuses(call, await seen_posts.posts(db, call.viewer, ids))


@routes.get("/api/weetwie/v1/ask/{id}", scopes=["read:statuses"], answer=wire.AskedQuestion)
async def single(call: Call) -> bytes:
    """How a question stands, as far as you may know."""
    return await _told(call, call.id)


@routes.get("/api/weetwie/v1/ask/{id}/answers", scopes=["read:statuses"], answer=list[Status])
async def ranked(call: Call) -> bytes:
    """Its answers, the best 40: the accepted one, then by favourites, then the oldest."""
    db = await call.db()
    ids = await given_answers.ranked(db, call.viewer, call.id, _MOST_ANSWERS)
    return await present.statuses(call, await seen_posts.posts(db, call.viewer, ids))


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
    return await _told(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/want_to_know", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def want_to_know(call: Call) -> bytes:
    """You are notified when an answer is accepted."""
    await respond.want_to_know(await call.db(), call.viewer, call.id, wants=True)
    return await _told(call, call.id)


@routes.delete("/api/weetwie/v1/ask/{id}/want_to_know", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def want_no_more(call: Call) -> bytes:
    """You are not notified of the answer."""
    await respond.want_to_know(await call.db(), call.viewer, call.id, wants=False)
    return await _told(call, call.id)


class ReplyParams(Struct, frozen=True, kw_only=True):
    status: str


@routes.post("/api/weetwie/v1/ask/{id}/answer", scopes=["write:statuses"], answer=Status)
async def answer(call: Call, wanted: ReplyParams) -> bytes:
    """Reply to it; the same as a reply by any app."""
    return await present.status_by_id(call, await ask.answer(await call.context(), call.id, wanted.status))


class AcceptParams(Struct, frozen=True, kw_only=True):
    answer_id: Id


@routes.post("/api/weetwie/v1/ask/{id}/accept", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def accept(call: Call, wanted: AcceptParams) -> bytes:
    """This reply answers it: for the asker; after a week, for two others who know."""
    await answers.accept(await call.context(), call.id, wanted.answer_id)
    return await _told(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/still_so", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def still_so(call: Call) -> bytes:
    """The accepted answer still holds."""
    await answers.confirm(await call.context(), call.id, is_still_so=True)
    return await _told(call, call.id)


@routes.post("/api/weetwie/v1/ask/{id}/no_longer", scopes=["write:statuses"], answer=wire.AskedQuestion)
async def no_longer(call: Call) -> bytes:
    """The accepted answer holds no longer."""
    await answers.confirm(await call.context(), call.id, is_still_so=False)
    return await _told(call, call.id)


@routes.get("/api/weetwie/v1/me/ask/preferences", scopes=["read:accounts"])
async def own_preferences(call: Call) -> wire.AskPreferences:
    """When and about what you want to be asked."""
    db = await call.db()
    own = await preferences.preferences(db, call.viewer)
    return wire.AskPreferences(
        is_asked=own.is_asked_by(call.viewer.standing),
        away_until=own.away_until.isoformat() if own.away_until else None,
        most_a_week=own.most_a_week,
        this_week=await preferences.this_week(db, call.viewer),
        time_zone=own.time_zone or None,
        begins=own.begins,
        ends=own.ends,
        topics=list(own.topics),
        asks_at_once=own.asks_at_once,
    )


class PreferencesGiven(Struct, frozen=True, kw_only=True):
    """What is left out stays; an empty text takes the day or the time zone away."""

    is_asked: bool | None = None
    away_until: str | None = None
    most_a_week: int | None = None
    time_zone: str | None = None
    begins: int | None = None
    ends: int | None = None
    topics: Annotated[list[str], msgspec.Meta(max_length=100)] | None = None
    asks_at_once: bool | None = None


@routes.put("/api/weetwie/v1/me/ask/preferences", scopes=["write:accounts"])
async def choose_preferences(call: Call, wanted: PreferencesGiven) -> wire.AskPreferences:
    """Choose them. Whoever would ask you, they hold."""
    db = await call.db()
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    if "away_until" in given:
        given["away_until"] = _day(given["away_until"])
    own = msgspec.structs.replace(await preferences.preferences(db, call.viewer), **given)
    await preferences.choose(db, call.viewer, own, _terms(own))
    return await own_preferences(call)


@routes.get("/api/weetwie/v1/me/ask/refused_topics", scopes=["read:accounts"])
async def refused_topics(call: Call) -> list[wire.RefusedTopic]:
    """Topics about which you are not asked."""
    found = await respond.refused(await call.db(), call.viewer)
    return [wire.RefusedTopic(id=str(one.id), name=one.name) for one in found]


@routes.delete("/api/weetwie/v1/me/ask/refused_topics/{id}", scopes=["write:accounts"])
async def allow_topic(call: Call) -> Empty:
    """You may be asked about it again."""
    await respond.allow(await call.db(), call.viewer, call.id)
    return Empty()


@routes.get("/api/weetwie/v1/me/ask/named", scopes=["read:accounts"], answer=list[wire.NamedSomebody])
async def named(call: Call) -> bytes:
    """Whom you named for a topic, and for what you were named."""
    found = await respond.pointers(await call.db(), call.viewer)
    people = await _accounts(call, [id for one in found for id in (one.by_id, one.to_id) if id])
    return b"[%b]" % b",".join(
        b'{"id":"%d","topic":%b,"by":%b,"account":%b}'
        % (
            one.id,
            msgspec.json.encode(one.name),
            people.get(one.by_id or 0, b"null"),
            people.get(one.to_id, b"null"),
        )
        for one in found
    )


@routes.delete("/api/weetwie/v1/me/ask/named/{id}", scopes=["write:accounts"])
async def forget_named(call: Call) -> Empty:
    """It counts no more. Either of the two may delete it."""
    await respond.forget_pointer(await call.db(), call.viewer, call.id)
    return Empty()


async def _done(call: Call, act: Callable[..., Awaitable[None]]) -> bytes:
    await act(await call.db(), call.viewer, call.id)
    return await _told(call, call.id)


async def _told(call: Call, post_id: int) -> bytes:
    one = await asked.told(await call.db(), call.viewer, post_id)
    people = await _accounts(
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


async def _accounts(call: Call, ids: Sequence[int]) -> dict[int, bytes]:
    """Those of them whom one sees."""
    cards = await seen_people.cards(await call.db(), call.viewer, list(dict.fromkeys(ids)))
    return {one.id: await present.account(call, one) for one in cards}


def _terms(own: Preferences) -> list[int]:
    return list(dict.fromkeys(term for topic in own.topics for term in subject.terms(topic)))


def _day(text: str) -> date | None:
    """Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Write the date like this: 2026-06-30"), field="away_until") from None
