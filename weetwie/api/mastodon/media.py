"""Media: upload, look after, describe, remove; and the addresses under which their bytes are read."""

import re
from typing import Final

import msgspec

from weetwie.access.authenticate import Memory
from weetwie.access.viewer import nobody
from weetwie.api.call import Answer, Call, StreamedAnswer
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import MediaAttachment
from weetwie.api.mastodon.ranges import ranged
from weetwie.api.mastodon.render_media import attachment_renderer
from weetwie.api.parameters import Upload
from weetwie.domain.cards.fetch import place
from weetwie.domain.media import describe, files, remove, upload
from weetwie.domain.media.rules import LARGEST_FILE
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.policy import emojis
from weetwie.errors import Invalid, NotFound, Unavailable, _, or_not_found
from weetwie.media.blob import Store
from weetwie.views import media as seen_media
from weetwie.views.media import SeenMedia

routes = Routes("media")

LARGEST_FORM: Final = LARGEST_FILE + 1024 * 1024


class MediaHouse(msgspec.Struct, frozen=True):
    """What these endpoints need of the installation: where the bytes are, and who is who."""

    store: Store
    memory: Memory


class DescribeParams(msgspec.Struct, kw_only=True, frozen=True):
    description: str | None = None
    focus: str | None = None
    thumbnail: Upload | None = None


class UploadParams(DescribeParams, kw_only=True, frozen=True):
    file: Upload


@routes.post(
    "/api/v2/media", scopes=["write:media"], answer=MediaAttachment, rate="media", max_body=LARGEST_FORM
)
async def upload_v2(call: Call, params: UploadParams) -> Answer:
    """Upload a file. 202 while a large photo is being processed."""
    media = await _upload(call, params)
    return Answer(200 if media.state == _READY else 202, await _shown(call, media))


@routes.post(
    "/api/v1/media",
    scopes=["write:media"],
    answer=MediaAttachment,
    rate="media",
    max_body=LARGEST_FORM,
    deprecated=True,
)
async def upload_v1(call: Call, params: UploadParams) -> bytes:
    """The same in the older format."""
    return await _shown(call, await _upload(call, params))


async def _upload(call: Call, params: UploadParams) -> SeenMedia:
    media_id = await upload.number(await call.db(), call.viewer)
    await call.release()
    prepared = await upload.prepare(
        store_of(call),
        media_id,
        file_of(params.file),
        description=params.description or "",
        focus=params.focus or "",
        thumbnail=file_of(params.thumbnail) if params.thumbnail else None,
    )
    db = await call.db()
    await upload.upload(db, call.viewer, prepared)
    return await seen_media.one(db, call.viewer, media_id)


@routes.get("/api/v1/media/{id}", scopes=["write:media"], answer=MediaAttachment)
async def show(call: Call) -> Answer:
    """Your file: 206 while it is being processed."""
    media = await _own(call)
    if media.state == _FAILED:
        raise Invalid(_("This file is damaged and can't be read."), field="file")
    return Answer(200 if media.state == _READY else 206, await _shown(call, media))


@routes.put("/api/v1/media/{id}", scopes=["write:media"], answer=MediaAttachment, max_body=LARGEST_FORM)
async def change(call: Call, params: DescribeParams) -> bytes:
    """Set a file's description, focus or preview."""
    await describe.describe(
        await call.db(),
        call.viewer,
        store_of(call),
        call.id,
        description=params.description,
        focus=params.focus,
        thumbnail=file_of(params.thumbnail) if params.thumbnail else None,
    )
    return await _shown(call, await _own(call))


@routes.delete("/api/v1/media/{id}", scopes=["write:media"])
async def delete(call: Call) -> dict[str, str]:
    """Delete a file that is in no post."""
    await remove.remove(await call.db(), call.viewer, call.id)
    return {}


async def _own(call: Call) -> SeenMedia:
    db = await call.db()
    await describe.own(db, call.viewer, call.id)
    return await seen_media.one(db, call.viewer, call.id)


async def _shown(call: Call, media: SeenMedia) -> bytes:
    addresses = await present.addresses(call)
    return attachment_renderer(media).render(addresses, call.viewer.person_id)


def file_of(given: Upload) -> UploadedFile:
    return UploadedFile(given.file, given.size)


def _media(call: Call) -> MediaHouse:
    if call.media is None:
        raise Unavailable
    return call.media


def store_of(call: Call) -> Store:
    return _media(call).store


_READY, _FAILED = 1, 2

_FILE = re.compile(r"(original|small-[0-9]{1,9})(?:\.[a-z0-9]{2,4})?")


@routes.get("/media/{id}/{file}", answer=None, rate="none", hidden=True)
async def open_file(call: Call) -> Answer | StreamedAnswer:
    """The plain address: for what the caller sees, and that is, without a token, what is for the world."""
    return await _file(call, await seen_media.one(await call.db(), call.viewer, call.id))


@routes.get("/media/{id}/{viewer_key}/{file}", answer=None, rate="none", hidden=True)
async def file(call: Call) -> Answer | StreamedAnswer:
    """An address that was made for one person: the law is asked as that person, at each fetch."""
    db = await call.db()
    addresses = await present.addresses(call)
    person_id = addresses.viewer_of(call.id, call.text("viewer_key"))
    viewer = await _media(call).memory.person(db, person_id) or nobody(call.viewer.policy)
    is_signed_in = call.viewer.is_person and call.viewer.person_id == person_id
    return await _file(call, await seen_media.one(db, viewer, call.id, is_signed_in=is_signed_in))


async def _file(call: Call, media: SeenMedia) -> Answer | StreamedAnswer:
    asked = _FILE.fullmatch(call.text("file"))
    if asked is None or media.state != _READY:
        raise NotFound
    if asked[1] == "original":
        return await ranged(
            call,
            store_of(call),
            files.original(media.id),
            media.content_type,
            f'"{media.id}-o"',
            size=media.size,
        )
    if not media.has_small or asked[1] != f"small-{media.version}":
        raise NotFound
    kind = media.meta["small_type"]
    return await ranged(
        call, store_of(call), files.small(media.id, media.version), kind, f'"{media.id}-{media.version}"'
    )


@routes.get("/faces/{name}", answer=None, rate="none", hidden=True)
async def face(call: Call) -> Answer | StreamedAnswer:
    """A face or a header that somebody bears now."""
    asked: str = call.text("name")
    name = asked.removesuffix("-still")
    found = await seen_media.face(await call.db(), name)
    if asked != name and not found.is_moving:
        raise NotFound
    kind, place = (
        (found.content_type, files.face(name)) if asked == name else ("image/webp", files.still(name))
    )
    return await ranged(call, store_of(call), place, kind, f'"{asked}"', cache=_FOR_GOOD)


@routes.get("/emoji/{name}", answer=None, rate="none", hidden=True)
async def emoji(call: Call) -> Answer | StreamedAnswer:
    """An emoji of the organisation's own, for everybody."""
    asked: str = call.text("name")
    name = asked.removesuffix("-still")
    if not any(one.name == name for one in call.viewer.policy.emojis):
        raise NotFound
    kind, place = (
        (emojis.content_type(name), emojis.place(name))
        if asked == name
        else ("image/png", emojis.still_place(name))
    )
    return await ranged(call, store_of(call), place, kind, f'"{asked}"', cache=_FOR_GOOD)


@routes.get("/cards/{name}", answer=None, rate="none", hidden=True)
async def card(call: Call) -> Answer | StreamedAnswer:
    """The picture of a page that somebody links to; nobody can guess its name."""
    name: str = call.text("name")
    found = or_not_found(_CARD.fullmatch(name))
    kind = "image/webp" if found[1] == "webp" else "image/jpeg"
    return await ranged(call, store_of(call), place(name), kind, f'"{name}"', cache=_FOR_GOOD)


_CARD = re.compile(r"[\w-]{16}\.(jpg|webp)", re.ASCII)
_FOR_GOOD: Final = "private, max-age=604800, immutable"
