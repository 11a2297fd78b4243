"""Put tags forward on one's profile: what one wants to be known for."""

from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Select, Text, and_, case, delete, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.errors import Invalid, _
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.relations import FeaturedTag

MOST: Final = 10
_SUGGESTED: Final = 10
_LOOKED_AT: Final = 500
"""So many of one's latest posts are looked through for tags to suggest."""


class SeenFeaturedTag(msgspec.Struct, frozen=True):
    tag_id: int
    key: str
    name: str
    posts_count: int
    """What the viewer sees of the person's posts with it. In works-council mode 0 for others than oneself."""
    last_post_id: int
    """0: none. In works-council mode always."""


_PERSON, _TAG = param("person_id", BigInteger), param("tag_id", BigInteger)
_HOLD = Query(select(Person.id).where(Person.id == _PERSON).with_for_update(key_share=True))
_COUNT = Query(select(func.count()).select_from(FeaturedTag).where(FeaturedTag.person_id == _PERSON))
_FEATURE = Query(
    insert(FeaturedTag)
    .values(person_id=_PERSON, tag_id=_TAG, name=param("name", Text))
    .on_conflict_do_nothing()
    .returning(FeaturedTag.tag_id)
)
_UNFEATURE = Query(delete(FeaturedTag).where(FeaturedTag.person_id == _PERSON, FeaturedTag.tag_id == _TAG))


def _featured(viewer_sql: ViewerSql) -> Executable:
    subject, use, post = aliased(Person), aliased(PostTag), aliased(Post)
    used = (
        select(func.count().label("count"), func.coalesce(func.max(post.id), 0).label("last"))
        .select_from(use)
        .join(post, post.id == use.post_id)
        .where(
            use.tag_id == FeaturedTag.tag_id,
            post.author_id == FeaturedTag.person_id,
            post.visibility <= int(Visibility.unlisted),
            visibility.parent(viewer_sql, post),
        )
        .correlate(FeaturedTag)
        .lateral()
    )
    return (
        select(
            FeaturedTag.tag_id,
            Tag.key,
            FeaturedTag.name,
            case(
                (or_(viewer_sql.tells_activity, FeaturedTag.person_id == viewer_sql.id), used.c.count),
                else_=0,
            ),
            case((viewer_sql.tells_activity, used.c.last), else_=0),
        )
        .join(Tag, Tag.id == FeaturedTag.tag_id)
        .join(used, true())
        .where(
            FeaturedTag.person_id == _PERSON,
            visibility.there_is(subject, subject.id == _PERSON, visibility.person(viewer_sql, subject)),
        )
        .order_by(
            case(
                (or_(viewer_sql.tells_activity, FeaturedTag.person_id == viewer_sql.id), used.c.count),
                else_=0,
            ).desc(),
            Tag.key,
        )
    )


_FEATURED = VisibleQuery(_featured)


def _used(viewer_sql: ViewerSql) -> Select[int]:
    """Whoever has left does not see what they wrote for colleagues."""
    latest = (
        select(Post.id)
        .where(
            Post.author_id == viewer_sql.id, Post.deleted_at.is_(None), visibility.parent(viewer_sql, Post)
        )
        .order_by(Post.id.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    mine = aliased(FeaturedTag)
    return (
        select(PostTag.tag_id.label("id"))
        .join(latest, latest.c.id == PostTag.post_id)
        .where(
            ~visibility.there_is(mine, and_(mine.person_id == viewer_sql.id, mine.tag_id == PostTag.tag_id))
        )
        .group_by(PostTag.tag_id)
        .order_by(func.count().desc(), PostTag.tag_id)
        .limit(_SUGGESTED)
    )


_USED = VisibleQuery(_used)


async def feature(db: Db, viewer: Viewer, tag_id: int, name: str) -> None:
    """Once more changes nothing. Raises Invalid when there are too many."""
    allowed.check(viewer, permissions.act_as_person)
    await db.rows(_HOLD, person_id=viewer.person_id)
    is_new = await db.value(_FEATURE, person_id=viewer.person_id, tag_id=tag_id, name=name)
    if is_new and await db.value(_COUNT, person_id=viewer.person_id) > MOST:
        raise Invalid(_("You can feature at most {most} hashtags."), most=MOST)


async def unfeature(db: Db, viewer: Viewer, tag_id: int) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await db.run(_UNFEATURE, person_id=viewer.person_id, tag_id=tag_id)


async def featured(db: Db, viewer: Viewer, person_id: int) -> list[SeenFeaturedTag]:
    """What a person puts forward, what they wrote most about first."""
    return [SeenFeaturedTag(*row) for row in await _FEATURED.rows(db, viewer, person_id=person_id)]


async def worth_featuring(db: Db, viewer: Viewer) -> list[int]:
    """The tags that the viewer writes with most, of late, and does not put forward yet."""
    return columns(await _USED.rows(db, viewer), "id")
