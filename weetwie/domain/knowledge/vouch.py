"""Colleagues vouch for what somebody knows, each by a post that shows it; the person may decline."""

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.database.sql import BoolSql
from weetwie.domain.knowledge import delicate, topic_rules as rules, topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.errors import Forbidden, Invalid, NotFound, _
from weetwie.runtime import clock
from weetwie.tables.knowledge import Topic, Vouch
from weetwie.tables.people import Person
from weetwie.tables.posts import Post


class GivenVouch(msgspec.Struct, frozen=True):
    id: int
    about_id: int
    by_id: int
    name: str
    post_id: int


async def vouch(db: Db, viewer: Viewer, person_id: int, name: str, post_id: int) -> int:
    """Says that somebody knows about a topic. Raises NotFound, Forbidden and Invalid."""
    allowed.check(viewer, permissions.act)
    if person_id == viewer.person_id:
        raise Forbidden(_("You can't vouch for yourself. Add the topic to your profile instead."))
    name = rules.check(name)
    if delicate.is_delicate(name, viewer.policy.never_inferred):
        raise Invalid(_("Only people themselves can add this topic to their profile."), field="topic")
    await _check_proof(db, viewer, person_id, post_id)
    key = rules.key_of(name)
    if await db.value(_IS_CLOSED, person_id=person_id, key=key):
        raise Forbidden(_("This person doesn't want to be known for this."))
    vouch_id = await db.value(
        _VOUCH, person_id=person_id, by_id=viewer.person_id, key=key, name=name, post_id=post_id
    )
    if vouch_id is None:
        raise Forbidden(_("This person doesn't want to be known for this."))
    await topics.find_by_words(db, person_id, key, name)
    return int(vouch_id)


async def take_back(db: Db, viewer: Viewer, person_id: int, name: str) -> None:
    """One's own; what was declined stays declined."""
    await db.run(_TAKE_BACK, person_id=person_id, by_id=viewer.person_id, key=rules.key_of(name))


async def decline(db: Db, viewer: Viewer, vouch_id: int) -> None:
    """One that is about oneself: it counts no more. Raises NotFound."""
    allowed.check(viewer, permissions.act)
    if not await db.run(_DECLINE, id=vouch_id, person_id=viewer.person_id, at=clock.now()):
        raise NotFound


async def about_me(db: Db, viewer: Viewer) -> list[GivenVouch]:
    """What others say of oneself, newest first; only as far as one sees them and the post."""
    return structs(GivenVouch, await _ABOUT_ME.rows(db, viewer))


async def by_me(db: Db, viewer: Viewer, person_id: int) -> list[GivenVouch]:
    """What one has said of somebody."""
    return structs(GivenVouch, await _BY_ME.rows(db, viewer, person_id=person_id))


async def _check_proof(db: Db, viewer: Viewer, person_id: int, post_id: int) -> None:
    row = await _PROOF.row(db, viewer, id=post_id)
    if row is None:
        raise NotFound(_("The post that shows this is gone, or you can't see it."))
    if row["author_id"] != person_id:
        raise Invalid(_("Choose a post that this person wrote."), field="status_id")
    if row["visibility"] > Visibility.unlisted:
        raise Invalid(_("This post was for a few people only. Choose a public one."), field="status_id")
    if not row["may_rank"]:
        raise Forbidden(_("This person has chosen not to be found by what they know."))


_PERSON, _KEY, _BY = param("person_id", BigInteger), param("key", Text), param("by_id", BigInteger)
_PROOF = VisibleQuery(
    lambda viewer_sql: (
        select(Post.author_id, Post.visibility, (Person.may_rank & ~Person.is_bot).label("may_rank"))
        .join(Person, Person.id == Post.author_id)
        .where(
            Post.id == param("id", BigInteger), Post.boost_of_id.is_(None), visibility.post(viewer_sql, Post)
        )
    )
)
_IS_CLOSED = Query(
    select(func.count()).where(
        Topic.person_id == _PERSON, Topic.key == _KEY, Topic.choice == int(TopicChoice.never)
    )
)


def _vouch() -> Executable:
    new = insert(Vouch).values(
        about_id=_PERSON, by_id=_BY, key=_KEY, name=param("name", Text), post_id=param("post_id", BigInteger)
    )
    return new.on_conflict_do_update(
        index_elements=["about_id", "key", "by_id"],
        set_={"name": new.excluded.name, "post_id": new.excluded.post_id},
        where=Vouch.declined_at.is_(None),
    ).returning(Vouch.id)


_VOUCH = Query(_vouch)
_TAKE_BACK = Query(
    delete(Vouch).where(
        Vouch.about_id == _PERSON, Vouch.by_id == _BY, Vouch.key == _KEY, Vouch.declined_at.is_(None)
    )
)
_DECLINE = Query(
    update(Vouch)
    .where(Vouch.id == param("id", BigInteger), Vouch.about_id == _PERSON, Vouch.declined_at.is_(None))
    .values(declined_at=param("at", DateTime(timezone=True)))
)


def _given(viewer_sql: ViewerSql, *which: BoolSql) -> Executable:
    return (
        select(Vouch.id, Vouch.about_id, Vouch.by_id, Vouch.name, Vouch.post_id)
        .join(Post, Post.id == Vouch.post_id)
        .join(Person, Person.id == Vouch.by_id)
        .where(
            *which,
            Vouch.declined_at.is_(None),
            visibility.post(viewer_sql, Post),
            visibility.card(viewer_sql, Person),
        )
        .order_by(Vouch.id.desc())
        .limit(200)
    )


_ABOUT_ME = VisibleQuery(lambda viewer_sql: _given(viewer_sql, Vouch.about_id == viewer_sql.id))
_BY_ME = VisibleQuery(
    lambda viewer_sql: _given(viewer_sql, Vouch.by_id == viewer_sql.id, Vouch.about_id == _PERSON)
)
