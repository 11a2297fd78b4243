"""What a post shows beside its text: which files it may show, and that it is another post when one of them changes."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, case, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.posts import rules
from weetwie.events import CardChanged, MediaChanged, PollChanged
from weetwie.tables.cards import PostCard
from weetwie.tables.media import Media
from weetwie.tables.posts import CARD, Post


async def check(db: Db, viewer: Viewer, media_ids: Sequence[int], post_id: int = 0) -> None:
    """Only one's own that hang on no post, or on this one. Raises Invalid."""
    if not media_ids:
        return
    rows = await db.rows(_FILES, ids=list(media_ids), person_id=viewer.person_id, post_id=post_id)
    rules.check_media(media_ids, {row["id"]: (row["kind"], row["state"]) for row in rows})


async def shown(db: Db, post_id: int) -> list[int]:
    """The files that a post shows, in order."""
    return columns(await db.rows(_SHOWN, post_id=post_id), "id")


async def changed(db: Db, viewer: Viewer, facts: Sequence[MediaChanged | PollChanged]) -> None:
    """All who see the post see something else now."""
    await db.run(_RAISE, ids=[fact.post_id for fact in facts])


async def carded(db: Db, viewer: Viewer, facts: Sequence[CardChanged]) -> None:
    """The same, and whether there is a card is written on the post."""
    await db.run(_CARDED, ids=[post_id for fact in facts for post_id in fact.post_ids])


_IDS, _POST_ID = param("ids", ARRAY(BigInteger)), param("post_id", BigInteger)
_FILES = Query(
    select(Media.id, Media.kind, Media.state).where(
        Media.id == func.any(_IDS),
        Media.person_id == param("person_id", BigInteger),
        Media.gone_at.is_(None),
        func.coalesce(Media.post_id, _POST_ID) == _POST_ID,
    )
)
_SHOWN = Query(
    select(Media.id).where(Media.post_id == _POST_ID, Media.place.is_not(None)).order_by(Media.place)
)
_RAISE = Query(update(Post).where(Post.id == func.any(_IDS)).values(version=Post.version + 1))
_HAS_CARD = select(PostCard.card_id).where(PostCard.post_id == Post.id).exists()
_CARDED = Query(
    update(Post)
    .where(Post.id == func.any(_IDS), Post.deleted_at.is_(None))
    .values(
        version=Post.version + 1,
        attached=Post.attached.op("&")(~CARD).op("|")(case((_HAS_CARD, CARD), else_=0)),
    )
)
