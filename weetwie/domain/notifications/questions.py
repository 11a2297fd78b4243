"""Who is asked a question is told, and who waits for an answer, where they see it."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import BigInteger, and_, select

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.notifications.insertion import (
    WRITTEN_HERE,
    given_rows,
    hears_of_thread,
    insertion,
    once,
    tell,
)
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question

_IS_ASKED: Final = 1
"""`asked_people.state`: who has said something about the question meanwhile is not told of it."""


async def asked(db: Db, viewer: Viewer, pairs: Iterable[tuple[int, int]]) -> None:
    """By post and person. As a mention by its asker, which every app shows and can answer. Of what was closed meanwhile, or has an
    accepted answer that they see, nobody is notified."""
    given = once(pairs)
    await tell(db, viewer, _ASKED, posts=[post for post, _ in given], people=[who for _, who in given])


async def awaited(db: Db, viewer: Viewer, person_id: int, post_id: int) -> bool:
    """Who waited for somebody to write about what they asked. Whether they are told, by this or because they follow the author."""
    await tell(db, viewer, _AWAITED, posts=[post_id], people=[person_id])
    return await db.value(_IS_TOLD, person_id=person_id, post_id=post_id) is not None


async def answered(db: Db, viewer: Viewer, answer_id: int, people: Sequence[int]) -> None:
    """Who would like to know the answer to somebody else's question."""
    if people:
        await tell(db, viewer, _AWAITED, posts=[answer_id] * len(people), people=list(people))


_told = aliased(Person, name="told")
_post = aliased(Post, name="post")
_asked_of = aliased(AskedPerson, name="asked_of")
_question = aliased(Question, name="question")
_answer = aliased(Post, name="answer")
_eye = visibility.of(_told)
_given = given_rows("posts", "people")

_ASKED = insertion(
    "mention",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_given)
        .join(_post, _post.id == _given.c.posts)
        .join(_told, _told.id == _given.c.people)
        .join(_asked_of, and_(_asked_of.post_id == _post.id, _asked_of.person_id == _told.id))
        .join(_question, _question.post_id == _post.id)
        .where(
            _asked_of.state == _IS_ASKED,
            ~_question.is_closed,
            visibility.parent(_eye, _post),
            ~visibility.there_is(_answer, _answer.id == _post.answer_id, visibility.parent(_eye, _answer)),
        )
    ),
)

_AWAITED = insertion(
    "status",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_given)
        .join(_post, _post.id == _given.c.posts)
        .join(_told, _told.id == _given.c.people)
        .where(_post.origin == WRITTEN_HERE, hears_of_thread(_told.id, _post), visibility.parent(_eye, _post))
    ),
)
_IS_TOLD = Query(
    select(Notification.id)
    .where(
        Notification.person_id == param("person_id", BigInteger),
        Notification.post_id == param("post_id", BigInteger),
        Notification.kind == "status",
    )
    .limit(1)
)
