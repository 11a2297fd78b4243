"""Files come with an import: they hang on a post that was brought in, and go with it when it is taken out."""

import io
from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Boolean, DateTime, SmallInteger, Text, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.media import rules, upload
from weetwie.domain.media.upload import MediaId, Prepared, UploadedFile
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.tables.media import Media

LARGEST = max(rules.LARGEST_FILE, rules.LARGEST_PICTURE)

_NUMBERS = Query(
    select(func.new_id().label("id")).select_from(func.generate_series(1, param("count", BigInteger)))
)
_ATTACH = Query(
    insert(Media).values(
        id=param("id", BigInteger),
        person_id=param("person_id", BigInteger),
        post_id=param("post_id", BigInteger),
        place=param("place", BigInteger),
        state=param("state", SmallInteger),
        kind=param("kind", SmallInteger),
        content_type=param("content_type", Text),
        size=param("size", BigInteger),
        has_small=param("has_small", Boolean),
        blurhash=param("blurhash", Text),
        meta=param("meta", JSONB),
        description=param("description", Text),
    )
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
    file = UploadedFile(io.BytesIO(content), len(content))
    described = description.replace("\x00", "")[: rules.LONGEST_DESCRIPTION]
    return await upload.prepare(
        store, media_id, file, description=described, focus=focus, is_ready_at_once=True
    )


async def attach(db: Db, viewer: Viewer, files: Mapping[int, Sequence[Prepared]]) -> None:
    """By post, in order; the posts are the viewer's and have just been written."""
    given = [
        (one, post_id, place) for post_id, some in files.items() for place, one in enumerate(some, start=1)
    ]
    values = ({"id": one.id, "post_id": post_id, "place": place, **one.row} for one, post_id, place in given)
    await db.run_many(_ATTACH, ({"person_id": viewer.person_id, **row} for row in values))


async def take_out(db: Db, _: Viewer, post_ids: Sequence[int]) -> None:
    """What hangs on posts that are about to be taken out: nobody sees it any more, and it is swept."""
    await db.run(_GO, ids=list(post_ids), now=clock.now())
