"""Media as a viewer sees them: what stands in posts that they see, and what they have uploaded themselves."""

from collections.abc import Iterable
from typing import TypedDict

import msgspec
from sqlalchemy import BigInteger, Boolean, Executable, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import struct, structs
from weetwie.errors import or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.media import Face, Media
from weetwie.tables.people import Person
from weetwie.tables.posts import MEDIA, Post
from weetwie.views.posts import SeenPost


class Size(TypedDict):
    width: int
    height: int


class Focus(TypedDict):
    x: float
    y: float


class Measures(TypedDict, total=False):
    """What was found in a file when it was made ready, and what of it matters."""

    original: Size
    small: Size
    small_type: str
    focus: Focus
    duration: float
    """Seconds."""


class SeenMedia(msgspec.Struct, frozen=True):
    """Seen alike by all who see it; the address alone is each viewer's own."""

    id: int
    post_id: int | None
    state: int
    kind: int
    content_type: str
    size: int
    has_small: bool
    blurhash: str | None
    meta: Measures
    description: str
    version: int


class SeenFace(msgspec.Struct, frozen=True):
    name: str
    content_type: str
    is_moving: bool


_COLUMNS = [getattr(Media, name) for name in SeenMedia.__struct_fields__]

_OF_POSTS = Query(
    select(*_COLUMNS)
    .where(Media.post_id == func.any(param("ids", ARRAY(BigInteger))), Media.place.is_not(None))
    .order_by(Media.post_id, Media.place)
)
_IN_HISTORY = Query(
    select(*_COLUMNS).where(Media.post_id == param("post_id", BigInteger), Media.gone_at.is_(None))
)


def _one(viewer_sql: ViewerSql) -> Executable:
    """What stands or stood in a post is seen with the post; before that, by the uploader alone. What is left of a deleted
    post shows to its author, but at no address that somebody else may hold."""
    post = aliased(Post)
    is_own = and_(
        Media.post_id.is_(None),
        Media.person_id == viewer_sql.id,
        Media.person_id.not_in(visibility.hidden_authors(viewer_sql)),
        or_(~Media.was_posted, param("is_signed_in", Boolean)),
    )
    in_post = visibility.there_is(post, post.id == Media.post_id, visibility.parent(viewer_sql, post))
    return select(*_COLUMNS).where(
        Media.id == param("id", BigInteger), Media.gone_at.is_(None), or_(is_own, in_post)
    )


_ONE = VisibleQuery(_one)

_FACE = Query(
    select(Face.name, Face.content_type, Face.is_moving)
    .join(Person, Person.id == Face.person_id)
    .where(
        Face.name == param("name", Text),
        or_(Person.face == Face.name, Person.header == Face.name),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
)


async def of_posts(db: Db, posts: Iterable[SeenPost]) -> dict[int, list[SeenMedia]]:
    """What stands in posts that a viewer has been found to see, in order. Asks nothing where nothing hangs on them."""
    ids = list({post.post_id for post in posts if post.attached & MEDIA})
    found: dict[int, list[SeenMedia]] = {id: [] for id in ids}
    if ids:
        for row in await db.rows(_OF_POSTS, ids=ids):
            found[row["post_id"]].append(struct(SeenMedia, row))
    return found


async def in_history(db: Db, post: SeenPost) -> dict[int, SeenMedia]:
    """All that a post which a viewer has been found to see shows or has ever shown, by id."""
    return {one.id: one for one in structs(SeenMedia, await db.rows(_IN_HISTORY, post_id=post.post_id))}


async def one(db: Db, viewer: Viewer, media_id: int, *, is_signed_in: bool = True) -> SeenMedia:
    """`is_signed_in`: whether the viewer is asking, and not whoever holds an address that was made for them. Raises NotFound
    for what is not there or not seen."""
    row = or_not_found(await _ONE.row(db, viewer, id=media_id, is_signed_in=is_signed_in))
    return struct(SeenMedia, row)


async def face(db: Db, name: str) -> SeenFace:
    """A face or header that somebody who is not suspended bears now: whoever knows its name may see it. Raises NotFound."""
    row = or_not_found(await db.row(_FACE, name=name))
    return struct(SeenFace, row)
