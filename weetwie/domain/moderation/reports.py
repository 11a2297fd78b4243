"""What was reported: administrators read it, close it and open it again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.moderation import Report

KEPT: Final = timedelta(days=90)
"""So long a closed report stays, with the words that it holds."""


class Reported(msgspec.Struct, frozen=True):
    id: int
    by_id: int | None
    about_id: int
    category: str
    comment: str
    rule_numbers: list[int]
    posts: list[dict[str, str]]
    forwards: bool
    created_at: datetime
    closed_at: datetime | None
    closed_by_id: int | None
    assigned_to_id: int | None
    updated_at: datetime


async def reports(db: Db, viewer: Viewer, *, with_closed: bool = False, below: int) -> list[Reported]:
    """The newest first, at most 100. Raises Forbidden for whoever is no administrator."""
    _check_administers(viewer)
    return structs(Reported, await db.rows(_PAGE, with_closed=with_closed, below=below))


async def listed(
    db: Db, viewer: Viewer, page: Page, *, is_closed: bool = False, by_id: int = 0, about_id: int = 0
) -> list[Reported]:
    """The newest first; 0 is anybody. Raises Forbidden."""
    _check_administers(viewer)
    query = _LISTED_UP if page.is_upward else _LISTED
    given = {"below": page.below, "above": page.above, "limit": page.limit}
    rows = await db.rows(query, is_closed=is_closed, by_id=by_id, about_id=about_id, **given)
    found = [Reported(*row) for row in rows]
    return found[::-1] if page.is_upward else found


async def change(
    db: Db, viewer: Viewer, id: int, *, category: str | None, rule_numbers: Sequence[int] | None
) -> None:
    """What kind of report it is; what is None stays. Raises Forbidden, NotFound, Invalid."""
    before = await one(db, viewer, id)
    numbers = before.rule_numbers if rule_numbers is None else list(rule_numbers)
    check_rules(viewer, numbers)
    category = category or before.category
    # Rules are broken by a violation and by nothing else.
    kept = numbers if category == "violation" else []
    await db.run(_CHANGE, id=id, category=category, rule_numbers=kept, now=clock.now())
    await audit(db, viewer, "report.change", id)


async def assign(db: Db, viewer: Viewer, id: int, to_id: int | None) -> None:
    """Who looks into it. Raises Forbidden and NotFound."""
    await one(db, viewer, id)
    await db.run(_ASSIGN, id=id, to_id=to_id, now=clock.now())
    await audit(db, viewer, "report.assign", id)


async def one(db: Db, viewer: Viewer, id: int) -> Reported:
    """Raises Forbidden and NotFound."""
    _check_administers(viewer)
    row = or_not_found(await db.row(_ONE, id=id))
    return Reported(*row)


async def close(db: Db, viewer: Viewer, id: int) -> None:
    """Raises Forbidden and NotFound."""
    await one(db, viewer, id)
    await db.run(_CLOSE, id=id, closed_at=clock.now(), closed_by_id=viewer.person_id or None, now=clock.now())
    await audit(db, viewer, "report.close", id)


async def open_again(db: Db, viewer: Viewer, id: int) -> None:
    """Raises Forbidden and NotFound."""
    await one(db, viewer, id)
    await db.run(_CLOSE, id=id, closed_at=None, closed_by_id=None, now=clock.now())
    await audit(db, viewer, "report.open", id)


async def how_many_wait(db: Db) -> int:
    return len(await db.rows(_WAITING))


async def sweep(db: Db) -> None:
    """By the clock."""
    await db.run(_SWEEP, before=clock.now() - KEPT)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """What was said about them goes; what they reported stays, without their name."""
    people = [fact.person_id for fact in facts]
    await db.run(_FORGET, people=people)
    await db.run(_FORGET_REPORTER, people=people)


def check_rules(viewer: Viewer, numbers: Sequence[int]) -> None:
    there_are = range(1, len(viewer.policy.rules) + 1)
    if any(number not in there_are for number in numbers):
        raise Invalid(_("There's no such rule here."), field="rule_ids")


def _check_administers(viewer: Viewer) -> None:
    if not permissions.moderate(viewer, clock.now()):
        raise Forbidden()


COLUMNS = [getattr(Report, name) for name in Reported.__struct_fields__]
_ID = param("id", BigInteger)
_NOW = param("now", DateTime(timezone=True))
_PEOPLE = param("people", ARRAY(BigInteger))


def _page() -> Executable:
    wanted = or_(param("with_closed", Boolean), Report.closed_at.is_(None))
    return (
        select(*COLUMNS)
        .where(and_(wanted, Report.id < param("below", BigInteger)))
        .order_by(Report.id.desc())
        .limit(100)
    )


def _listed(*, upward: bool) -> Executable:
    by_id, about_id = param("by_id", BigInteger), param("about_id", BigInteger)
    return (
        select(*COLUMNS)
        .where(
            Report.closed_at.is_not(None) == param("is_closed", Boolean),
            or_(by_id == 0, Report.by_id == by_id),
            or_(about_id == 0, Report.about_id == about_id),
            Report.id < param("below", BigInteger),
            Report.id > param("above", BigInteger),
        )
        .order_by(Report.id.asc() if upward else Report.id.desc())
        .limit(param("limit", BigInteger))
    )


_PAGE = Query(_page)
_LISTED, _LISTED_UP = Query(lambda: _listed(upward=False)), Query(lambda: _listed(upward=True))
_ONE = Query(select(*COLUMNS).where(Report.id == _ID))
_CLOSE = Query(
    update(Report)
    .where(Report.id == _ID)
    .values(
        closed_at=param("closed_at", DateTime(timezone=True)),
        closed_by_id=param("closed_by_id", BigInteger),
        updated_at=_NOW,
    )
)
_CHANGE = Query(
    update(Report)
    .where(Report.id == _ID)
    .values(
        category=param("category", Text),
        rule_numbers=param("rule_numbers", ARRAY(BigInteger)),
        updated_at=_NOW,
    )
)
_ASSIGN = Query(
    update(Report).where(Report.id == _ID).values(assigned_to_id=param("to_id", BigInteger), updated_at=_NOW)
)
_WAITING = Query(select(Report.id).where(Report.closed_at.is_(None)).limit(1000))
_SWEEP = Query(delete(Report).where(Report.closed_at < param("before", DateTime(timezone=True))))
_FORGET = Query(delete(Report).where(Report.about_id == func.any(_PEOPLE)))
_FORGET_REPORTER = Query(update(Report).where(Report.by_id == func.any(_PEOPLE)).values(by_id=None))
