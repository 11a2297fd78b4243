"""The organisation's own sign: at the top of every page, and in the tab."""

import io
import secrets
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.policy import choose
from weetwie.errors import Invalid, _
from weetwie.media import pictures
from weetwie.media.blob import Store
from weetwie.media.pictures import PreparedPicture

SIDE: Final = 256
LARGEST: Final = 2 * 1024 * 1024
_ENDINGS: Final = {"image/webp": ".webp", "image/gif": ".gif", "image/png": ".png"}


def place(name: str) -> str:
    """Under which name its bytes lie in the store."""
    return f"logo/{name}"


def content_type(name: str) -> str:
    return next(kind for kind, ending in _ENDINGS.items() if name.endswith(ending))


async def put(db: Db, viewer: Viewer, store: Store, picture: PreparedPicture) -> None:
    """In place of the one before. `picture` comes from `readable`. Raises Forbidden."""
    before = (await choose.held(db, viewer)).logo
    name = f"{secrets.token_urlsafe(9)}{_ENDINGS[picture.content_type]}"
    await store.put(place(name), picture.content)
    await choose.choose(db, viewer, {"logo": name})
    if before:
        await store.remove([place(before)])


async def take_down(db: Db, viewer: Viewer, store: Store) -> None:
    """Raises Forbidden."""
    before = (await choose.held(db, viewer)).logo
    await choose.choose(db, viewer, {"logo": ""})
    if before:
        await store.remove([place(before)])


def readable(content: bytes) -> PreparedPicture:
    """Takes processor time. Raises Invalid for what is no picture."""
    if len(content) > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="logo", most=LARGEST >> 20)
    try:
        return pictures.contained(io.BytesIO(content), SIDE)
    except (pictures.UnreadablePicture, pictures.TooManyPixels):
        raise Invalid(_("This file is damaged and can't be read."), field="logo") from None
