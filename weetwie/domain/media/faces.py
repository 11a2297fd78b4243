"""Faces and headers: cut to size, kept under a name that nobody can guess."""

import secrets
from typing import Literal

from sqlalchemy import BigInteger, Boolean, Text, insert

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.media import files
from weetwie.domain.media.upload import UploadedFile, in_thread
from weetwie.errors import Forbidden, Invalid, _
from weetwie.media import pictures
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.tables.media import Face

SIZES = {"face": (400, 400), "header": (1500, 500)}
LARGEST = 8 * 1024 * 1024


async def put(
    db: Db, viewer: Viewer, store: Store, person_id: int, kind: Literal["face", "header"], file: UploadedFile
) -> str:
    """Puts a picture away; returns the name for the profile, which bears it from then on. Raises Forbidden, Invalid."""
    at = clock.now()
    if not permissions.look_after_people(viewer, at) and (
        viewer.person_id != person_id or not permissions.act(viewer, at)
    ):
        raise Forbidden
    if file.size > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=LARGEST >> 20)
    made = await in_thread(lambda content: pictures.filled(content, SIZES[kind]), file.content)
    name = f"{secrets.token_urlsafe(18)}{MOVING if made.is_moving else ''}"
    await store.put(files.face(name), made.content)
    if made.is_moving:
        await store.put(files.still(name), made.small)
    await db.run(
        _INSERT, name=name, person_id=person_id, content_type=made.content_type, is_moving=made.is_moving
    )
    return name


MOVING = ".m"
"""Part of the name, so that whoever renders it knows that there is a still one too."""

_INSERT = Query(
    insert(Face).values(
        name=param("name", Text),
        person_id=param("person_id", BigInteger),
        content_type=param("content_type", Text),
        is_moving=param("is_moving", Boolean),
    )
)
