"""The organisation's own emoji: small pictures that stand in a text where their name stands between colons."""

import io
import re
import secrets
from typing import Final

import msgspec

from weetwie.access.policy import Emoji
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.policy import choose
from weetwie.errors import Conflict, Invalid, _, or_not_found
from weetwie.media import pictures
from weetwie.media.blob import Store
from weetwie.media.pictures import PreparedPicture

SIDE: Final = 128
LARGEST: Final = 1024 * 1024
MOST: Final = 500
_SHORTCODE = re.compile(r"[A-Za-z0-9_]{2,64}")
_ENDINGS: Final = {"image/webp": ".webp", "image/gif": ".gif", "image/png": ".png"}


def place(name: str) -> str:
    """Under which name its bytes lie in the store."""
    return f"emoji/{name}"


def still_place(name: str) -> str:
    return f"emoji/{name}-still"


def content_type(name: str) -> str:
    return next(kind for kind, ending in _ENDINGS.items() if name.endswith(ending))


async def add(
    db: Db, viewer: Viewer, store: Store, shortcode: str, picture: PreparedPicture, *, category: str = ""
) -> None:
    """`picture` is made by `pictures.contained`. Raises Forbidden, Conflict for a name that is taken, Invalid."""
    policy = await choose.held(db, viewer)
    if not _SHORTCODE.fullmatch(shortcode):
        raise Invalid(_("An emoji name has at least two letters, digits or underscores."))
    if any(one.shortcode == shortcode for one in policy.emojis):
        raise Conflict(_("There's already an emoji with this name."))
    if len(policy.emojis) >= MOST:
        raise Invalid(_("You can have at most {most} custom emoji."), most=MOST)
    name = f"{secrets.token_urlsafe(9)}{_ENDINGS[picture.content_type]}"
    await store.put(place(name), picture.content)
    await store.put(still_place(name), picture.small)
    new = Emoji(shortcode, name, category, picture.is_moving)
    await choose.choose(db, viewer, {"emojis": msgspec.to_builtins((*policy.emojis, new))})


async def remove(db: Db, viewer: Viewer, store: Store, shortcode: str) -> None:
    """Where it stands in texts its name shows again. Raises Forbidden and NotFound."""
    policy = await choose.held(db, viewer)
    gone = or_not_found(next((one for one in policy.emojis if one.shortcode == shortcode), None))
    left = [one for one in policy.emojis if one is not gone]
    await choose.choose(db, viewer, {"emojis": msgspec.to_builtins(left)})
    await store.remove([place(gone.name), still_place(gone.name)])


def readable(content: bytes) -> PreparedPicture:
    """Takes processor time. Raises Invalid for what is no picture."""
    if len(content) > LARGEST:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=LARGEST >> 20)
    try:
        return pictures.contained(io.BytesIO(content), SIDE)
    except (pictures.UnreadablePicture, pictures.TooManyPixels):
        raise Invalid(_("This file is damaged and can't be read."), field="file") from None
