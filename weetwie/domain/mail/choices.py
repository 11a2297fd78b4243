"""Of which unread notifications somebody gets an email, and when the next one may come.

All of them unless they chose otherwise, as chats and forges have it: what somebody writes to a person is meant to be read, and many
open this page seldom. Only after half an hour without reading, gathered into one, and with a long pause while they do not look.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, and_, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.database.pool import Db, Query, param
from weetwie.tables.declared import aliased
from weetwie.tables.mail import MailChoice
from weetwie.tables.notifications import Marker
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

KINDS: Final = ("direct", "answer", "mention")
WAITS: Final = timedelta(minutes=30)
"""For so long something is left unread before it is mailed."""
RESTS: Final = timedelta(hours=8)
"""For so long there is no further email to who has not looked since the last."""


class OwnMailChoice(msgspec.Struct, frozen=True):
    kinds: Sequence[str] = KINDS
    with_private: bool = False
    mailed_at: datetime | None = None


async def own_choice(db: Db, person_id: int) -> OwnMailChoice:
    row = await db.row(_OWN, person_id=person_id)
    return OwnMailChoice(*row) if row else OwnMailChoice()


async def choose(db: Db, person_id: int, kinds: Sequence[str], *, with_private: bool) -> None:
    """What is none of `KINDS` is not chosen."""
    wanted = [kind for kind in KINDS if kind in kinds]
    await db.run(_CHOOSE, person_id=person_id, kinds=wanted, with_private=with_private)


async def end(db: Db, person_id: int) -> None:
    """No more of these emails."""
    before = await own_choice(db, person_id)
    await choose(db, person_id, (), with_private=before.with_private)


async def mailed(db: Db, person_id: int, at: datetime) -> None:
    """They have been sent what came before this."""
    await db.run(_MAILED, person_id=person_id, kinds=list(KINDS), at=at)


async def next_at(db: Db, people: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Of these who wants such emails, and when the next may come."""
    rows = await db.rows(_NEXT, people=list(people))
    return {
        row["id"]: now + WAITS if row["has_looked"] else max(now + WAITS, row["mailed_at"] + RESTS)
        for row in rows
    }


_PERSON_ID = param("person_id", BigInteger)
_OWN = Query(
    select(MailChoice.kinds, MailChoice.with_private, MailChoice.mailed_at).where(
        MailChoice.person_id == _PERSON_ID
    )
)
_chosen = insert(MailChoice).values(
    person_id=_PERSON_ID, kinds=param("kinds", ARRAY(Text)), with_private=param("with_private", Boolean)
)
_CHOOSE = Query(
    _chosen.on_conflict_do_update(
        index_elements=["person_id"],
        set_={"kinds": _chosen.excluded.kinds, "with_private": _chosen.excluded.with_private},
    )
)
_sent = insert(MailChoice).values(
    person_id=_PERSON_ID, kinds=param("kinds", ARRAY(Text)), mailed_at=param("at", DateTime(timezone=True))
)
_MAILED = Query(
    _sent.on_conflict_do_update(index_elements=["person_id"], set_={"mailed_at": _sent.excluded.mailed_at})
)
_marker, _post = aliased(Marker), aliased(Post)
_mailed_id = (func.extract("epoch", MailChoice.mailed_at) * 1000).cast(BigInteger) * 65536
_HAS_LOOKED = (
    MailChoice.mailed_at.is_(None)
    | exists(
        select(literal(1)).where(
            _marker.person_id == Person.id,
            _marker.timeline == "notifications",
            _marker.updated_at > MailChoice.mailed_at,
        )
    )
    | exists(
        select(literal(1)).where(
            _post.author_id == Person.id, _post.deleted_at.is_(None), _post.id > _mailed_id
        )
    )
)
_NEXT = Query(
    select(Person.id, MailChoice.mailed_at, _HAS_LOOKED.label("has_looked"))
    .outerjoin(MailChoice, MailChoice.person_id == Person.id)
    .where(
        Person.id == func.any(param("people", ARRAY(BigInteger))),
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None), Person.is_dormant.is_(False)),
        func.coalesce(func.cardinality(MailChoice.kinds), text("1")) > 0,
    )
)
