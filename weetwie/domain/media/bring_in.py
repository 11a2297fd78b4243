"""Files come with an import: they hang on a post that was brought in, and go with it when it is taken out."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, DateTime, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.domain.media import rules, upload
from weetwie.domain.media.upload import File, MediaId, Prepared
from weetwie.kit import clock
from weetwie.kit.blob import Store
from weetwie.kit.db import Db, Query, columns, param
from weetwie.tables.media import Media

LARGEST = max(rules.LARGEST_FILE, rules.LARGEST_PICTURE)

_NUMBERS = Query(
    select(func.new_id().label("id")).select_from(func.generate_series(1, param("count", BigInteger)))
)
_GO = Query(
    update(Media)
    .where(Media.post_id == func.any(param("ids", ARRAY(BigInteger))))
    .values(
        gone_at=param("now", DateTime(timezone=True)),
        post_id=null(),
        place=null(),
        description="",
        blurhash=null(),
    )
)


async def numbers(db: Db, count: int) -> list[MediaId]:
    """For files that are about to be put away."""
    return columns(await db.rows(_NUMBERS, count=count), "id")


async def prepare(
    store: Store, media_id: MediaId, content: bytes, *, description: str = "", focus: str = ""
) -> Prepared:
    """Ready when this returns, and not in the database yet: what is never attached is swept. Raises as `upload.prepare`."""
    file = File(io.BytesIO(content), len(content))
    described = description.replace("\x00", "")[: rules.LONGEST_DESCRIPTION]
    return await upload.prepare(
        store, media_id, file, description=described, focus=focus, is_ready_at_once=True
    )


async def attach(db: Db, viewer: Viewer, files: Mapping[int, Sequence[Prepared]]) -> None:
    """By post, in order; the posts are the viewer's and have just been written."""
    given = [
        (one, post_id, place) for post_id, some in files.items() for place, one in enumerate(some, start=1)
    ]
    if given:
        await db.connection.copy_records_to_table(
            Media.__tablename__,
            columns=["id", "person_id", "post_id", "place", *_KEPT],
            records=[
                (one.id, viewer.person_id, post_id, place, *_values(one.row)) for one, post_id, place in given
            ],
        )


_KEPT = ("state", "kind", "content_type", "size", "has_small", "blurhash", "meta", "description")


def _values(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEPT)


async def take_out(db: Db, _: Viewer, post_ids: Sequence[int]) -> None:
    """What hangs on posts that are about to be taken out: nobody sees it any more, and it is swept."""
    await db.run(_GO, ids=list(post_ids), now=clock.now())
