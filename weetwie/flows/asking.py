"""What the worker does for questions: who is asked next, who hears of it, who is written to. All from the rows, so nothing is
lost and nothing done twice, wherever the program ends."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.subject import Subject, subject
from weetwie.domain.questions import askable, people, rules, steps
from weetwie.domain.questions.free_days import free_days
from weetwie.domain.questions.rules import Askable, AskStep, ChosenBy, Knower, State
from weetwie.domain.questions.steps import DueQuestion
from weetwie.flows.asked import mail, tell
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.views import posts as seen_posts, texts as seen_words

log = logger(__name__)

_AT_ONCE: Final = 50
"""So many questions take their step in one transaction."""
_TOLD_AT_ONCE: Final = 200
_LOOKED_AT: Final = 20
"""So many who know are looked at."""
_LONGEST_QUESTION: Final = 1000
_OF_POINTED: Final = 0.3
"""Of the best score: what it says that somebody named somebody."""
_OF_LIKED: Final = 1.5


async def work(database: Database, site: Site) -> bool:
    """What is due now, a part of it; whether more may wait."""
    stepped = await _take_steps(database, site)
    async with database.transaction() as db:
        told = await tell(await of_system(db, site), _TOLD_AT_ONCE)
    async with database.transaction() as db:
        mailed = await mail(await of_system(db, site), _TOLD_AT_ONCE)
    return max(stepped / _AT_ONCE, told / _TOLD_AT_ONCE, mailed / _TOLD_AT_ONCE) >= 1


async def _take_steps(database: Database, site: Site) -> int:
    try:
        async with database.transaction() as db:
            found = await steps.due(db, _AT_ONCE)
            await _step(await of_system(db, site), found)
            return len(found)
    except DatabaseAway:
        raise
    except Exception as error:  # noqa: BLE001  whatever it was is found out one by one
        log.warning("a question failed; each is taken by itself", error=type(error).__name__)
        return await _one_by_one(database, site)


async def _one_by_one(database: Database, site: Site) -> int:
    for number in range(_AT_ONCE):
        async with database.transaction() as db:
            found = await steps.due(db, 1)
            if not found:
                return number
            context = await of_system(db, site)
            try:
                async with db.savepoint():
                    await _step(context, found)
            except DatabaseAway:
                raise
            except Exception:
                log.exception("a question could not go on", about=found[0].post_id)
                await steps.put_off(db, found[0])
    return _AT_ONCE


class _Considered(msgspec.Struct):
    """A question and who could be asked it."""

    question: DueQuestion
    subject: Subject
    chosen: list[int]
    """By the asker, in their order."""
    waiting: list[int]
    """Of these who has not been asked."""
    known: list[Knower]
    """Who knows, by what the asker sees; whoever was asked before among them, whoever the asker dropped not."""
    more: list[Knower]
    """Whom somebody named, and who follows the topic: told to nobody."""
    asked: frozenset[int]

    @property
    def everybody(self) -> list[int]:
        return [*self.waiting, *(one.person_id for one in (*self.known, *self.more))]


async def _step(context: Context, found: Sequence[DueQuestion]) -> None:
    """Considered first, held then: nobody is held while it is looked up who knows."""
    considered = [one for question in found if (one := await _consider(context, question))]
    if not considered:
        return
    at, policy = clock.now(), context.viewer.policy
    everybody = {id for one in considered for id in (*one.everybody, *one.chosen)}
    held = await people.hold(context.db, policy, everybody, at)
    free = await free_days(context.db, {one.region for one in held.values()}, at)
    for one in considered:
        await _ask(context, one, held, at)
        await _go_on(context, one, held, free, at)


async def _consider(context: Context, question: DueQuestion) -> _Considered | None:
    """None where its asker may not ask any more, or somebody has answered."""
    db, asker = context.db, await context.find_person(question.asker_id)
    if (
        asker is None
        or not permissions.act(asker, clock.now())
        or not await steps.is_looking(db, asker, question.post_id)
    ):
        await steps.ended(db, question)
        return None
    text = await _text(context, asker, question.post_id)
    answer = await who_knows(db, asker, text, limit=_LOOKED_AT)
    about = await asyncio.to_thread(subject, text, answer)
    before = await steps.already(db, question.post_id)
    out = {one.person_id for one in before if one.chosen_by == ChosenBy.dropped}
    chosen = [one.person_id for one in before if one.chosen_by == ChosenBy.asker]
    named = [one for one in (answer.named().people or answer.people) if one.person_id not in out]
    reach = await askable.within_reach(db, asker, question.post_id, [one.person_id for one in named])
    best = max((one.score for one in named), default=1.0)
    more = await askable.pointed_to(db, asker, about.all_terms)
    if question.step == AskStep.more:
        more += await askable.followers(db, asker, question.post_id, about.terms)
    reach_more = await askable.within_reach(db, asker, question.post_id, list(dict.fromkeys(more)))
    silent = await people.silent_days(db, asker, [*reach, *reach_more])

    def knower(id: int, score: float) -> Knower:
        return Knower(id, score, silent.get(id, rules.LONG_SILENT))

    return _Considered(
        question,
        about,
        chosen,
        [one.person_id for one in before if one.state == State.waits and one.chosen_by == ChosenBy.asker],
        [knower(one.person_id, one.score) for one in named if one.person_id in set(reach)],
        [knower(id, _OF_POINTED * best) for id in reach_more if id not in {*reach, *out}],
        frozenset(one.person_id for one in before),
    )


async def _text(context: Context, asker: Viewer, post_id: int) -> str:
    posts = await seen_posts.posts(context.db, asker, [post_id])
    words = await seen_words.words(context.db, posts)
    return words[0].text[:_LONGEST_QUESTION] if words else ""


async def _ask(context: Context, one: _Considered, held: dict[int, Askable], at: datetime) -> None:
    """Those whom the asker chose at the first step; then whom knowledge and load leave."""
    db, post_id, terms = context.db, one.question.post_id, one.subject.all_terms
    seeing = await askable.seeing(db, context.viewer, post_id, one.everybody)
    if one.question.step == AskStep.begun:
        waiting = [id for id in one.waiting if id in held]
        await steps.leave_out(db, post_id, [id for id in waiting if not rules.wants(held[id], terms)])
        await _reach(
            context,
            post_id,
            [
                id
                for id in waiting
                if id in seeing and rules.wants(held[id], terms) and rules.is_there(held[id], at)
            ],
            ChosenBy.asker,
            held,
            at,
        )
    candidates = [
        _liked(candidate, held, one.subject)
        for candidate in (*one.known, *one.more)
        if candidate.person_id in seeing and candidate.person_id not in one.asked
    ]
    picked = rules.choose(candidates, held, terms, _room(one), at)
    await _reach(context, post_id, picked, ChosenBy.weetwie, held, at)


def _room(one: _Considered) -> int:
    match one.question.step:
        case AskStep.begun:
            return max(rules.FIRST - len(one.chosen), 0)
        case AskStep.first:
            return rules.MORE
        case AskStep.more:
            return rules.FOLLOWERS
        case _:
            return 0


def _liked(candidate: Knower, held: Mapping[int, Askable], about: Subject) -> Knower:
    """Who likes to be asked about it comes sooner."""
    person = held.get(candidate.person_id)
    if person is None or not person.liked & set(about.terms):
        return candidate
    return msgspec.structs.replace(candidate, score=candidate.score * _OF_LIKED)


async def _reach(
    context: Context,
    post_id: int,
    ids: Sequence[int],
    by: ChosenBy,
    held: dict[int, Askable],
    at: datetime,
) -> None:
    await steps.ask(context.db, post_id, ids, by, [rules.tell_at(at, held[id]) for id in ids], at)
    for id in ids:
        one = held[id]
        held[id] = msgspec.structs.replace(one, this_week=one.this_week + 1, asked=one.asked + 1)


async def _go_on(
    context: Context,
    one: _Considered,
    held: Mapping[int, Askable],
    free: Mapping[str, frozenset[date]],
    at: datetime,
) -> None:
    """When the next step comes follows from what the asker sees, whoever is there."""
    question, step = one.question, AskStep(one.question.step + 1)
    known = [candidate for candidate in one.known if candidate.person_id not in one.chosen]
    before = rules.added(len(one.chosen), len(known), AskStep.begun) if step > AskStep.first else 0
    added = rules.added(len(one.chosen), len(known), min(AskStep(question.step), AskStep.first))
    hours = context.viewer.policy.question_hours
    slowest = rules.nominal(one.chosen, one.known, AskStep(question.step))
    asks_nobody = step <= AskStep.more and added == before and not (step is AskStep.first and one.chosen)
    due_at: datetime | None = at
    if step is AskStep.open:
        due_at = None
    elif not asks_nobody:
        due_at = rules.next_due(at, hours, [held[id] for id in slowest if id in held], free)
    about = one.subject
    await steps.taken(context.db, question, step, due_at, added=added, topic=about.name, terms=about.terms)
