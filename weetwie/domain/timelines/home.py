"""Home: posts and boosts by the viewer, by people they follow and with tags they follow, newest first.

What stands in a home is decided when it is read (docs/law.md, "Home, by definition"). The entries are only an index to find
it fast: complete from a person's floor upwards, with nothing below it. Below the floor posts are read directly; who has no
floor has a complete index.
"""

from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert as insert_or_not

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import IntSql, there_is
from weetwie.domain.timelines import taste
from weetwie.events import PersonFollowed, PostBoosted, PostEdited, PostPublished, TagFollowed
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mention, Post, PostTag
from weetwie.tables.relations import Follow, TagFollow
from weetwie.tables.timelines import HomeEntry, HomeFloor
from weetwie.views.posts import Candidates, Finding, SeenPost
from weetwie.views.reach import Reach
from weetwie.views.walk import Walk, Walked

DEPTH = 800
"""How many entries are kept for each person."""
SLACK = 200
"""How many more there may be before they are trimmed."""
APART = 40
"""How far an original must stand from its next older showing to be shown again."""


async def home(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    """A page of the viewer's home."""
    if not page.is_upward:
        found, walked = await _WALK.page(db, viewer, page, APART)
        if walked is Walked.whole:
            return found
        if walked is Walked.to_the_end and not await _floor(db, viewer):
            return found
    return await _piece_by_piece(db, viewer, page)


async def _piece_by_piece(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    """The same for pages that reach below the floor, are asked for upwards, or are full of repeats."""
    kept: list[SeenPost] = []
    while True:
        wanted = msgspec.structs.replace(page, limit=page.limit - len(kept))
        found = await _stretch(db, viewer, wanted, _INDEXED.page, _DIRECT.page)
        fresh = await _without_repeats(db, viewer, found)
        kept = fresh + kept if page.is_upward else kept + fresh
        if len(found) < wanted.limit or len(kept) >= page.limit:
            return kept
        page = _beyond(page, found)


def _beyond(page: Page, found: Sequence[SeenPost]) -> Page:
    if page.is_upward:
        return msgspec.structs.replace(page, above=found[0].key)
    return msgspec.structs.replace(page, below=found[-1].key)


async def _without_repeats(db: Db, viewer: Viewer, found: list[SeenPost]) -> list[SeenPost]:
    """Leaves out a boost whose original stands among the next older items. Looks only downwards, so that what arrives
    at the top never changes what stands further down."""
    boosts = [post for post in found if post.is_boost]
    if not boosts:
        return found
    below = Page(limit=len(found) + APART, below=boosts[0].key)
    trail = await _stretch(db, viewer, below, _INDEXED.trail, _DIRECT.trail)
    repeats = {boost.key for boost in boosts if boost.post_id in _next_older(trail, boost.key)}
    return [post for post in found if post.key not in repeats]


def _next_older(trail: list[tuple[int, int]], key: int) -> list[int]:
    older = [original for other, original in trail if other < key]
    return older[:APART]


Item = TypeVar("Item")
Read = Callable[[Db, Viewer, Page], Awaitable[list[Item]]]


async def _stretch(db: Db, viewer: Viewer, page: Page, indexed: Read[Item], direct: Read[Item]) -> list[Item]:
    """Reads from the index, and directly what lies below its floor."""
    if page.is_upward:
        return await _upward(db, viewer, page, indexed, direct)
    found = await indexed(db, viewer, page)
    missing = page.limit - len(found)
    if missing == 0:
        return found
    floor = await _floor(db, viewer)
    if page.above + 1 >= floor:
        return found
    rest = msgspec.structs.replace(page, limit=missing, below=min(page.below, floor))
    return found + await direct(db, viewer, rest)


async def _upward(db: Db, viewer: Viewer, page: Page, indexed: Read[Item], direct: Read[Item]) -> list[Item]:
    floor = await _floor(db, viewer)
    lower: list[Item] = []
    if page.above + 1 < floor:
        lower = await direct(db, viewer, msgspec.structs.replace(page, below=min(page.below, floor)))
    missing = page.limit - len(lower)
    if missing == 0:
        return lower
    rest = msgspec.structs.replace(page, limit=missing, above=max(page.above, floor - 1))
    return await indexed(db, viewer, rest) + lower


async def _floor(db: Db, viewer: Viewer) -> int:
    return await db.value(_FLOOR, person_id=viewer.person_id) or 0


def _belongs(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """Whether a post stands in this home, before the law."""
    follow, tagged, followed = aliased(Follow), aliased(PostTag), aliased(TagFollow)
    by_followed = there_is(
        follow,
        follow.follower_id == viewer_sql.id,
        follow.followed_id == post.author_id,
        or_(post.boost_of_id.is_(None), follow.shows_boosts),
        taste.has_language(follow, post),
    )
    follows_tag = there_is(followed, followed.tag_id == tagged.tag_id, followed.person_id == viewer_sql.id)
    with_tag = there_is(tagged, tagged.post_id == post.id, follows_tag)
    return and_(
        or_(post.author_id == viewer_sql.id, by_followed, with_tag),
        taste.is_kept(viewer_sql, post),
        taste.original_is_kept(viewer_sql, post),
        taste.is_not_set_apart(viewer_sql, post),
    )


def _indexed(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return (
        select(HomeEntry.post_id.label("post_id"), HomeEntry.post_id.label("key"))
        .join(post, post.id == HomeEntry.post_id)
        .where(HomeEntry.person_id == viewer_sql.id, _belongs(viewer_sql, post))
    )


def _direct(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.origin < 2, _belongs(viewer_sql, post)
    )


def _arriving(viewer_sql: ViewerSql) -> Select[int, int]:
    """Of given posts, those that stand in this home."""
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id == func.any(param("post_ids", ARRAY(BigInteger))), post.origin < 2, _belongs(viewer_sql, post)
    )


def _departing() -> Select[int, int, bool]:
    """Of given posts that are deleted, who of these people saw them; each of their apps may still show them."""
    reader, post = aliased(Person), aliased(Post)
    was_public = and_(post.visibility == int(Visibility.public), post.boost_of_id.is_(None))
    return select(reader.id, post.id, was_public).where(
        reader.id == func.any(param("people", ARRAY(BigInteger))),
        post.id == func.any(param("post_ids", ARRAY(BigInteger))),
        visibility.saw(visibility.of(reader), post),
    )


ARRIVING = Reach(_arriving)
DEPARTING = Query(_departing)
_INDEXED = Finding(_indexed)
_WALK = Walk(_indexed)
_DIRECT = Finding(_direct)
_FLOOR = Query(select(HomeFloor.floor).where(HomeFloor.person_id == param("person_id", BigInteger)))


# Filling the index. All of it runs in the transaction of the act, so a home is what the law says at any moment.


async def fan_out(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostBoosted | PostEdited]) -> None:
    """An entry for everybody in whose home the posts may stand, whatever their standing."""
    await enter(db, [fact.post_id for fact in facts])


async def enter(db: Db, post_ids: Sequence[int]) -> None:
    await db.run(_FAN_OUT, ids=list(post_ids))


async def fill_by_person(db: Db, viewer: Viewer, facts: Sequence[PersonFollowed]) -> None:
    """A follow shows the followed person's posts at once."""
    for fact in facts:
        await db.run(_HOLD, person_id=fact.follower_id)
        await db.run(_FILL_BY_PERSON, person_id=fact.follower_id, followed_id=fact.followed_id)
        oldest = await db.value(_OLDEST_BY_PERSON, followed_id=fact.followed_id)
        await _raise_floor(db, fact.follower_id, oldest)


async def fill_by_tag(db: Db, viewer: Viewer, facts: Sequence[TagFollowed]) -> None:
    for fact in facts:
        await db.run(_HOLD, person_id=fact.person_id)
        await db.run(_FILL_BY_TAG, person_id=fact.person_id, tag_id=fact.tag_id)
        oldest = await db.value(_OLDEST_BY_TAG, tag_id=fact.tag_id)
        await _raise_floor(db, fact.person_id, oldest)


async def trim(db: Db, limit: int = 100) -> int:
    """Cuts the longest indexes back to their depth, some people at a time; returns how many were cut."""
    long = await db.rows(_TOO_LONG, longest=DEPTH + SLACK, limit=limit)
    for row in sorted(long, key=itemgetter("person_id")):
        await db.run(_HOLD, person_id=row["person_id"])
        await _raise_floor(db, row["person_id"], await db.value(_NTH, person_id=row["person_id"]))
    return len(long)


async def _raise_floor(db: Db, person_id: int, floor: int | None) -> None:
    if floor is not None:
        await db.run(_RAISE_FLOOR, person_id=person_id, floor=floor)
        await db.run(_CUT, person_id=person_id)


def _entries(people: Select[int]) -> Executable:
    return (
        insert_or_not(HomeEntry)
        .from_select(["person_id", "post_id", "boost_of_id"], people)
        .on_conflict_do_nothing()
    )


def _is_above_floor(person_id: IntSql, post_id: IntSql) -> ColumnElement[bool]:
    floor = aliased(HomeFloor)
    return ~select(literal(1)).where(floor.person_id == person_id, floor.floor > post_id).exists()


def _fan_out() -> Executable:
    post, follow, followed = aliased(Post), aliased(Follow), aliased(TagFollow)
    tagged, mention = aliased(PostTag), aliased(Mention)
    published = and_(
        post.id == func.any(param("ids", ARRAY(BigInteger))), post.deleted_at.is_(None), post.origin < 2
    )
    is_named = (
        select(literal(1)).where(mention.post_id == post.id, mention.person_id == follow.follower_id).exists()
    )
    home_of = union_all(
        select(post.author_id.label("person_id"), post.id.label("post_id"), post.boost_of_id).where(
            published
        ),
        select(follow.follower_id, post.id, post.boost_of_id)
        .join(follow, follow.followed_id == post.author_id)
        .where(published, or_(post.visibility != int(Visibility.direct), is_named)),
        select(followed.person_id, post.id, post.boost_of_id)
        .join(tagged, tagged.post_id == post.id)
        .join(followed, followed.tag_id == tagged.tag_id)
        .where(published),
    ).subquery()
    return _entries(
        select(home_of.c.person_id, home_of.c.post_id, home_of.c.boost_of_id).where(
            _is_above_floor(home_of.c.person_id, home_of.c.post_id)
        )
    )


def _newest(source: Candidates) -> Executable:
    """An insert of a source's newest posts into one home."""
    newest = source.limit(DEPTH).subquery()
    person_id = param("person_id", BigInteger)
    return _entries(
        select(person_id, newest.c.id, newest.c.boost_of_id).where(_is_above_floor(person_id, newest.c.id))
    )


def _by_person() -> Select[int, int | None]:
    return (
        select(Post.id, Post.boost_of_id)
        .where(Post.author_id == param("followed_id", BigInteger), Post.deleted_at.is_(None), Post.origin < 2)
        .order_by(Post.id.desc())
    )


def _by_tag() -> Select[int, int | None]:
    return (
        select(Post.id, Post.boost_of_id)
        .join(PostTag, PostTag.post_id == Post.id)
        .where(PostTag.tag_id == param("tag_id", BigInteger), Post.deleted_at.is_(None), Post.origin < 2)
        .order_by(PostTag.post_id.desc())
    )


def _oldest(source: Candidates) -> Select[int]:
    """The id of the last post that `_newest` takes, where there are older ones."""
    return source.with_only_columns(Post.id).offset(DEPTH - 1).limit(1)


# One home is filled or cut by one at a time, or what is filled in could stand below a floor that was raised meanwhile.
# (The lock of who boosts is the person's number itself.)
_HOLD = Query(select(func.pg_advisory_xact_lock(-param("person_id", BigInteger))))
_FAN_OUT = Query(_fan_out)
_FILL_BY_PERSON = Query(lambda: _newest(_by_person()))
_FILL_BY_TAG = Query(lambda: _newest(_by_tag()))
_OLDEST_BY_PERSON = Query(lambda: _oldest(_by_person()))
_OLDEST_BY_TAG = Query(lambda: _oldest(_by_tag()))

_RAISE_FLOOR = Query(
    lambda: (
        made := insert_or_not(HomeFloor).values(
            person_id=param("person_id", BigInteger), floor=param("floor", BigInteger)
        )
    ).on_conflict_do_update(
        index_elements=[HomeFloor.person_id],
        set_={"floor": func.greatest(HomeFloor.floor, made.excluded.floor)},
    )
)
_CUT = Query(
    delete(HomeEntry).where(
        HomeEntry.person_id == param("person_id", BigInteger),
        HomeEntry.post_id
        < select(HomeFloor.floor)
        .where(HomeFloor.person_id == param("person_id", BigInteger))
        .scalar_subquery(),
    )
)
_TOO_LONG = Query(
    select(HomeEntry.person_id)
    .group_by(HomeEntry.person_id)
    .having(func.count() > param("longest", BigInteger))
    .limit(param("limit", BigInteger))
)
_NTH = Query(
    select(HomeEntry.post_id)
    .where(HomeEntry.person_id == param("person_id", BigInteger))
    .order_by(HomeEntry.post_id.desc())
    .offset(DEPTH - 1)
    .limit(1)
)
