"""Upload a file, to be attached to a post later."""

import asyncio
from collections.abc import Callable
from typing import IO, TypeVar

import msgspec
from sqlalchemy import BigInteger, Boolean, SmallInteger, Text, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.media import files, rules
from weetwie.errors import Forbidden, Invalid, _
from weetwie.media import pictures, recordings, sniff
from weetwie.media.blob import Store
from weetwie.media.films import UnreadableFilm
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.media import AUDIO, IMAGE, READY, UNKNOWN, VIDEO, WAITING, Media

AT_ONCE_PIXELS = 3_000_000
"""Smaller pictures are made ready while the app waits, in a thread; larger ones by the worker."""
_ONE_AT_A_TIME = asyncio.Semaphore(1)

MediaId = int
Made = TypeVar("Made")


MediaRow = dict[str, Json]


class UploadedFile(msgspec.Struct, frozen=True):
    content: IO[bytes]
    size: int
    name: str = ""
    """As the sender calls it."""


class Prepared(msgspec.Struct, frozen=True):
    """A file that lies in the store, and what its row will say."""

    id: MediaId
    row: MediaRow


async def number(db: Db, viewer: Viewer) -> MediaId:
    """For a file that is about to be put away. Raises Forbidden."""
    if not permissions.act(viewer, clock.now()):
        raise Forbidden(_("This account can't post."))
    return await db.value(_NEW_ID)  # type: ignore[no-any-return]


async def prepare(
    store: Store,
    media_id: MediaId,
    file: UploadedFile,
    *,
    description: str = "",
    focus: str = "",
    thumbnail: UploadedFile | None = None,
    is_ready_at_once: bool = False,
) -> Prepared:
    """Takes its time, and needs no database for it; with `is_ready_at_once` nothing is left to the worker. Raises Invalid. What cannot be stored raises Unavailable or NoSpace, and
    nothing is left of it but bytes that the sweep finds."""
    content_type = await asyncio.to_thread(sniff.kind_of, file.content)
    if content_type is None:
        raise Invalid(rules.WRONG_KIND, field="file")
    rules.check_size(content_type, file.size)
    rules.check_description(description)
    meta: dict[str, Json] = {"focus": rules.focus_of(focus)} if focus else {}
    if content_type.startswith("image/"):
        made = await _picture(store, media_id, file, is_ready_at_once)
    else:
        made = await _other(store, media_id, file, content_type, thumbnail)
    known = made["meta"]
    assert isinstance(known, dict)
    return Prepared(media_id, {**made, "meta": {**known, **meta}, "description": description})


async def upload(db: Db, viewer: Viewer, prepared: Prepared) -> MediaId:
    """From now on it is the viewer's. Raises Forbidden."""
    if not permissions.act(viewer, clock.now()):
        raise Forbidden(_("This account can't post."))
    await db.run(_INSERT, id=prepared.id, person_id=viewer.person_id, now=clock.now(), **prepared.row)
    if prepared.row["state"] == WAITING:
        db.wake_after_commit()
    return prepared.id


async def _picture(store: Store, media_id: int, file: UploadedFile, is_ready_at_once: bool) -> MediaRow:
    """A small one is ready at once; of others the head alone is read, and the rest is left to the worker."""
    look = await in_thread(pictures.look, file.content)
    is_large = look.is_moving or look.width * look.height > AT_ONCE_PIXELS
    if is_large and not is_ready_at_once:
        await store.put(files.raw(media_id), file.content)
        return {
            **_BARE,
            "kind": IMAGE,
            "state": WAITING,
            "content_type": look.content_type,
            "size": file.size,
        }
    async with _ONE_AT_A_TIME:
        made = await in_thread(pictures.make, file.content)
    return await keep(store, media_id, 0, made)


async def in_thread(act: Callable[[IO[bytes]], Made], content: IO[bytes]) -> Made:
    """Raises Invalid for what cannot be read."""
    try:
        return await asyncio.to_thread(act, content)
    except pictures.TooManyPixels as error:
        raise Invalid(rules.TOO_MANY_PIXELS, field="file") from error
    except pictures.UnreadablePicture as error:
        raise Invalid(rules.BROKEN, field="file") from error


async def keep(store: Store, media_id: int, version: int, made: pictures.PreparedPicture) -> MediaRow:
    """Puts a finished picture away; returns what its row says."""
    await store.put(files.original(media_id), made.content)
    await store.put(files.small(media_id, version), made.small)
    return {
        "kind": IMAGE,
        "state": READY,
        "content_type": made.content_type,
        "size": len(made.content),
        "has_small": True,
        "blurhash": made.blurhash,
        "meta": {
            "original": sides(made.size),
            "small": sides(made.small_size),
            "small_type": made.small_type,
        },
    }


def sides(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


async def _other(
    store: Store, media_id: int, file: UploadedFile, content_type: str, thumbnail: UploadedFile | None
) -> MediaRow:
    """Kept as it is, but for what a film or a sound tells of where and with what it was made."""
    try:
        await asyncio.to_thread(recordings.forget, file.content, content_type)
    except UnreadableFilm as error:
        raise Invalid(rules.BROKEN, field="file") from error
    seconds = await asyncio.to_thread(recordings.seconds_of, file.content, content_type)
    await store.put(files.original(media_id), file.content)
    kind = {"audio": AUDIO, "video": VIDEO}.get(content_type.partition("/")[0], UNKNOWN)
    meta: dict[str, Json] = {} if seconds is None else {"duration": round(seconds, 3)}
    row: MediaRow = {
        **_BARE,
        "kind": kind,
        "state": READY,
        "content_type": content_type,
        "size": file.size,
        "meta": meta,
    }
    return row if thumbnail is None else {**row, **await cover(store, media_id, 0, meta, thumbnail)}


async def cover(
    store: Store, media_id: int, version: int, meta: dict[str, Json], thumbnail: UploadedFile
) -> MediaRow:
    """A preview that the uploader chose."""
    rules.check_size("image/", thumbnail.size)
    async with _ONE_AT_A_TIME:
        made = await in_thread(pictures.make, thumbnail.content)
    await store.put(files.small(media_id, version), made.small)
    small: dict[str, Json] = {"small": sides(made.small_size), "small_type": made.small_type}
    return {"has_small": True, "blurhash": made.blurhash, "meta": {**meta, **small}}


_BARE: MediaRow = {"has_small": False, "blurhash": None, "meta": {}}

_NEW_ID = Query(select(func.new_id()))
_INSERT = Query(
    insert(Media).values(
        id=param("id", BigInteger),
        person_id=param("person_id", BigInteger),
        state=param("state", SmallInteger),
        kind=param("kind", SmallInteger),
        content_type=param("content_type", Text),
        size=param("size", BigInteger),
        has_small=param("has_small", Boolean),
        blurhash=param("blurhash", Text),
        meta=param("meta", JSONB),
        description=param("description", Text),
        touched_at=param("now", Media.touched_at.type),
    )
)
