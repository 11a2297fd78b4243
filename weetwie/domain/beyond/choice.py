"""How often somebody wants a post from beyond their circle, and whether this reading of home is one that has one."""

from sqlalchemy import BigInteger, Executable, SmallInteger, case, literal, select, true
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.beyond.rules import EVERY, HowOften
from weetwie.tables.beyond import BeyondReader


async def how_often(db: Db, viewer: Viewer) -> HowOften:
    chosen = await db.value(_CHOICE, person_id=viewer.person_id)
    return HowOften.rare if chosen is None else HowOften(chosen)


async def is_chosen(db: Db, viewer: Viewer) -> bool:
    """Whether they said themselves that they want it."""
    return bool(await db.value(_IS_CHOSEN, person_id=viewer.person_id))


async def choose(db: Db, viewer: Viewer, wanted: HowOften) -> None:
    allowed.check(viewer, permissions.act)
    await db.run(_CHOOSE, person_id=viewer.person_id, choice=int(wanted))


async def is_due(db: Db, viewer: Viewer) -> bool:
    """Counts a reading of home, and says whether it is the twentieth (the fifth) since the last that was."""
    row = await db.row(_READ, person_id=viewer.person_id)
    return row is not None and row["reads"] == 0


_PERSON_ID = param("person_id", BigInteger)
_CHOICE = Query(select(BeyondReader.choice).where(BeyondReader.person_id == _PERSON_ID))
_IS_CHOSEN = Query(
    select(BeyondReader.has_chosen).where(
        BeyondReader.person_id == _PERSON_ID, BeyondReader.choice != int(HowOften.off)
    )
)
_HOW = param("choice", SmallInteger)
_CHOOSE = Query(
    insert(BeyondReader)
    .values(person_id=_PERSON_ID, choice=_HOW, has_chosen=true())
    .on_conflict_do_update(
        index_elements=[BeyondReader.person_id], set_={"choice": _HOW, "reads": 0, "has_chosen": true()}
    )
)


def _read() -> Executable:
    every = case(
        (BeyondReader.choice == int(HowOften.often), literal(EVERY[HowOften.often])),
        else_=literal(EVERY[HowOften.rare]),
    )
    return (
        insert(BeyondReader)
        .values(person_id=_PERSON_ID, reads=1)
        .on_conflict_do_update(
            index_elements=[BeyondReader.person_id],
            set_={"reads": (BeyondReader.reads + 1) % every},
            where=BeyondReader.choice != int(HowOften.off),
        )
        .returning(BeyondReader.reads)
    )


_READ = Query(_read)
