"""People come with an import: they have a card, but have not joined; nobody signs in as them and no mail goes to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Text, any_, case, column, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import profile_words
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import ColumnSql
from weetwie.domain.people import rules
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.text.signs import normal

_TRIES: Final = 8
"""How many further forms of a taken handle are looked up at once."""


class ArrivingPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes. The handle is a wish: what is taken or not fit for a handle is changed."""

    handle: str
    name: str = ""
    bio: str = ""
    words: Mapping[str, str] = {}
    """By the names of `access/profile_words.py`."""
    languages: tuple[str, ...] = ()
    joined_at: datetime | None = None
    may_rank: bool = False
    is_program: bool = False
    """Shown as a bot, and never among those who know."""


_IDS = Query(
    select(func.new_id().label("id")).select_from(func.generate_series(1, param("count", BigInteger)))
)

_MEMBERS = Query(
    select(Person.id, func.folded(Person.handle).label("handle")).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text))),
        Person.has_joined,
        Person.erased_at.is_(None),
    )
)
_CALLED = Query(
    select(Person.id, func.folded(Person.handle).label("handle")).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text))), Person.erased_at.is_(None)
    )
)
_NOT_JOINED = Query(
    select(Person.id).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        Person.has_joined.is_(False),
        Person.erased_at.is_(None),
    )
)

_MARK_PROGRAMS = Query(
    update(Person)
    .where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        Person.has_joined.is_(False),
        Person.is_bot.is_(False),
    )
    .values(is_bot=True, may_rank=False, version=Person.version + 1)
)

_TAKEN = Query(
    select(func.folded(Person.handle).label("handle")).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text)))
    )
)

_WORDS = ("name", "bio", *profile_words.NAMES)
_said: dict[str, ColumnSql] = {
    name: func.coalesce(func.nullif(param(name, Text), ""), getattr(Person, name)) for name in _WORDS
}
_spoken = param("languages", ARRAY(Text))
_said["languages"] = case((func.cardinality(_spoken) > 0, _spoken), else_=Person.languages)
_said["may_rank"] = or_(Person.may_rank, param("may_rank", Boolean))
_FILL_IN = Query(
    update(Person)
    .where(
        Person.id == param("id", BigInteger),
        Person.has_joined.is_(False),
        or_(*(getattr(Person, name) != said for name, said in _said.items())),
    )
    .values({**_said, "version": Person.version + 1})
)

_pair = (
    func.unnest(param("people", ARRAY(BigInteger)), param("managers", ARRAY(BigInteger)))
    .table_valued(column("person_id", BigInteger), column("manager_id", BigInteger))
    .render_derived()
)
_MANAGE = Query(
    update(Person)
    .where(
        Person.id == _pair.c.person_id,
        Person.has_joined.is_(False),
        Person.id != _pair.c.manager_id,
        Person.manager_id.is_distinct_from(_pair.c.manager_id),
    )
    .values(manager_id=_pair.c.manager_id, version=Person.version + 1)
)


async def bring_in(db: Db, viewer: Viewer, arrivals: Sequence[ArrivingPerson]) -> list[int]:
    """Returns their ids, in order."""
    if not arrivals:
        return []
    ids = columns(await db.rows(_IDS, count=len(arrivals)), "id")
    handles = await _free_handles(db, [wished(arrival.handle or arrival.name) for arrival in arrivals])
    ring, today = int(viewer.policy.default_profile_ring), clock.now()
    await db.connection.copy_records_to_table(
        Person.__tablename__,
        columns=[
            *("id", "handle", *_WORDS, "languages"),
            *("standing", "joined_at", "has_joined", "may_rank", "is_bot", "profile_ring"),
        ],
        records=[
            (
                *(person_id, handle, *_card(viewer, arrival), list(arrival.languages)),
                *(int(Standing.member), arrival.joined_at or today, False),
                *(arrival.may_rank and not arrival.is_program, arrival.is_program, ring),
            )
            for person_id, handle, arrival in zip(ids, handles, arrivals, strict=True)
        ],
    )
    return ids


async def fill_in(db: Db, viewer: Viewer, arrivals: Mapping[int, ArrivingPerson]) -> None:
    """What a source says of people who are here already, as long as they have not joined."""
    for person_id, arrival in sorted(arrivals.items()):
        words = dict(zip(_WORDS, _card(viewer, arrival), strict=True))
        await db.run(
            _FILL_IN, id=person_id, **words, languages=list(arrival.languages), may_rank=arrival.may_rank
        )


async def manage(db: Db, managers: Mapping[int, int]) -> None:
    """Who is whose manager, for those who have not joined."""
    await db.run(_MANAGE, people=list(managers), managers=list(managers.values()))


async def mark_programs(db: Db, ids: Iterable[int]) -> None:
    """Those of them who came as people and have not joined."""
    await db.run(_MARK_PROGRAMS, ids=list(ids))


async def members(db: Db, handles: Iterable[str]) -> dict[str, int]:
    """People who have joined, by handle in lower case."""
    rows = await db.rows(_MEMBERS, handles=list({handle.lower() for handle in handles}))
    return {row["handle"]: row["id"] for row in rows}


async def called(db: Db, handles: Iterable[str]) -> dict[str, int]:
    """People by handle in lower case, whether or not they have joined."""
    wanted = {handle.removeprefix("@").lower() for handle in handles}
    rows = await db.rows(_CALLED, handles=list(wanted)) if wanted else []
    return {row["handle"]: row["id"] for row in rows}


async def not_joined(db: Db, ids: Iterable[int]) -> list[int]:
    """Those of them who have not joined."""
    return columns(await db.rows(_NOT_JOINED, ids=list(ids)), "id")


def wished(name: str) -> str:
    """A handle out of any name: letters a to z, digits and underscores; dots and dashes inside stay."""
    plain = normal("NFKD", name.strip().removeprefix("@")).encode("ascii", "ignore").decode()
    return (
        re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_.-")[: rules.LONGEST_HANDLE - 8].strip("_.-")
        or "person"
    )


async def _free_handles(db: Db, wishes: Sequence[str]) -> list[str]:
    """Each wish as it is, or with the first number behind it that nobody has."""
    handles: list[str] = [""] * len(wishes)
    given: set[str] = set()
    first = 1
    while open_ones := [at for at, handle in enumerate(handles) if not handle]:
        forms = {
            at: [_form(wishes[at], number) for number in range(first, first + _TRIES)] for at in open_ones
        }
        asked = list({form.lower() for several in forms.values() for form in several})
        taken = set(columns(await db.rows(_TAKEN, handles=asked), "handle"))
        for at, several in forms.items():
            handles[at] = next((form for form in several if form.lower() not in taken | given), "")
            given.add(handles[at].lower())
        first = first + _TRIES if first < 64 else first * 2
    return handles


def _form(wish: str, number: int) -> str:
    return wish if number == 1 else f"{wish}_{number}"


def _card(viewer: Viewer, arrival: ArrivingPerson) -> tuple[str, ...]:
    """In the order of `_WORDS`."""
    return (
        arrival.name[: viewer.policy.longest_name],
        arrival.bio[: viewer.policy.longest_bio],
        *(arrival.words.get(name, "")[: rules.LONGEST_WORDS] for name in profile_words.NAMES),
    )
