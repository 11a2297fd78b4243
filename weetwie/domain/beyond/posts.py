"""The posts that could be shown to somebody from beyond their circle, and those that were."""

from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import BoolSql, there_is
from weetwie.domain.beyond.rules import KEPT, YOUNG, BeyondCandidate, Given
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.beyond import BeyondPost
from weetwie.tables.declared import aliased
from weetwie.tables.lists import List, ListMember
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, PostText
from weetwie.tables.relations import Follow, FollowRequest, Mute, TagFollow
from weetwie.views.posts import Finding, SeenPost

_LOOKED_AT = 300
_OF_EACH = 2
"""So many posts of one person, the newest: who writes much is not shown more."""


class Shown(msgspec.Struct, frozen=True):
    """What is kept of a post that somebody was shown."""

    topic: str
    bond: str
    unit: str
    """Of its author, as the reader sees it now."""


async def candidates(db: Db, viewer: Viewer) -> list[BeyondCandidate]:
    """Of the last two weeks the newest of each person; where there are too many people, some of them, and others the next time."""
    now = clock.now()
    rows = await _CANDIDATES.rows(
        db,
        viewer,
        since_id=id_at(now - YOUNG),
        until_id=id_at(now) + 65_535,
        turn=viewer.person_id + await shown_since(db, viewer, now - KEPT),
    )
    return [
        BeyondCandidate(row["id"], row["author_id"], row["unit"], likes=row["favourites_count"])
        for row in rows
    ]


async def given(db: Db, viewer: Viewer) -> list[Given]:
    return [Given(row["author_id"], row["unit"]) for row in await _GIVEN.rows(db, viewer)]


async def show(db: Db, viewer: Viewer, candidate: BeyondCandidate) -> None:
    """From now on it is not shown again."""
    await db.run(
        _SHOW,
        person_id=viewer.person_id,
        post_id=candidate.post_id,
        topic=candidate.topic,
        bond=candidate.bond,
        at=clock.now(),
    )


async def shown_since(db: Db, viewer: Viewer, since: datetime) -> int:
    return int(await db.value(_SHOWN_SINCE, person_id=viewer.person_id, since=since))


async def shown(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    """What they were shown and still see, the newest post first."""
    return await _SHOWN.page(db, viewer, page)


async def why(db: Db, viewer: Viewer, post_ids: list[int]) -> dict[int, Shown]:
    rows = await _GIVEN.rows(db, viewer)
    return {
        row["post_id"]: Shown(row["topic"], row["bond"], row["unit"])
        for row in rows
        if row["post_id"] in post_ids
    }


async def forget_old(db: Db) -> int:
    """For the schedule."""
    return await db.run(_FORGET, before=clock.now() - KEPT)


def _candidates(viewer_sql: ViewerSql) -> Select[int, int, str, int]:
    post, author, words = aliased(Post), aliased(Person), aliased(PostText)
    found = (
        select(
            post.id,
            post.author_id,
            _unit(viewer_sql, author).label("unit"),
            post.favourites_count,
            func.row_number().over(partition_by=post.author_id, order_by=post.id.desc()).label("nth"),
        )
        .select_from(post)
        .join(author, author.id == post.author_id)
        .join(words, words.post_id == post.id)
        .where(
            post.id > param("since_id", BigInteger),
            post.id < param("until_id", BigInteger),
            post.visibility == int(Visibility.public),
            post.boost_of_id.is_(None),
            post.reply_to_id.is_(None),
            post.origin == 0,
            post.deleted_at.is_(None),
            words.warning == "",
            _may_come(viewer_sql, author),
            ~_is_in_home(viewer_sql, post),
            ~_was_shown(viewer_sql, post),
            visibility.post(viewer_sql, post),
        )
        .subquery()
    )
    lot = func.hashint8extended(found.c.author_id, param("turn", BigInteger))
    return (
        select(found.c.id, found.c.author_id, found.c.unit, found.c.favourites_count)
        .where(found.c.nth <= _OF_EACH)
        .order_by(lot, found.c.id)
        .limit(_LOOKED_AT)
    )


def _may_come(viewer_sql: ViewerSql, author: type[Person]) -> BoolSql:
    """Who wants to be found, is a person and here, and whom the reader neither follows, mutes nor has in an exclusive list."""
    follow, request = aliased(Follow), aliased(FollowRequest)
    of_list, member = aliased(List), aliased(ListMember)
    return and_(
        author.id != viewer_sql.id,
        author.is_discoverable,
        author.has_joined,
        author.is_bot.is_(False),
        author.is_dormant.is_(False),
        author.suspended_at.is_(None),
        ~there_is(follow, follow.follower_id == viewer_sql.id, follow.followed_id == author.id),
        ~there_is(request, request.follower_id == viewer_sql.id, request.followed_id == author.id),
        ~_is_muted(viewer_sql, author),
        author.id.not_in(
            select(member.person_id)
            .join(of_list, of_list.id == member.list_id)
            .where(of_list.owner_id == viewer_sql.id, of_list.is_exclusive)
            .correlate_except(member, of_list)
        ),
    )


def _is_muted(viewer_sql: ViewerSql, author: type[Person]) -> BoolSql:
    mute = aliased(Mute)
    is_on = or_(mute.expires_at.is_(None), mute.expires_at > func.now())
    return there_is(mute, mute.muter_id == viewer_sql.id, mute.muted_id == author.id, is_on)


def _is_in_home(viewer_sql: ViewerSql, post: type[Post]) -> BoolSql:
    """By a tag that the reader follows: of who they follow nothing comes anyway."""
    tagged, followed = aliased(PostTag), aliased(TagFollow)
    follows_tag = there_is(followed, followed.tag_id == tagged.tag_id, followed.person_id == viewer_sql.id)
    return there_is(tagged, tagged.post_id == post.id, follows_tag)


def _was_shown(viewer_sql: ViewerSql, post: type[Post]) -> BoolSql:
    before = aliased(BeyondPost)
    return there_is(before, before.person_id == viewer_sql.id, before.post_id == post.id)


def _unit(viewer_sql: ViewerSql, author: type[Person]) -> ColumnElement[str]:
    sees = and_(visibility.person(viewer_sql, author), visibility.place_at_work(viewer_sql, author))
    return case((sees, author.unit), else_=literal(""))


def _given(viewer_sql: ViewerSql) -> Select[int, int, str, str, str]:
    before, post, author = aliased(BeyondPost), aliased(Post), aliased(Person)
    return (
        select(
            before.post_id,
            post.author_id,
            before.topic,
            before.bond,
            _unit(viewer_sql, author).label("unit"),
        )
        .select_from(before)
        .join(post, post.id == before.post_id)
        .join(author, author.id == post.author_id)
        .where(before.person_id == viewer_sql.id)
    )


def _shown(viewer_sql: ViewerSql) -> Select[int, int]:
    before, post, author = aliased(BeyondPost), aliased(Post), aliased(Person)
    return (
        select(before.post_id.label("post_id"), before.post_id.label("key"))
        .select_from(before)
        .join(post, post.id == before.post_id)
        .join(author, author.id == post.author_id)
        .where(before.person_id == viewer_sql.id, ~_is_muted(viewer_sql, author))
    )


_CANDIDATES = VisibleQuery(_candidates)
_GIVEN = VisibleQuery(_given)
_SHOWN = Finding(_shown)
_AT = param("at", DateTime(timezone=True))
_SHOW = Query(
    insert(BeyondPost)
    .values(
        person_id=param("person_id", BigInteger),
        post_id=param("post_id", BigInteger),
        topic=param("topic", Text),
        bond=param("bond", Text),
        shown_at=_AT,
    )
    .on_conflict_do_nothing()
)
_SHOWN_SINCE = Query(
    select(func.count()).where(
        BeyondPost.person_id == param("person_id", BigInteger),
        BeyondPost.shown_at > param("since", DateTime(timezone=True)),
    )
)
_FORGET = Query(delete(BeyondPost).where(BeyondPost.shown_at < param("before", DateTime(timezone=True))))
