"""Pictures of a reply by mail, made ready to hang on the post."""

import io
from collections.abc import Sequence
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.domain.mail.taken import IncomingMail, MailPicture
from weetwie.domain.media import upload
from weetwie.domain.media.upload import Prepared, UploadedFile
from weetwie.domain.posts.rules import MOST_MEDIA
from weetwie.errors import Invalid
from weetwie.media import pictures, sniff

_TINY: Final = 100
"""A side of what is a logo or an icon, in pixels, where it stands in the text of a mail."""


async def made_ready(
    database: Database, site: Site, mail: IncomingMail, person: Viewer | None
) -> tuple[Sequence[Prepared], bool]:
    """As many as a post may have, and whether something was left out. What is no picture by its content is none."""
    ready: list[Prepared] = []
    left_out = False
    for one in mail.pictures if person is not None and site.store is not None else ():
        if await _is_ornament(one):
            continue
        if len(ready) == MOST_MEDIA:
            return ready, True
        assert person is not None and site.store is not None, "else nothing is looked at"
        async with database.transaction() as db:
            number = await upload.number(db, person)
        file = UploadedFile(io.BytesIO(one.content), len(one.content), one.name)
        if not (sniff.kind_of(file.content) or "").startswith("image/"):
            left_out = True
            continue
        try:
            prepared = await upload.prepare(site.store, number, file, is_ready_at_once=True)
        except Invalid:
            left_out = True
            continue
        ready.append(prepared)
    return ready, left_out


async def _is_ornament(one: MailPicture) -> bool:
    """The logo of a signature that a mail program does not mark as one."""
    if not one.is_inline:
        return False
    try:
        look = await upload.in_thread(pictures.look, io.BytesIO(one.content))
    except Invalid:
        return False
    return min(look.width, look.height) < _TINY
