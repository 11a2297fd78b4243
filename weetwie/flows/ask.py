"""Questions find their people: asked by somebody, taken step by step by the worker, answered, named on, put off."""

from collections.abc import Collection, Sequence

from weetwie.context import Context
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people.lookup import lookup
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import askable, people, respond, steps
from weetwie.domain.questions.begin import ChosenPeople
from weetwie.domain.questions.rules import ChosenBy, Knower, choose, is_there, tell_at, wants
from weetwie.errors import Conflict, Invalid, NotFound, _
from weetwie.flows import publish as publishing
from weetwie.runtime import clock

_OF_A_TOPIC = 2
"""So many of a topic's people are named."""


async def ask(
    context: Context, draft: Draft, chosen: Sequence[int] = (), without: Collection[int] = ()
) -> int:
    """Publishes the question and has people asked. The id of the post."""
    return await publishing.publish(context, draft, asking=ChosenPeople(chosen, without))


async def name_somebody(context: Context, post_id: int, person_id: int, *, openly: bool) -> None:
    """Not me, but ask ... . Whether they can be asked now is told to nobody."""
    db, viewer = context.db, context.viewer
    one = await respond.asked(db, viewer, post_id)
    if person_id in (viewer.person_id, one.asker_id) or not await askable.within_reach(
        db, viewer, post_id, [person_id]
    ):
        raise Invalid(_("This person can't be asked."), field="account_id")
    await _name(context, one, post_id, [person_id], [person_id], openly=openly)


async def name_a_topic(context: Context, post_id: int, topic: str, *, openly: bool) -> None:
    """Not me, but ask those who know about ... . Raises Conflict where the one who names sees nobody.

    They read that they named those who know most by what they see; who of these is asked, was asked before or is away, they don't.
    """
    db, viewer = context.db, context.viewer
    one = await respond.asked(db, viewer, post_id)
    answer = (await who_knows(db, viewer, topic[:200], limit=20, exclude=[one.asker_id])).named()
    asked_before = {other.person_id for other in await steps.already(db, post_id)}
    reach = await askable.within_reach(db, viewer, post_id, [expert.person_id for expert in answer.people])
    if not reach:
        raise Conflict(_("Nobody you can see has written about this. Name a person instead."))
    at = clock.now()
    held = await people.hold(db, viewer.policy, reach, at)
    candidates = [
        Knower(expert.person_id, expert.score)
        for expert in answer.people
        if expert.person_id in reach and expert.person_id not in asked_before
    ]
    picked = choose(candidates, held, one.terms, _OF_A_TOPIC, at)
    known = reach[:_OF_A_TOPIC]
    await _name(context, one, post_id, picked or known, known, openly=openly)


async def name_by_words(context: Context, post_id: int, words: str, *, openly: bool) -> None:
    """By a handle, with or without its sign, else by a topic."""
    try:
        person_id = await lookup(context.db, context.viewer, words.strip().removeprefix("@"))
    except NotFound:
        await name_a_topic(context, post_id, words, openly=openly)
    else:
        await name_somebody(context, post_id, person_id, openly=openly)


async def _name(
    context: Context,
    one: respond.AskedOfMe,
    post_id: int,
    ids: Sequence[int],
    known: Sequence[int],
    *,
    openly: bool,
) -> None:
    """Held before the rows are written: whoever asks holds in that order."""
    db, viewer, at = context.db, context.viewer, clock.now()
    held = await people.hold(db, viewer.policy, ids, at)
    await respond.named(db, viewer, one, post_id, ids, known, openly=openly)
    seeing = await askable.seeing(db, viewer, post_id, ids)
    waiting = {other.person_id for other in await steps.already(db, post_id) if other.state == 0}
    reached = [
        id for id in ids if id in waiting & seeing and wants(held[id], one.terms) and is_there(held[id], at)
    ]
    await steps.ask(db, post_id, reached, ChosenBy.named, [tell_at(at, held[id]) for id in reached], at)
    await steps.leave_out(db, post_id, [id for id in ids if not wants(held[id], one.terms)])
    db.wake_after_commit()


async def answer(context: Context, post_id: int, text: str) -> int:
    """A reply; from then on the question waits for its author no more. The id of the reply."""
    await respond.check_seen(context.db, context.viewer, post_id)
    return await publish(context.db, context.viewer, Draft(text=text, reply_to_id=post_id, is_question=False))
