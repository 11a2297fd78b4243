"""What somebody decides about what they wrote elsewhere: it speaks for them, it is hidden, or it is deleted; one or all."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Executable, SmallInteger, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.passages import write
from weetwie.runtime import clock
from weetwie.tables.passages import DeletedPassage, PassageChoice, SourcePassage
from weetwie.tables.people import Person

AT_ONCE: Final = 200


class OwnChoice(IntEnum):
    """For all passages of theirs, those that come later among them."""

    published = 0
    hidden = 1
    deleted = 2


class PassageAuthor(msgspec.Struct, frozen=True):
    """A person as far as passages of theirs may come in."""

    id: int
    is_out: bool
    """Erased, or a program."""
    choice: OwnChoice | None


_ID, _IDS = param("id", BigInteger), param("ids", ARRAY(BigInteger))
_AUTHORS = Query(
    select(
        Person.id,
        (Person.erased_at.is_not(None) | Person.is_bot | Person.is_service).label("is_out"),
        PassageChoice.choice,
    )
    .outerjoin(PassageChoice, PassageChoice.person_id == Person.id)
    .where(Person.id == func.any(_IDS))
)
_WAIT = Query(
    select(Person.id)
    .where(Person.id == func.any(_IDS))
    .order_by(Person.id)
    .with_for_update(read=True, key_share=True)
)
_HOLD = Query(select(Person.id).where(Person.id == _ID).with_for_update())
"""Whoever brings passages of somebody in and they themselves take turns: what they decide is known to the next batch, and what
the last one wrote to them."""
_CHOICE = Query(select(PassageChoice.choice).where(PassageChoice.person_id == _ID))


def _choose() -> Executable:
    made = insert(PassageChoice).values(
        person_id=_ID, choice=param("choice", SmallInteger), chosen_at=param("now", DateTime(timezone=True))
    )
    anew = {"choice": made.excluded.choice, "chosen_at": made.excluded.chosen_at}
    return made.on_conflict_do_update(index_elements=["person_id"], set_=anew)


_CHOOSE = Query(_choose)
_is_own = SourcePassage.author_id == _ID
_OWN = Query(
    select(SourcePassage.id)
    .where(_is_own, SourcePassage.id > param("after", BigInteger))
    .order_by(SourcePassage.id)
    .limit(param("count", BigInteger))
)
_NUMBER = Query(select(func.count()).select_from(SourcePassage).where(_is_own))
_THEIRS = Query(select(SourcePassage.id).where(_is_own, SourcePassage.id == func.any(_IDS)))
_HIDE = Query(
    update(SourcePassage)
    .where(_is_own, SourcePassage.id == func.any(_IDS))
    .values(is_hidden=param("is_hidden", Boolean))
)
_KEEP_OUT = Query(
    insert(DeletedPassage)
    .from_select(
        ["import_id", "key"],
        select(SourcePassage.import_id, SourcePassage.key).where(_is_own, SourcePassage.id == func.any(_IDS)),
    )
    .on_conflict_do_nothing()
)


async def authors(db: Db, ids: Iterable[int]) -> dict[int, PassageAuthor]:
    """None of them decides otherwise until the transaction ends."""
    wanted = list(ids)
    await db.rows(_WAIT, ids=wanted)
    return {
        row["id"]: PassageAuthor(
            row["id"], row["is_out"], None if row["choice"] is None else OwnChoice(row["choice"])
        )
        for row in await db.rows(_AUTHORS, ids=wanted)
    }


async def hold(db: Db, viewer: Viewer) -> None:
    """No passage of theirs comes in until the transaction ends. Raises Forbidden for whoever may do nothing here."""
    allowed.check(viewer, permissions.act)
    await db.row(_HOLD, id=viewer.person_id)


async def choice(db: Db, viewer: Viewer) -> OwnChoice | None:
    """What one has chosen for all; None where one has not."""
    found = await db.value(_CHOICE, id=viewer.person_id)
    return None if found is None else OwnChoice(found)


async def choose(db: Db, viewer: Viewer, wanted: OwnChoice) -> None:
    """For what is here and what comes. What is here is then hidden, shown or deleted a few at a time."""
    await db.run(_CHOOSE, id=viewer.person_id, choice=int(wanted), now=clock.now())


async def number(db: Db, viewer: Viewer) -> int:
    """How many passages are one's own."""
    return int(await db.value(_NUMBER, id=viewer.person_id))


async def own(db: Db, person_id: int, after: int = 0, count: int = AT_ONCE) -> list[int]:
    """The next of somebody's own, oldest first."""
    return columns(await db.rows(_OWN, id=person_id, after=after, count=count), "id")


async def hide(db: Db, viewer: Viewer, ids: Iterable[int], *, is_hidden: bool) -> list[int]:
    """Those of these that are one's own; their ids come back."""
    theirs = columns(await db.rows(_THEIRS, id=viewer.person_id, ids=list(ids)), "id")
    await db.run(_HIDE, id=viewer.person_id, ids=theirs, is_hidden=is_hidden)
    return theirs


async def delete_own(db: Db, viewer: Viewer, ids: Iterable[int]) -> None:
    """Those of these that are one's own. They do not come in again."""
    theirs = columns(await db.rows(_THEIRS, id=viewer.person_id, ids=list(ids)), "id")
    await db.run(_KEEP_OUT, id=viewer.person_id, ids=theirs)
    await write.remove(db, viewer, theirs)
