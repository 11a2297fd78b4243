"""Everybody there is, page by page and by what is asked of them, with what only those who run the place read of them."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import BigInteger, Boolean, Select, Text, and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.folding import folded
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.people import Farewell, Person

State = Literal["", "active", "pending", "disabled", "suspended", "limited"]


class RegisterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to list; what is left out does not matter."""

    state: State = ""
    """`pending` is who has left, wants to stay in touch, and waits for somebody's yes; `disabled` who has left and sleeps."""
    has_role: bool = False
    handle: str = ""
    """What stands in it."""
    name: str = ""
    sponsor_id: int = 0
    only: list[int] | None = None
    """None of others than these."""


class RegisterEntry(msgspec.Struct, frozen=True):
    """What of a person nobody else reads."""

    id: int
    language: str
    sponsor_id: int | None
    waits: bool
    """To be let back in as an alumnus."""


async def register(db: Db, viewer: Viewer, wanted: RegisterFilter, page: Page) -> list[int]:
    """Ids, newest first; the erased are not on it. Raises Forbidden."""
    allowed.check(viewer, permissions.look_behind)
    found = await db.rows(
        _UP if page.is_upward else _DOWN,
        below=page.below,
        above=page.above,
        limit=page.limit,
        state=wanted.state,
        has_role=wanted.has_role,
        handle=folded(wanted.handle),
        name=folded(wanted.name),
        sponsor_id=wanted.sponsor_id,
        is_narrowed=wanted.only is not None,
        only=wanted.only or [],
    )
    ids = columns(found, "id")
    return ids[::-1] if page.is_upward else ids


async def behind(db: Db, viewer: Viewer, ids: Iterable[int]) -> dict[int, RegisterEntry]:
    """By person. Raises Forbidden."""
    allowed.check(viewer, permissions.look_behind)
    return {row["id"]: RegisterEntry(*row) for row in await db.rows(_BEHIND, ids=list(ids))}


_WAITS = and_(
    Person.is_dormant,
    select(Farewell.person_id)
    .where(Farewell.person_id == Person.id, Farewell.accepted_at.is_not(None))
    .correlate(Person)
    .exists(),
)


def _page(*, upward: bool) -> Select[int]:
    state, handle, name = param("state", Text), param("handle", Text), param("name", Text)
    sponsor_id = param("sponsor_id", BigInteger)
    in_state = case(
        (state == "active", and_(Person.suspended_at.is_(None), Person.is_dormant.is_(False))),
        (state == "pending", and_(_WAITS, Person.suspended_at.is_(None))),
        (state == "disabled", Person.is_dormant),
        (state == "suspended", Person.suspended_at.is_not(None)),
        (state == "limited", Person.is_limited),
        else_=true(),
    )
    return (
        select(Person.id)
        .where(
            Person.erased_at.is_(None),
            Person.is_service.is_(False),
            Person.id < param("below", BigInteger),
            Person.id > param("above", BigInteger),
            in_state,
            or_(
                ~param("has_role", Boolean),
                Person.is_admin | Person.is_people_admin | Person.is_moderator | Person.is_compliance,
            ),
            or_(handle == "", func.strpos(func.folded(Person.handle), handle) > 0),
            or_(name == "", func.strpos(func.folded(Person.name), name) > 0),
            or_(sponsor_id == 0, Person.sponsor_id == sponsor_id),
            or_(~param("is_narrowed", Boolean), Person.id == func.any(param("only", ARRAY(BigInteger)))),
        )
        .order_by(Person.id.asc() if upward else Person.id.desc())
        .limit(param("limit", BigInteger))
    )


_UP, _DOWN = Query(lambda: _page(upward=True)), Query(lambda: _page(upward=False))
_BEHIND = Query(
    select(
        Person.id,
        func.coalesce(Person.pages_language, Person.default_language, "en"),
        Person.sponsor_id,
        _WAITS,
    ).where(Person.id == func.any(param("ids", ARRAY(BigInteger))))
)
