"""Whoever posts a question with another app is offered to have people asked, and says yes in that app; or has chosen it for good."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from weetwie.access import permissions
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people import assistant
from weetwie.domain.posts import remove
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import begin, proposals, steps
from weetwie.domain.questions.proposals import PostedQuestion, ProposalReply
from weetwie.errors import Conflict, Refusal, _
from weetwie.events import PostPublished
from weetwie.runtime import clock
from weetwie.text import language
from weetwie.views import posts as seen_posts, texts as seen_words

_SHALL_I: Final = _("Shall I ask people who may know? Reply yes and I will. Only you see this.")
_ASKING: Final = _("I'm asking people who may know. See how it goes: {address}")
_ANSWERED: Final = _("Someone has answered your question already, so I won't ask anyone.")
_REFUSED: Final = _("I can't ask people this any more.")
_LONGEST_QUESTION: Final = 1000


async def offer(context: Context, facts: Sequence[PostPublished]) -> None:
    """Once for each question."""
    if not context.viewer.policy.assistant:
        return
    found = await proposals.posted(context.db, [fact.post_id for fact in facts])
    ours = await _ours(context) if found else None
    if ours is None:
        return
    for one in found:
        author = await context.find_person(one.author_id)
        if author is not None and permissions.act(author, clock.now()):
            await _offer(context.by(author), ours, one)


async def answered(context: Context, facts: Sequence[PostPublished]) -> None:
    """After a yes people are asked; after a no, or a second yes, nothing happens."""
    if not context.viewer.policy.assistant:
        return
    found = await proposals.replies(context.db, [fact.post_id for fact in facts])
    ours = await _ours(context) if found else None
    if ours is None:
        return
    for one in found:
        author = await context.find_person(one.author_id)
        if author is not None and proposals.is_yes(await _text(context.by(author), one.post_id)):
            await _ask(context.by(author), ours, one)


async def forget_unanswered(context: Context) -> None:
    """By the clock: a proposal that nobody has answered has its time. The question stays, and can be asked by its page."""
    if old := await proposals.unanswered(context.db):
        await remove.bury(context.db, context.viewer, old)


async def _ours(context: Context) -> Viewer | None:
    """The service account, where there is one."""
    service_id = await assistant.person_id(context.db)
    return await context.find_person(service_id) if service_id else None


async def _offer(context: Context, ours: Viewer, one: PostedQuestion) -> None:
    """At once, or as a question of our own where the author sees somebody who knows."""
    db, author = context.db, context.viewer
    if one.asks_at_once:
        with suppress(Refusal):  # it has been deleted, or edited into something else
            await _begin(context, one.post_id)
        return
    text = await _text(context, one.post_id)
    if not text or not (await who_knows(db, author, text, exclude=[one.author_id])).named().people:
        return
    proposal_id = await _tell(context, ours, one.post_id, language.translate(_SHALL_I, author.language))
    if proposal_id is not None:
        await proposals.proposed(db, one.post_id, proposal_id)


async def _ask(context: Context, ours: Viewer, one: ProposalReply) -> None:
    db, author = context.db, context.viewer
    try:
        is_begun = await _begin(context, one.question_id)
    except Refusal:
        sentence = _REFUSED
    else:
        if not is_begun:
            return
        sentence = _ASKING if await steps.is_looking(db, author, one.question_id) else _ANSWERED
    address = context.address(f"@{author.handle}/{one.question_id}")
    await _tell(context, ours, one.post_id, language.translate(sentence, author.language, address=address))


async def _begin(context: Context, question_id: int) -> bool:
    """False where people are asked already."""
    try:
        async with context.db.savepoint():
            await begin.begin(context.db, context.viewer, question_id)
    except Conflict:
        return False
    return True


async def _tell(context: Context, ours: Viewer, to: int, sentence: str) -> int | None:
    """In private, as a reply. None where they have blocked us or the post has gone."""
    text = f"@{context.viewer.handle} {sentence}"
    draft = Draft(text=text, visibility=Visibility.direct, reply_to_id=to, is_question=False)
    try:
        async with context.db.savepoint():
            return await publish(context.db, ours, draft)
    except Refusal:
        return None


async def _text(context: Context, post_id: int) -> str:
    posts = await seen_posts.posts(context.db, context.viewer, [post_id])
    words = await seen_words.words(context.db, posts)
    return words[0].text[:_LONGEST_QUESTION] if words else ""
