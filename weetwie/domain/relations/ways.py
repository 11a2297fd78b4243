"""How one reaches people: the shortest way over ties that one sees."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Executable, Select, and_, func, or_, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.database.sql import IntSql
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow

_LOOKED_AT: Final = 300
"""So many of those whom one follows, the last ones."""


class Way(msgspec.Struct, frozen=True):
    kind: Literal["mutual", "both_follow"]
    """You follow each other; or you both follow a third."""
    via_id: int | None = None
    """The third."""


async def ways(db: Db, viewer: Viewer, person_ids: Iterable[int]) -> dict[int, Way]:
    """By person, for those to whom there is one."""
    rows = await _WAYS.rows(db, viewer, ids=list(person_ids))
    found = {}
    for row in rows:
        if row["is_mutual"]:
            found[row["id"]] = Way("mutual")
        elif row["via_id"] is not None:
            found[row["id"]] = Way("both_follow", row["via_id"])
    return found


def _ways(viewer_sql: ViewerSql) -> Executable:
    there, back = aliased(Follow), aliased(Follow)
    mutual = visibility.there_is(
        there, there.follower_id == viewer_sql.id, there.followed_id == Person.id
    ) & visibility.there_is(back, back.follower_id == Person.id, back.followed_id == viewer_sql.id)
    own, theirs, third, known = aliased(Follow), aliased(Follow), aliased(Person), aliased(Follow)
    newest = (
        select(own.followed_id)
        .where(own.follower_id == viewer_sql.id)
        .order_by(own.number.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    knows_me = visibility.there_is(known, known.follower_id == third.id, known.followed_id == viewer_sql.id)
    via = (
        select(third.id)
        .select_from(newest)
        .join(theirs, (theirs.followed_id == newest.c.followed_id) & (theirs.follower_id == Person.id))
        .join(third, third.id == newest.c.followed_id)
        .where(
            visibility.person(viewer_sql, third),
            third.suspended_at.is_(None),
            third.is_bot.is_(False),
            third.id.not_in(visibility.hidden_authors(viewer_sql)),
        )
        .order_by(knows_me.desc(), third.id)
        .limit(1)
        .lateral("via")
    )
    return (
        select(Person.id, mutual.label("is_mutual"), via.c.id.label("via_id"))
        .select_from(Person)
        .outerjoin(via, true())
        .where(Person.id == func.any(param("ids", ARRAY(BigInteger))), visibility.person(viewer_sql, Person))
    )


_WAYS = VisibleQuery(_ways)


async def only_contact_of(db: Db, viewer: Viewer, limit: int) -> list[int]:
    """Colleagues of other units who are tied by a follow to the viewer and to nobody else in the viewer's unit: they lose
    their only contact there when the viewer goes. Who hides whom they follow is not told of."""
    rows = await _ONLY_CONTACT.rows(db, viewer, limit=limit)
    return columns(rows, "id")


def _is_colleague(person: type[Person]) -> ColumnElement[bool]:
    return and_(
        person.standing == int(Standing.member),
        person.suspended_at.is_(None),
        person.erased_at.is_(None),
        person.is_bot.is_(False),
        person.hides_follows.is_(False),
    )


def _tied(one_id: IntSql, other_id: IntSql) -> ColumnElement[bool]:
    there, back = aliased(Follow), aliased(Follow)
    return or_(
        visibility.there_is(there, there.follower_id == one_id, there.followed_id == other_id),
        visibility.there_is(back, back.follower_id == other_id, back.followed_id == one_id),
    )


def _only_contact(viewer_sql: ViewerSql) -> Select[int]:
    me, mate, out, back = aliased(Person), aliased(Person), aliased(Follow), aliased(Follow)
    tied_to_me = union(
        select(out.followed_id.label("id")).where(out.follower_id == viewer_sql.id),
        select(back.follower_id.label("id")).where(back.followed_id == viewer_sql.id),
    ).subquery()
    return (
        select(Person.id)
        .select_from(me)
        .join(tied_to_me, true())
        .join(Person, Person.id == tied_to_me.c.id)
        .where(
            me.id == viewer_sql.id,
            me.unit != "",
            func.folded(Person.unit) != func.folded(me.unit),
            _is_colleague(Person),
            ~visibility.there_is(
                mate,
                func.folded(mate.unit) == func.folded(me.unit),
                mate.id != viewer_sql.id,
                _is_colleague(mate),
                _tied(mate.id, Person.id),
            ),
            visibility.person(viewer_sql, Person),
        )
        .order_by(Person.id)
        .limit(param("limit", BigInteger))
    )


_ONLY_CONTACT = VisibleQuery(_only_contact)
