"""Posts as a viewer sees them: one statement finds a page, under the law, with everything that is the viewer's own."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import BigInteger, Executable, FromClause, Select, and_, case, func, join, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import authenticate, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import END, Page
from weetwie.database.pool import Db, Record, Value, param
from weetwie.database.sql import ColumnSql
from weetwie.errors import NotFound
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import MEDIA, POLL, Mark, Post
from weetwie.views.people import SeenPerson, as_seen as person_as_seen, person_columns
from weetwie.views.post_columns import post_columns

Loaded: TypeAlias = Select[*tuple[Any, ...]]
Candidates: TypeAlias = Select[int, int] | Select[int, int | None]
"""`post_id` and `key`: what may stand in a list, and how it is ordered."""


class SeenPost(msgspec.Struct, frozen=True):
    """A post, or a boost of one, with the viewer's own marks and the counts of their ring.

    `id`, `visibility` and `booster` belong to the entry in the list; everything from `post_id` on to the post that is read
    (the same, unless the entry is a boost).
    """

    key: int
    """What the list is paged by."""
    id: int
    visibility: int
    post_id: int
    version: int
    post_visibility: int
    ring: int
    """The ring in effect."""
    replies_count: int
    boosts_count: int
    quotes_count: int
    favourites_count: int
    is_favourite: bool
    is_boosted: bool
    is_bookmark: bool
    is_pinned: bool
    is_muted: bool
    reply_to_id: int | None
    """None also where the viewer does not see the parent."""
    reply_to_person_id: int | None
    """To be shown only beside `reply_to_id`."""
    answer_id: int | None
    attached: int
    """What hangs on it: the bits of `Post.attached`."""
    quote_of_id: int | None
    """To be shown only where the viewer sees what is quoted."""
    quote_state: int
    quote_policy: int
    may_quote: bool
    """Whether the viewer may quote it."""
    author: SeenPerson
    booster: SeenPerson | None

    @property
    def is_the_same_for_all(self) -> bool:
        """Nothing hangs on it that each viewer sees in their own way: a poll, a quote."""
        return not self.attached & POLL and self.quote_of_id is None

    @property
    def has_media(self) -> bool:
        return bool(self.attached & MEDIA)

    @property
    def is_boost(self) -> bool:
        return self.booster is not None


class Finding:
    """A list of posts: which ones may stand in it, before the law and the page are applied.

    `candidates(viewer_sql)` selects `post_id` and `key`; the key orders the list and its pages. The law, the viewer's marks and
    the bounds of the page are added here, so no finding can forget them.
    """

    def __init__(self, candidates: Callable[[ViewerSql], Candidates]) -> None:
        self._down = VisibleQuery(lambda viewer_sql: _page(viewer_sql, candidates(viewer_sql), upward=False))
        self._up = VisibleQuery(lambda viewer_sql: _page(viewer_sql, candidates(viewer_sql), upward=True))
        self._trail = VisibleQuery(lambda viewer_sql: _trail(viewer_sql, candidates(viewer_sql)))

    async def page(self, db: Db, viewer: Viewer, page: Page, **given: Value) -> list[SeenPost]:
        """The posts of a page, newest first. Raises StaleViewer when the viewer was remembered and is no longer so."""
        query = self._up if page.is_upward else self._down
        rows = await query.rows(
            db,
            viewer,
            below=page.below,
            above=page.above,
            limit=page.limit,
            **authenticate.still(viewer),
            **given,
        )
        if rows:
            authenticate.insist(rows[0][0])
        else:
            await authenticate.check(db, viewer)
        posts = [as_seen(row) for row in rows]
        return posts[::-1] if page.is_upward else posts

    async def trail(self, db: Db, viewer: Viewer, page: Page, **given: Value) -> list[tuple[int, int]]:
        """Key and original of each post of a page, newest first: enough to see what stands where, and cheap."""
        rows = await self._trail.rows(
            db, viewer, below=page.below, above=page.above, limit=page.limit, **given
        )
        return [(row[0], row[1]) for row in rows]


_OWN = SeenPost.__struct_fields__[:-2]
"""All but author and booster."""
_AUTHOR_AT = 1 + len(_OWN)
_BOOSTER_AT = _AUTHOR_AT + len(SeenPerson.__struct_fields__)


def as_seen(row: Record) -> SeenPost:
    """From what `loaded` selects, in the order of the fields."""
    author = person_as_seen(row[_AUTHOR_AT:_BOOSTER_AT])
    booster = None if row[_BOOSTER_AT] is None else person_as_seen(row[_BOOSTER_AT:])
    return SeenPost(*(*row[1:_AUTHOR_AT], author, booster))


def _page(viewer_sql: ViewerSql, candidates: Candidates, *, upward: bool) -> Executable:
    """Plan: candidates by their index, newest first; each post, its author and the viewer's marks by primary key."""
    found = candidates.subquery()
    rows, item, post = loaded(viewer_sql, authenticate.is_still_so(), found, found)
    return (
        rows.where(visibility.post(viewer_sql, item, post), found.c.key < BELOW, found.c.key > ABOVE)
        .order_by(found.c.key.asc() if upward else found.c.key.desc())
        .limit(param("limit", BigInteger))
    )


def loaded(
    viewer_sql: ViewerSql,
    first: ColumnSql,
    found: FromClause,
    source: FromClause,
    entry: type[Post] | None = None,
) -> tuple[Loaded, type[Post], type[Post]]:
    """The columns of a `SeenPost` behind a first one, for what is found in a source; with them the entry and the post, for
    the law. `entry` is given where what is found holds all of it that is needed."""
    item, post = entry or aliased(Post), aliased(Post)
    author, booster, mark = aliased(Person), aliased(Person), aliased(Mark)
    listed: dict[str, ColumnSql] = {"key": found.c.key, "id": item.id, "visibility": item.visibility}
    columns = listed | post_columns(viewer_sql, post, mark)
    rows = (
        select(first, *(columns[name] for name in _OWN))
        .add_columns(*person_columns(viewer_sql, author), *person_columns(viewer_sql, booster))
        .select_from(source if entry else join(source, item, item.id == found.c.post_id))
        .join(post, post.id == func.coalesce(item.boost_of_id, item.id))
        .join(author, author.id == post.author_id)
        .outerjoin(booster, booster.id == case((item.boost_of_id.is_not(None), item.author_id)))
        .outerjoin(mark, and_(mark.person_id == viewer_sql.id, mark.post_id == post.id))
    )
    return rows, item, post


def _trail(viewer_sql: ViewerSql, candidates: Candidates) -> Executable:
    found, item = candidates.subquery(), aliased(Post)
    return (
        select(found.c.key, func.coalesce(item.boost_of_id, item.id))
        .join(item, item.id == found.c.post_id)
        .where(visibility.post(viewer_sql, item), found.c.key < BELOW, found.c.key > ABOVE)
        .order_by(found.c.key.desc())
        .limit(param("limit", BigInteger))
    )


BELOW, ABOVE = param("below", BigInteger), param("above", BigInteger)


def _asked(viewer_sql: ViewerSql) -> Select[int, int]:
    """The ids that are asked for; the first of them has the highest key, so that their order is kept."""
    asked = (
        func.unnest(param("ids", ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    return select(asked.c.id.label("post_id"), (literal(END - 1) - asked.c.place).label("key"))


_ASKED = Finding(_asked)


async def posts(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPost]:
    """Those of them that the viewer sees, in the order asked for."""
    asked = list(ids)
    if not asked:
        return []
    return await _ASKED.page(db, viewer, Page(limit=len(asked)), ids=asked)


async def post(db: Db, viewer: Viewer, post_id: int) -> SeenPost:
    """One post. Raises NotFound where there is none, or none that the viewer sees."""
    found = await posts(db, viewer, [post_id])
    if not found:
        raise NotFound()
    return found[0]


def _gone(viewer_sql: ViewerSql) -> Select[int]:
    """Deleted posts that one saw before; of a post that nothing hangs on any more the tombstone goes."""
    gone = aliased(Post)
    return select(gone.id).where(
        gone.id == func.any(param("ids", ARRAY(BigInteger))),
        gone.deleted_at.is_not(None),
        visibility.saw(viewer_sql, gone),
    )


_GONE = VisibleQuery(_gone)


async def gone(db: Db, viewer: Viewer, ids: Iterable[int]) -> set[int]:
    """Those of them that are deleted, and that the viewer saw before."""
    asked = list(ids)
    return {row[0] for row in await _GONE.rows(db, viewer, ids=asked)} if asked else set()
