"""Media come to a post when it is published or edited, and leave it when it is deleted: in the transaction of that act."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, false, func, null, or_, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Invalid, _
from weetwie.events import PostDeleted, PostEdited, PostPublished
from weetwie.runtime import clock
from weetwie.tables.media import READY, Media

NOT_YOURS = _("One of these files is gone. Upload it again.")


async def attach(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    """What a fact names stands in the post, in this order; what stood there before stays for the history of the post.

    Raises Invalid where two posts want the same file at once.
    """
    for fact in facts:
        if fact.media_ids is None:
            continue
        await db.run(_TAKE_OUT, post_id=fact.post_id, ids=fact.media_ids)
        if fact.media_ids:
            count = await db.run(
                _PUT_IN, post_id=fact.post_id, ids=fact.media_ids, person_id=viewer.person_id
            )
            if count != len(fact.media_ids):
                raise Invalid(NOT_YOURS, field="media_ids")


async def hold(db: Db, viewer: Viewer, media_ids: Sequence[int], until: datetime) -> None:
    """Keeps uploaded files from being swept until then: they belong to a post that is still to come."""
    await db.run(_HOLD, ids=list(media_ids), person_id=viewer.person_id, until=until)


async def detach(db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
    """What a deleted post had goes with it; where its author may write it anew, they keep the files that it showed last for
    a day, signed in."""
    now = clock.now()
    for fact in facts:
        if fact.keeps_media:
            await db.run(_LOOSEN, post_id=fact.post_id, now=now)
        await db.run(_GO, post_id=fact.post_id, now=now)


_POST_ID, _IDS = param("post_id", BigInteger), param("ids", ARRAY(BigInteger))
_PERSON_ID, _NOW = param("person_id", BigInteger), param("now", DateTime(timezone=True))

_TAKE_OUT = Query(
    update(Media)
    .where(Media.post_id == _POST_ID, Media.place.is_not(None), Media.id != func.all(_IDS))
    .values(place=null())
)
_PUT_IN = Query(
    update(Media)
    .where(
        Media.id == func.any(_IDS),
        Media.person_id == _PERSON_ID,
        Media.state == READY,
        Media.gone_at.is_(None),
        or_(Media.post_id.is_(None), Media.post_id == _POST_ID),
    )
    .values(
        post_id=_POST_ID,
        place=func.array_position(_IDS, Media.id),
        was_posted=false(),
        touched_at=func.now(),
    )
)
_HOLD = Query(
    update(Media)
    .where(Media.id == func.any(_IDS), Media.person_id == _PERSON_ID, Media.post_id.is_(None))
    .values(touched_at=param("until", DateTime(timezone=True)))
)
_LOOSEN = Query(
    update(Media)
    .where(Media.post_id == _POST_ID, Media.place.is_not(None))
    .values(post_id=null(), place=null(), was_posted=true(), touched_at=_NOW)
)
_GO = Query(
    update(Media)
    .where(Media.id.in_(select(Media.id).where(Media.post_id == _POST_ID)))
    .values(gone_at=_NOW, post_id=null(), place=null(), description="", blurhash=null())
)
