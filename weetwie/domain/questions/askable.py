"""Who could be asked a question: who is within its reach, sees it, follows its topic, or was named for it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Executable, and_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.enums import Ring, Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.questions.begin import can_be_asked
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag
from weetwie.tables.questions import Pointer, QuestionPreferences
from weetwie.tables.relations import TagFollow

_POST_ID = param("post_id", BigInteger)
_IDS = func.any(param("ids", ARRAY(BigInteger)))
_TERMS = param("terms", ARRAY(BigInteger))
_MOST_FOLLOWERS: Final = 100
"""So many who follow a topic are looked at."""


async def within_reach(db: Db, asker: Viewer, post_id: int, ids: Sequence[int]) -> list[int]:
    """Who of these can be asked by what the asker sees of them: in the ring, here, a person. In the order given."""
    rows = await _WITHIN_REACH.rows(db, asker, post_id=post_id, ids=list(ids))
    found = set(columns(rows, "id"))
    return [id for id in ids if id in found]


async def seeing(db: Db, viewer: Viewer, post_id: int, ids: Sequence[int]) -> set[int]:
    """Who of these sees the question and can be asked."""
    given = {"post_id": post_id, "ids": list(ids), **visibility.today(viewer)}
    return set(columns(await db.rows(_SEEING, **given), "id"))


async def followers(db: Db, asker: Viewer, post_id: int, terms: Sequence[int]) -> list[int]:
    """Who follows a hashtag of the question or likes to be asked about it, of those whom the asker sees."""
    rows = await _FOLLOWERS.rows(db, asker, post_id=post_id, terms=list(terms), most=_MOST_FOLLOWERS)
    return columns(rows, "id")


async def pointed_to(db: Db, asker: Viewer, terms: Sequence[int]) -> list[int]:
    """Whom somebody named for a topic all of whose words the question says."""
    return columns(await _POINTED_TO.rows(db, asker, terms=list(terms)), "to_id") if terms else []


def _within_reach(viewer_sql: ViewerSql) -> Executable:
    ring = func.least(Post.ring, viewer_sql.widest)
    return (
        select(Person.id)
        .select_from(Person)
        .join(Post, Post.id == _POST_ID)
        .where(
            Person.id == _IDS,
            Person.id != Post.author_id,
            can_be_asked(Person),
            (Person.standing == int(Standing.member)) | (ring > int(Ring.colleagues)),
            visibility.card(viewer_sql, Person),
        )
    )


_eye = visibility.of(Person)
_SEEING = Query(
    select(Person.id)
    .select_from(Person)
    .join(Post, Post.id == _POST_ID)
    .where(
        Person.id == _IDS,
        Person.id != Post.author_id,
        can_be_asked(Person),
        visibility.parent(_eye, Post),
    )
)


def _followers(viewer_sql: ViewerSql) -> Executable:
    by_tag = select(TagFollow.person_id).join(
        PostTag, and_(PostTag.tag_id == TagFollow.tag_id, PostTag.post_id == _POST_ID)
    )
    by_topic = select(QuestionPreferences.person_id).where(QuestionPreferences.terms.overlap(_TERMS))
    return (
        select(Person.id)
        .where(
            Person.id.in_(by_tag.union(by_topic)), can_be_asked(Person), visibility.card(viewer_sql, Person)
        )
        .order_by(Person.id)
        .limit(param("most", BigInteger))
    )


def _pointed_to(viewer_sql: ViewerSql) -> Executable:
    return (
        select(Pointer.to_id)
        .distinct()
        .join(Person, Person.id == Pointer.to_id)
        .where(
            Pointer.terms.contained_by(_TERMS),
            func.cardinality(Pointer.terms) > 0,
            visibility.card(viewer_sql, Person),
        )
        .order_by(Pointer.to_id)
    )


_WITHIN_REACH = VisibleQuery(_within_reach)
_FOLLOWERS, _POINTED_TO = VisibleQuery(_followers), VisibleQuery(_pointed_to)
