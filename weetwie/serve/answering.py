"""The service account answers who asks it who knows something: to them alone, with what they may see."""

from collections.abc import Sequence

from weetwie.access.authenticate import Memory
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge import questions
from weetwie.domain.knowledge.answer import Answer
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.passages import passage_of
from weetwie.domain.knowledge.questions import Named, Question, Waiting
from weetwie.domain.people import assistant
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Refusal
from weetwie.events import PostPublished
from weetwie.views import people as seen_people
from weetwie.views import posts as seen_posts
from weetwie.views import texts as seen_words
from weetwie.worker import Reaction

_PROOFS = 1
"""Of each person: the answer is read in a notification."""


def answering(base_url: str) -> Reaction:
    """The reaction that answers. A question that was answered is not answered again."""
    memory, base_url = Memory(0), base_url.rstrip("/")

    async def answer(db: Db, viewer: Viewer, facts: Sequence[PostPublished]) -> None:
        service_id = await assistant.person_id(db) if viewer.policy.assistant else None
        if service_id is None:
            return
        for waiting in await questions.waiting(db, service_id, [fact.post_id for fact in facts]):
            asker, ours = await memory.person(db, waiting.asker_id), await memory.person(db, service_id)
            question = questions.read(waiting.text)
            if asker is not None and ours is not None and questions.is_for_us(waiting, question):
                await _answer(db, asker, ours, waiting, question, base_url)

    return answer


async def _answer(
    db: Db, asker: Viewer, ours: Viewer, waiting: Waiting, question: Question, base_url: str
) -> None:
    found = await who_knows(db, asker, question.about[:1000], limit=questions.MOST_PEOPLE)
    found = found.named()
    people = await _named(db, asker, found, base_url)
    text = questions.told(waiting, question, found, people, ours.policy.longest_post)
    draft = Draft(text=text, visibility=Visibility.direct, reply_to_id=waiting.post_id, is_question=False)
    try:
        async with db.savepoint():
            answer_id = await publish(db, ours, draft)
            await questions.answered(db, waiting.post_id, answer_id)
    except Refusal:
        return  # they have blocked us, or the post has gone: there is nobody to answer


async def _named(db: Db, asker: Viewer, found: Answer, base_url: str) -> list[Named]:
    seen = await seen_people.cards(db, asker, [one.person_id for one in found.people])
    profiles = {one.id: one for one in await seen_people.profiles(db, seen)}
    proofs = await _proofs(db, asker, found, base_url)
    return [
        Named(
            profile.name or profile.handle,
            f"{base_url}/@{profile.handle}",
            one.level,
            [proofs[proof.post_id] for proof in one.proofs[:_PROOFS] if proof.post_id in proofs],
        )
        for one in found.people
        if (profile := profiles.get(one.person_id)) is not None
    ]


async def _proofs(db: Db, asker: Viewer, found: Answer, base_url: str) -> dict[int, tuple[str, str]]:
    """By post: the passage that proves it, and where it stands."""
    wanted = [proof.post_id for one in found.people for proof in one.proofs[:_PROOFS]]
    posts = await seen_posts.posts(db, asker, wanted)
    return {
        one.id: (
            passage_of(one.text, one.warning, found.wanted).text,
            f"{base_url}/@{one.author_handle}/{one.id}",
        )
        for one in await seen_words.words(db, posts)
    }
