"""Questions: those that wait for one, one's own, those without an answer, and answers by topic; one tap on each."""

from typing import Final

from starlette.responses import Response

from weetwie.context import Context
from weetwie.database.paging import page as page_at
from weetwie.database.pool import Db
from weetwie.domain.questions import answers as given_answers, begin, question_lists, respond, wanting
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.flows import answers, ask
from weetwie.text.signs import whole_number
from weetwie.text.text import tag_key
from weetwie.views import posts as seen_posts
from weetwie.web import question_standing, reading
from weetwie.web.pages import drafts, post as post_page
from weetwie.web.visit import Visit, local

_TOPICS: Final = 30
_ANSWERS: Final = 20
_TABS: Final = ("waiting", "mine", "open", "answers")


async def show(visit: Visit) -> Response:
    tab = visit.request.query_params.get("tab", "waiting")
    tab = tab if tab in _TABS else "waiting"
    topic = visit.request.query_params.get("topic", "").strip()[:100]
    async with visit.site.database.reading() as db:
        ids = await _ids(visit, db, tab, tag_key(topic))
        seen = await seen_posts.posts(db, visit.viewer, ids)
        answer_ids = [one.answer_id for one in seen if one.answer_id]
        found = await seen_posts.posts(db, visit.viewer, answer_ids)
        posts = {one.id: one for one in await visit.site.presenter.posts(db, visit.viewer, [*seen, *found])}
        questions = [(posts[id], posts.get(posts[id].answer_id or 0)) for id in ids if id in posts]
        return await reading.show(
            visit,
            db,
            "questions.html",
            tab=tab,
            topic=topic,
            questions=questions,
            topics=await question_lists.tags_of_answers(db, visit.viewer, _TOPICS)
            if tab in ("answers", "open")
            else [],
            older=_older(visit, ids),
        )


async def _ids(visit: Visit, db: Db, tab: str, topic: str) -> list[int]:
    page = page_at(reading.LENGTH, whole_number(visit.request.query_params.get("max_id")), None, None)
    match tab:
        case "mine":
            return await question_lists.own(db, visit.viewer, page)
        case "open":
            return await question_lists.unanswered(db, visit.viewer, page, topic)
        case "answers":
            return await question_lists.answered(db, visit.viewer, page, topic)
        case _:
            return await question_lists.waiting(db, visit.viewer, page)


def _older(visit: Visit, ids: list[int]) -> str:
    if len(ids) < reading.LENGTH:
        return ""
    address = visit.request.url.include_query_params(max_id=min(ids))
    return f"{address.path}?{address.query}"


async def show_article(visit: Visit) -> Response:
    """An answered question to read and to link to; one without an answer is its page."""
    with reading.or_sign_in(visit):
        async with visit.site.database.reading() as db:
            seen = await seen_posts.post(db, visit.viewer, visit.request.path_params["id"])
            answers_seen = await seen_posts.posts(
                db, visit.viewer, [seen.answer_id] if seen.answer_id else []
            )
            posts = await visit.site.presenter.posts(db, visit.viewer, [seen, *answers_seen])
            if len(posts) < 2:
                return visit.go(posts[0].address)
            question, answer = posts
            ids = await given_answers.ranked(db, visit.viewer, question.id, _ANSWERS)
            others = await seen_posts.posts(db, visit.viewer, [id for id in ids if id != answer.id])
            return await reading.show(
                visit,
                db,
                "answer.html",
                question=question,
                answer=answer,
                others=await visit.site.presenter.posts(db, visit.viewer, others),
                stands=await question_standing.shown(visit, db, question, answer.written_at),
            )


async def act(visit: Visit) -> Response:
    """One tap. What is refused comes back with the question's page and the reason."""
    given = dict(await visit.form())
    id = visit.request.path_params["id"]
    try:
        async with visit.site.database.transaction() as db:
            await _act(visit, db, id, given)
    except NotFound:
        raise
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await post_page.page(visit, db, id, 422, **drafts.begun(text="", error=refusal))
    return visit.go(local(visit.request.query_params.get("next")) or f"/questions/{id}")


async def _act(visit: Visit, db: Db, id: int, given: dict[str, str]) -> None:
    viewer, context = visit.viewer, visit.context(db)
    match visit.request.path_params["verb"]:
        case "ask":
            await begin.begin(db, viewer, id)
        case "widen":
            await begin.widen(db, viewer, id)
        case "close":
            await begin.close(db, viewer, id)
        case "not_now":
            await respond.not_now(db, viewer, id)
        case "not_my_topic":
            await respond.not_my_topic(db, viewer, id)
        case "want_to_know":
            await wanting.want_to_know(db, viewer, id, wants="stop" not in given)
        case "refer":
            await _refer(visit, context, id, given)
        case "accept":
            await answers.accept(context, id, whole_number(given.get("answer")) or 0)
        case "still_so":
            await answers.confirm(context, id, is_still_so=True)
        case "no_longer":
            await answers.confirm(context, id, is_still_so=False)
        case _other:
            raise NotFound


async def _refer(visit: Visit, context: Context, id: int, given: dict[str, str]) -> None:
    """Somebody by a button, or by their name or handle; else the people of a topic."""
    openly, who = "openly" in given, given.get("person", "").strip()
    if who.isdigit():
        await ask.name_somebody(context, id, whole_number(who) or 0, openly=openly)
    elif given.get("somebody", "").strip():
        await ask.name_by_words(context, id, given["somebody"], openly=openly)
    else:
        raise Invalid(_("Say who might know: a person or a topic."))
