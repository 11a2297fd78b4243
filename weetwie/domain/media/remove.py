"""Files go: first nobody sees them any more, then their bytes are removed, and only then is forgotten that they were there."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, DateTime, Text, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, columns, param
from weetwie.domain.media import describe, files
from weetwie.errors import Invalid, _
from weetwie.events import PersonErased
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.tables.media import Face, Media
from weetwie.tables.people import Person

LOOSE_FOR = timedelta(days=1)
"""How long an upload waits for its post."""
_SOME = 100


async def remove(db: Db, viewer: Viewer, media_id: int) -> None:
    """One's own file that hangs on no post. Raises NotFound, Invalid."""
    row = await describe.own(db, viewer, media_id)
    if row["post_id"] is not None:
        raise Invalid(_("This file is in a post. Delete the post, or remove the file from it."), field="id")
    await db.run(_GO, ids=[media_id], now=clock.now())


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """Of people who were erased everything goes that hangs on no post which stays; and with their posts, all."""
    for fact in facts:
        await db.run(_GO_OF, person_id=fact.person_id, now=clock.now())


async def sweep(database: Database, store: Store) -> int:
    """Removes what is gone, and uploads that nobody has posted; returns how many files of posts and people went."""
    async with database.transaction() as db:
        await db.run(_GO_LOOSE, now=clock.now(), before=clock.now() - LOOSE_FOR)
    return await clear(database, store) + await _sweep_faces(database, store)


async def clear(database: Database, store: Store) -> int:
    """Removes the bytes of what is gone. Raises Unavailable when the store is out of order: they go later."""
    count = 0
    while True:
        async with database.reading() as db:
            gone = await db.rows(_GONE, most=_SOME)
        for row in gone:
            await store.remove(files.all_of(row["id"], row["version"]))
        if gone:
            async with database.transaction() as db:
                await db.run(_FORGET, ids=columns(gone, "id"))
        count += len(gone)
        if len(gone) < _SOME:
            return count


async def clear_faces(database: Database, store: Store, people: Sequence[int]) -> None:
    """Of people who are about to be taken out: no later sweep has to find them."""
    async with database.reading() as db:
        names = columns(await db.rows(_FACES_OF, people=list(people)), "name")
    await store.remove([name for face in names for name in (files.face(face), files.still(face))])
    async with database.transaction() as db:
        await db.run(_FORGET_FACES, names=names)


async def _sweep_faces(database: Database, store: Store) -> int:
    """Those that nobody bears any more."""
    async with database.reading() as db:
        names = columns(
            await db.rows(_NOT_BORNE, before=clock.now() - timedelta(minutes=5), most=1000), "name"
        )
    for name in names:
        await store.remove([files.face(name), files.still(name)])
    if names:
        async with database.transaction() as db:
            await db.run(_FORGET_FACES, names=names)
    return len(names)


async def sweep_strays(database: Database, store: Store) -> int:
    """Removes bytes of which no row tells: of an upload that failed after they were written."""
    before, count = clock.now() - LOOSE_FOR, 0
    for folder, known in ((files.FOLDER, _known_media), (files.FACES, _known_faces)):
        async for found in store.names(folder):
            old = [name for name, at in found if at < before]
            async with database.reading() as db:
                stray = set(old) - await known(db, old)
            await store.remove(stray)
            count += len(stray)
    return count


async def _known_media(db: Db, names: Sequence[str]) -> set[str]:
    ids = {name: int(part) for name in names if (part := name.split("/")[1]).isdigit()}
    known = set(columns(await db.rows(_KNOWN, ids=list(set(ids.values()))), "id"))
    return {name for name, id in ids.items() if id in known}


async def _known_faces(db: Db, names: Sequence[str]) -> set[str]:
    faces = {name: name.split("/")[1].removesuffix("-still") for name in names}
    known = set(columns(await db.rows(_KNOWN_FACES, names=list(set(faces.values()))), "name"))
    return {name for name, face in faces.items() if face in known}


_NOW, _BEFORE = param("now", DateTime(timezone=True)), param("before", DateTime(timezone=True))
_IDS, _NAMES = param("ids", ARRAY(BigInteger)), param("names", ARRAY(Text))
_MOST = param("most", BigInteger)
_EMPTY = {"gone_at": _NOW, "description": "", "blurhash": null()}

_GO = Query(update(Media).where(Media.id == func.any(_IDS), Media.post_id.is_(None)).values(**_EMPTY))
_GO_LOOSE = Query(
    update(Media)
    .where(Media.post_id.is_(None), Media.gone_at.is_(None), Media.touched_at < _BEFORE)
    .values(**_EMPTY)
)
_is_removed = select(Person.is_removed).where(Person.id == Media.person_id).scalar_subquery()
_GO_OF = Query(
    update(Media)
    .where(
        Media.person_id == param("person_id", BigInteger),
        Media.gone_at.is_(None),
        or_(Media.post_id.is_(None), _is_removed),
    )
    .values(post_id=null(), place=null(), **_EMPTY)
)
_gone = select(Media.id, Media.version).where(Media.gone_at.is_not(None))
WAITS = _gone.exists()
_GONE = Query(_gone.order_by(Media.id).limit(_MOST))
_FORGET = Query(delete(Media).where(Media.id == func.any(_IDS), Media.gone_at.is_not(None)))
_bearer = select(Person.id).where(
    Person.id == Face.person_id, or_(Person.face == Face.name, Person.header == Face.name)
)
_NOT_BORNE = Query(select(Face.name).where(Face.created_at < _BEFORE, ~_bearer.exists()).limit(_MOST))
_FACES_OF = Query(select(Face.name).where(Face.person_id == func.any(param("people", ARRAY(BigInteger)))))
_FORGET_FACES = Query(delete(Face).where(Face.name == func.any(_NAMES)))
_KNOWN = Query(select(Media.id).where(Media.id == func.any(_IDS)))
_KNOWN_FACES = Query(select(Face.name).where(Face.name == func.any(_NAMES)))
