"""Who would like to know the answer to somebody else's question."""

from sqlalchemy import BigInteger, delete, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.questions.respond import check_seen
from weetwie.tables.questions import WantsToKnow


async def want_to_know(db: Db, viewer: Viewer, post_id: int, *, wants: bool) -> None:
    """To hear of the answer to somebody else's question."""
    allowed.check(viewer, permissions.act)
    await check_seen(db, viewer, post_id)
    await db.run(_WANT if wants else _WANT_NO_MORE, post_id=post_id, person_id=viewer.person_id)


async def wanting(db: Db, post_id: int) -> list[int]:
    return [row["person_id"] for row in await db.rows(_WANTING, post_id=post_id)]


async def wants_to_know(db: Db, viewer: Viewer, post_id: int) -> bool:
    return bool(await db.value(_WANTS, post_id=post_id, person_id=viewer.person_id))


_POST_ID, _PERSON_ID = param("post_id", BigInteger), param("person_id", BigInteger)
_WANT = Query(insert(WantsToKnow).values(post_id=_POST_ID, person_id=_PERSON_ID).on_conflict_do_nothing())
_OF_WANT = (WantsToKnow.post_id == _POST_ID) & (WantsToKnow.person_id == _PERSON_ID)
_WANT_NO_MORE = Query(delete(WantsToKnow).where(_OF_WANT))
_WANTS = Query(select(WantsToKnow.post_id).where(_OF_WANT))
_WANTING = Query(
    select(WantsToKnow.person_id).where(WantsToKnow.post_id == _POST_ID).order_by(WantsToKnow.person_id)
)
