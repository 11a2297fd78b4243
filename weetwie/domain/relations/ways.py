"""How one reaches people: the shortest way over ties that one sees."""

from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import BigInteger, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful
from weetwie.access.viewer import Viewer
from weetwie.kit.db import Db, param
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


def _ways(eye: Eye) -> Any:
    there, back = aliased(Follow), aliased(Follow)
    mutual = sees.there_is(
        there, there.follower_id == eye.id, there.followed_id == Person.id
    ) & sees.there_is(back, back.follower_id == Person.id, back.followed_id == eye.id)
    own, theirs, third, known = aliased(Follow), aliased(Follow), aliased(Person), aliased(Follow)
    newest = (
        select(own.followed_id)
        .where(own.follower_id == eye.id)
        .order_by(own.number.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    knows_me = sees.there_is(known, known.follower_id == third.id, known.followed_id == eye.id)
    via = (
        select(third.id)
        .select_from(newest)
        .join(theirs, (theirs.followed_id == newest.c.followed_id) & (theirs.follower_id == Person.id))
        .join(third, third.id == newest.c.followed_id)
        .where(
            sees.person(eye, third),
            third.suspended_at.is_(None),
            third.is_bot.is_(False),
            third.id.not_in(sees.hidden_authors(eye)),
        )
        .order_by(knows_me.desc(), third.id)
        .limit(1)
        .lateral("via")
    )
    return (
        select(Person.id, mutual.label("is_mutual"), via.c.id.label("via_id"))
        .select_from(Person)
        .outerjoin(via, true())
        .where(Person.id == func.any(param("ids", ARRAY(BigInteger))), sees.person(eye, Person))
    )


_WAYS = Lawful(_ways)
