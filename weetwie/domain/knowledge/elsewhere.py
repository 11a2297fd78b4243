"""What passages show stands beside what posts show, from the moment they come in; whose author is nobody speaks for nobody."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Executable, and_, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import BoolSql
from weetwie.domain.knowledge import evidence
from weetwie.events import PersonErased, RankingChosen
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Evidence
from weetwie.tables.passages import PassageChoice, SourcePassage
from weetwie.tables.people import Person

NOBODY: Final = -1
"""Who wrote what is under a name alone."""
_IDS = param("ids", ARRAY(BigInteger))
_AT_A_TIME: Final = 500


async def bring_in(db: Db, passage_ids: Iterable[int]) -> None:
    """Writes down, or anew, what these passages show; what is hidden shows nothing."""
    if rows := await db.rows(_READ, ids=list(passage_ids)):
        await evidence.write(db, rows, is_passage=True)


async def forget(db: Db, passage_ids: Iterable[int]) -> None:
    """Of passages that stay. What is deleted is forgotten by the database itself."""
    await db.run(_FORGET, ids=list(passage_ids))


async def left_out(db: Db, viewer: Viewer, facts: Sequence[RankingChosen | PersonErased]) -> None:
    """At once, as with posts."""
    await db.run(_LEAVE_OUT, ids=[fact.person_id for fact in facts])


async def let_in(db: Db, viewer: Viewer, facts: Sequence[RankingChosen]) -> None:
    """Afterwards: of those who stand in it again."""
    for fact in facts:
        passages = columns(await db.rows(_OF_RANKED, id=fact.person_id), "id")
        for start in range(0, len(passages), _AT_A_TIME):
            await bring_in(db, passages[start : start + _AT_A_TIME])


async def agreed(db: Db) -> frozenset[int]:
    """Who has said that what they wrote elsewhere speaks for them."""
    return frozenset(await db.value(_AGREED) or ())


def _read() -> Executable:
    root = aliased(SourcePassage)
    whole = func.concat_ws("\n", func.nullif(SourcePassage.title, ""), SourcePassage.text)
    return (
        select(
            SourcePassage.id,
            func.coalesce(SourcePassage.author_id, NOBODY).label("author_id"),
            func.coalesce(SourcePassage.root_id, SourcePassage.id).label("root_id"),
            SourcePassage.ring,
            SourcePassage.is_question,
            func.coalesce(root.accepted_key == SourcePassage.key, literal(False)).label("is_accepted"),
            whole.label("text"),
            literal("").label("warning"),
            SourcePassage.language,
            SourcePassage.tags,
            SourcePassage.endorsers,
        )
        .outerjoin(root, root.id == SourcePassage.root_id)
        .outerjoin(Person, Person.id == SourcePassage.author_id)
        .where(
            SourcePassage.id == func.any(_IDS),
            SourcePassage.is_hidden.is_(False),
            or_(
                SourcePassage.author_id.is_(None),
                and_(or_(Person.may_rank, ~Person.has_joined), Person.erased_at.is_(None)),
            ),
        )
        .order_by(SourcePassage.id)
    )


_READ = Query(_read)
_PUBLISHED: Final = 0
_AGREED = Query(select(func.array_agg(PassageChoice.person_id)).where(PassageChoice.choice == _PUBLISHED))
"""`OwnChoice` in domain/passages/choices.py"""


def _forgotten(*which: BoolSql) -> Executable:
    gone = select(SourcePassage.id, literal(True), literal(True)).where(*which)
    new = insert(Evidence).from_select(["post_id", "is_gone", "is_passage"], gone)
    return new.on_conflict_do_update(
        index_elements=["post_id"],
        set_={"is_gone": True, "terms": b"", "endorsers": text("'{}'"), **evidence.NOW},
    )


_FORGET = Query(_forgotten(SourcePassage.id == func.any(_IDS)))
_BY = SourcePassage.author_id.in_(select(Person.id).where(Person.id == func.any(_IDS), ~Person.may_rank))
_LEAVE_OUT = Query(_forgotten(_BY))
_OF_RANKED = Query(
    select(SourcePassage.id)
    .join(Person, Person.id == SourcePassage.author_id)
    .where(SourcePassage.author_id == param("id", BigInteger), Person.may_rank)
)
