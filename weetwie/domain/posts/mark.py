"""Mark a post: as a favourite, to come back to, to be shown on one's profile, or its thread as one to be spared."""

from sqlalchemy import BigInteger, Boolean, Select, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.posts import counts
from weetwie.domain.posts.boost import original_of
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import FavouriteTakenBack, PostFavourited, record
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post
from weetwie.views.posts import Candidates, Finding, SeenPost

MOST_PINS = 5


async def favourite(db: Db, viewer: Viewer, post_id: int) -> int:
    """The id of the post that is meant (the original of a boost); so with all verbs here."""
    original = await _markable(db, viewer, post_id)
    if await db.run(_SET["favourite"], person_id=viewer.person_id, post_id=original):
        await counts.favourite(db, original, by=1)
        await record(db, viewer, PostFavourited(original, viewer.person_id))
    return original


async def unfavourite(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await _markable(db, viewer, post_id)
    if await db.run(_CLEAR["favourite"], person_id=viewer.person_id, post_id=original):
        await counts.favourite(db, original, by=-1)
        await record(db, viewer, FavouriteTakenBack(original, viewer.person_id))
    return original


async def bookmark(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await _markable(db, viewer, post_id)
    await db.run(_SET["bookmark"], person_id=viewer.person_id, post_id=original)
    return original


async def unbookmark(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await _markable(db, viewer, post_id)
    await db.run(_CLEAR["bookmark"], person_id=viewer.person_id, post_id=original)
    return original


async def pin(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await _own(db, viewer, post_id)
    if await db.value(_OTHER_PINS, person_id=viewer.person_id, post_id=original) >= MOST_PINS:
        raise Invalid(_("You've already pinned {most} posts. Unpin one first."), field="id", most=MOST_PINS)
    await db.run(_SET["pin"], person_id=viewer.person_id, post_id=original)
    return original


async def unpin(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await _own(db, viewer, post_id)
    await db.run(_CLEAR["pin"], person_id=viewer.person_id, post_id=original)
    return original


async def mute_thread(db: Db, viewer: Viewer, post_id: int, *, is_muted: bool) -> int:
    original = await original_of(db, viewer, post_id)
    await db.run(_MUTE, person_id=viewer.person_id, post_id=original["root_id"], is_muted=is_muted)
    return int(original["id"])


async def _markable(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await original_of(db, viewer, post_id)
    allowed.check(viewer, permissions.act)
    return int(original["id"])


async def _own(db: Db, viewer: Viewer, post_id: int) -> int:
    original = await original_of(db, viewer, post_id)
    if not permissions.change(viewer, original["author_id"], clock.now()):
        raise Forbidden(_("You can only pin your own posts."))
    return int(original["id"])


async def favourites(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    """What the viewer has marked, last marked first; paged by the mark, not by the post."""
    return await _FAVOURITES.page(db, viewer, page)


async def bookmarks(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    return await _BOOKMARKS.page(db, viewer, page)


async def favourited_by(db: Db, viewer: Viewer, post_id: int, page: Page) -> list[tuple[int, int]]:
    """Pairs of person and number to page by; only those whom the viewer sees."""
    return await _by(db, viewer, _FAVOURITED_BY, post_id, page)


async def boosted_by(db: Db, viewer: Viewer, post_id: int, page: Page) -> list[tuple[int, int]]:
    """The same, of those who boosted for everybody."""
    return await _by(db, viewer, _BOOSTED_BY, post_id, page)


async def _by(db: Db, viewer: Viewer, query: VisibleQuery, post_id: int, page: Page) -> list[tuple[int, int]]:
    rows = await query.rows(db, viewer, post_id=post_id, below=page.below, above=page.above, limit=page.limit)
    return [(row[0], row[1]) for row in rows]


def _marked(column: str) -> Finding:
    def candidates(viewer_sql: ViewerSql) -> Candidates:
        mark = aliased(Mark)
        number = getattr(mark, column)
        return select(mark.post_id.label("post_id"), number.label("key")).where(
            mark.person_id == viewer_sql.id, number.is_not(None)
        )

    return Finding(candidates)


_FAVOURITES = _marked("favourite")
_BOOKMARKS = _marked("bookmark")

_BELOW, _ABOVE = param("below", BigInteger), param("above", BigInteger)
_LIMIT = param("limit", BigInteger)


def _favourited_by(viewer_sql: ViewerSql) -> Select[int, int | None]:
    return (
        select(Person.id, Mark.favourite)
        .select_from(Mark)
        .join(Person, Person.id == Mark.person_id)
        .where(
            Mark.post_id == _POST,
            Mark.favourite.is_not(None),
            Mark.favourite < _BELOW,
            Mark.favourite > _ABOVE,
        )
        .where(visibility.person(viewer_sql, Person))
        .order_by(Mark.favourite.desc())
        .limit(_LIMIT)
    )


def _boosted_by(viewer_sql: ViewerSql) -> Select[int, int]:
    return (
        select(Person.id, Post.id)
        .select_from(Post)
        .join(Person, Person.id == Post.author_id)
        .where(Post.boost_of_id == _POST, Post.id < _BELOW, Post.id > _ABOVE)
        # Who boosts for their followers alone is named to nobody, and not counted.
        .where(Post.visibility <= int(Visibility.unlisted))
        .where(visibility.person(viewer_sql, Person), visibility.post(viewer_sql, Post))
        .order_by(Post.id.desc())
        .limit(_LIMIT)
    )


_PERSON = param("person_id", BigInteger)
_POST = param("post_id", BigInteger)
_FAVOURITED_BY = VisibleQuery(_favourited_by)
_BOOSTED_BY = VisibleQuery(_boosted_by)


def _set(column: str) -> Query:
    """Sets a mark that was not set; touches no row where it was."""
    mark = getattr(Mark, column)
    return Query(
        lambda: (
            insert_or_not(Mark)
            .values({"person_id": _PERSON, "post_id": _POST, column: text("new_id()")})
            .on_conflict_do_update(
                index_elements=[Mark.person_id, Mark.post_id],
                set_={column: text("new_id()")},
                where=mark.is_(None),
            )
        )
    )


def _clear(column: str) -> Query:
    mark = getattr(Mark, column)
    return Query(
        update(Mark)
        .where(Mark.person_id == _PERSON, Mark.post_id == _POST, mark.is_not(None))
        .values({column: null()})
    )


_KINDS = ("favourite", "bookmark", "pin")
_SET = {column: _set(column) for column in _KINDS}
_CLEAR = {column: _clear(column) for column in _KINDS}
_OTHER_PINS = Query(
    select(func.count())
    .select_from(Mark)
    .join(Post, Post.id == Mark.post_id)
    .where(Mark.person_id == _PERSON, Mark.post_id != _POST, Mark.pin.is_not(None), Post.deleted_at.is_(None))
)
_MUTE = Query(
    insert_or_not(Mark)
    .values(person_id=_PERSON, post_id=_POST, is_muted=param("is_muted", Boolean))
    .on_conflict_do_update(
        index_elements=[Mark.person_id, Mark.post_id], set_={"is_muted": param("is_muted", Boolean)}
    )
)
