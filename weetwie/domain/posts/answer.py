"""Accept an answer: the asker says which reply it was."""

from sqlalchemy import BigInteger, Select, select, update

from weetwie.access import permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.events import AnswerAccepted, record
from weetwie.runtime import clock
from weetwie.tables.posts import Post


async def accept(db: Db, viewer: Viewer, question_id: int, answer_id: int | None) -> None:
    """Marks a reply in the question's thread as the answer; None takes that back."""
    question = await checked(db, viewer, question_id, answer_id)
    if not permissions.accept_answer(viewer, question["author_id"], clock.now()):
        raise Forbidden(_("Only the person who asked can accept an answer."))
    await db.run(_ACCEPT, id=question_id, answer_id=answer_id)
    await record(db, viewer, AnswerAccepted(question_id, answer_id))


async def accept_for(db: Db, viewer: Viewer, question_id: int, answer_id: int) -> None:
    """By those who know, where its asker has said nothing; what the asker accepted stays."""
    if await db.run(_ACCEPT_FOR, id=question_id, answer_id=answer_id):
        await record(db, viewer, AnswerAccepted(question_id, answer_id))


async def checked(db: Db, viewer: Viewer, question_id: int, answer_id: int | None) -> Record:
    """The question, where the viewer sees it and the reply could be its answer. Raises NotFound, Invalid."""
    question = or_not_found(await _POST.row(db, viewer, id=question_id))
    if not question["is_question"]:
        raise Invalid(_("This post isn't a question."), field="id")
    if answer_id is not None:
        answer = await _POST.row(db, viewer, id=answer_id)
        if answer is None or answer_id == question_id or answer["root_id"] != question["root_id"]:
            raise Invalid(_("The answer has to be a reply to the question."), field="answer_id")
    return question


def _post(viewer_sql: ViewerSql) -> Select[int, bool, int]:
    return select(Post.author_id, Post.is_question, Post.root_id).where(
        Post.id == param("id", BigInteger), Post.boost_of_id.is_(None), visibility.parent(viewer_sql, Post)
    )


_POST = VisibleQuery(_post)
_ACCEPT = Query(
    update(Post).where(Post.id == param("id", BigInteger)).values(answer_id=param("answer_id", BigInteger))
)
_ACCEPT_FOR = Query(
    update(Post)
    .where(Post.id == param("id", BigInteger), Post.answer_id.is_(None))
    .values(answer_id=param("answer_id", BigInteger))
)
