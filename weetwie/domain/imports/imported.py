"""Which keys of a source mean which people and posts here, and what an import made."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import BigInteger, Text, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.declared import aliased
from weetwie.tables.imports import ImportedPerson, ImportedPost
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person
from weetwie.tables.posts import Endorsement, Post


class LedgerKey(msgspec.Struct, frozen=True):
    """What is noted of one key."""

    id: int
    is_made: bool = False
    waits_for: str | None = None
    """The key of a manager or of an accepted answer."""


_KEYS = param("keys", ARRAY(Text))
_SPACE = param("space", Text)
_PEOPLE = Query(
    select(ImportedPerson.key, ImportedPerson.person_id.label("id")).where(
        ImportedPerson.space == _SPACE, ImportedPerson.key == func.any(_KEYS)
    )
)
_KEYS_OF = Query(
    select(ImportedPerson.key, ImportedPerson.person_id.label("id")).where(
        ImportedPerson.space == _SPACE,
        ImportedPerson.person_id == func.any(param("people", ARRAY(BigInteger))),
    )
)
_FORGET_KEYS = Query(
    delete(ImportedPerson).where(ImportedPerson.space == _SPACE, ImportedPerson.key == func.any(_KEYS))
)
_POSTS = Query(
    select(ImportedPost.key, ImportedPost.post_id.label("id")).where(
        ImportedPost.space == _SPACE, ImportedPost.key == func.any(_KEYS)
    )
)
_WAITING_PEOPLE = Query(
    select(ImportedPerson.person_id.label("id"), ImportedPerson.manager_key.label("key"))
    .where(
        ImportedPerson.import_id == param("import_id", BigInteger),
        ImportedPerson.manager_key.is_not(None),
        ImportedPerson.person_id > param("after", BigInteger),
    )
    .order_by(ImportedPerson.person_id)
    .limit(500)
)
_WAITING_POSTS = Query(
    select(ImportedPost.post_id.label("id"), ImportedPost.accepted_key.label("key"))
    .where(
        ImportedPost.import_id == param("import_id", BigInteger),
        ImportedPost.accepted_key.is_not(None),
        ImportedPost.post_id > param("after", BigInteger),
    )
    .order_by(ImportedPost.post_id)
    .limit(500)
)

_SOME_POSTS = Query(
    select(ImportedPost.post_id)
    .where(ImportedPost.import_id == param("import_id", BigInteger), ImportedPost.post_id.is_not(None))
    .order_by(ImportedPost.post_id)
    .limit(param("count", BigInteger))
)
_FORGET_POSTS = Query(
    delete(ImportedPost).where(ImportedPost.post_id == func.any(param("ids", ARRAY(BigInteger))))
)
_MADE = Query(
    select(ImportedPerson.person_id)
    .where(ImportedPerson.import_id == param("import_id", BigInteger), ImportedPerson.is_made)
    .distinct()
    .order_by(ImportedPerson.person_id)
)
_other = aliased(ImportedPerson)
_LEFT_OVER = Query(
    select(ImportedPerson.person_id)
    .join(Person, Person.id == ImportedPerson.person_id)
    .where(
        ImportedPerson.import_id == param("import_id", BigInteger),
        ImportedPerson.is_made,
        ImportedPerson.person_id > param("after", BigInteger),
        Person.has_joined.is_(False),
        ~select(Post.id).where(Post.author_id == Person.id).exists(),
        ~select(Endorsement.post_id).where(Endorsement.person_id == Person.id).exists(),
        ~select(SourcePassage.id).where(SourcePassage.author_id == Person.id).exists(),
        ~select(_other.key)
        .where(_other.person_id == Person.id, _other.import_id != ImportedPerson.import_id)
        .exists(),
    )
    .distinct()
    .order_by(ImportedPerson.person_id)
    .limit(param("count", BigInteger))
)
_ORPHANED = Query(
    select(ImportedPerson.person_id)
    .join(Person, Person.id == ImportedPerson.person_id)
    .where(
        ImportedPerson.import_id.is_(None),
        ImportedPerson.is_made,
        ImportedPerson.person_id > param("after", BigInteger),
        Person.has_joined.is_(False),
        ~select(Post.id).where(Post.author_id == Person.id).exists(),
        ~select(Endorsement.post_id).where(Endorsement.person_id == Person.id).exists(),
        ~select(SourcePassage.id).where(SourcePassage.author_id == Person.id).exists(),
        ~select(_other.key).where(_other.person_id == Person.id, _other.import_id.is_not(None)).exists(),
    )
    .distinct()
    .order_by(ImportedPerson.person_id)
    .limit(param("count", BigInteger))
)


async def people(db: Db, space: str, keys: Iterable[str]) -> dict[str, int]:
    return {row["key"]: row["id"] for row in await db.rows(_PEOPLE, space=space, keys=list(keys))}


async def keys_of(db: Db, space: str, people: Iterable[int]) -> dict[int, set[str]]:
    """What a space calls these people."""
    found: dict[int, set[str]] = {}
    for row in await db.rows(_KEYS_OF, space=space, people=list(people)):
        found.setdefault(row["id"], set()).add(row["key"])
    return found


async def forget_keys(db: Db, space: str, keys: Iterable[str]) -> None:
    """They mean nobody any more."""
    await db.run(_FORGET_KEYS, space=space, keys=list(keys))


async def posts(db: Db, space: str, keys: Iterable[str]) -> dict[str, int]:
    """0 for one that has been deleted here since."""
    return {row["key"]: row["id"] or 0 for row in await db.rows(_POSTS, space=space, keys=list(keys))}


async def note_people(db: Db, import_id: int, space: str, people: Mapping[str, LedgerKey]) -> None:
    await db.connection.copy_records_to_table(
        ImportedPerson.__tablename__,
        columns=["space", "key", "import_id", "person_id", "is_made", "manager_key"],
        records=[(space, key, import_id, row.id, row.is_made, row.waits_for) for key, row in people.items()],
    )


async def note_posts(db: Db, import_id: int, space: str, posts: Mapping[str, LedgerKey]) -> None:
    await db.connection.copy_records_to_table(
        ImportedPost.__tablename__,
        columns=["space", "key", "import_id", "post_id", "accepted_key"],
        records=[(space, key, import_id, row.id, row.waits_for) for key, row in posts.items()],
    )


async def waiting_people(db: Db, import_id: int, after: int) -> dict[int, str]:
    """Some people whose manager has not been looked up, in the order of their ids."""
    return {row["id"]: row["key"] for row in await db.rows(_WAITING_PEOPLE, import_id=import_id, after=after)}


async def waiting_posts(db: Db, import_id: int, after: int) -> dict[int, str]:
    """Some questions whose accepted answer has not been looked up, in the order of their ids."""
    return {row["id"]: row["key"] for row in await db.rows(_WAITING_POSTS, import_id=import_id, after=after)}


async def some_posts(db: Db, import_id: int, count: int) -> list[int]:
    return columns(await db.rows(_SOME_POSTS, import_id=import_id, count=count), "post_id")


async def forget_posts(db: Db, ids: Sequence[int]) -> None:
    """Posts that are about to be taken out, and may be brought in again."""
    await db.run(_FORGET_POSTS, ids=list(ids))


async def made(db: Db, import_id: int) -> list[int]:
    """All people whom an import made, whatever they did since."""
    return columns(await db.rows(_MADE, import_id=import_id), "person_id")


async def left_over(db: Db, import_id: int | None, after: int, count: int) -> list[int]:
    """People whom an import made (None: one that is gone) and who have nothing here any more."""
    query = _ORPHANED if import_id is None else _LEFT_OVER
    return columns(await db.rows(query, import_id=import_id, after=after, count=count), "person_id")
