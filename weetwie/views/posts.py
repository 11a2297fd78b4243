"""Posts as a viewer sees them: one statement finds a page, under the law, with everything that is the viewer's own."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    case,
    func,
    join,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import authenticate, ring_counts, visibility
from weetwie.access.enums import QuotePolicy, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import END, Page
from weetwie.database.pool import Db, Query, Record, Value, param
from weetwie.database.sql import ColumnSql
from weetwie.errors import NotFound
from weetwie.tables.declared import InstrumentedAttribute, aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import MEDIA, POLL, Mark, Post
from weetwie.tables.relations import Follow
from weetwie.views.people import SeenPerson, person_columns
from weetwie.views.people import as_seen as person_as_seen

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
    columns = listed | _post_columns(viewer_sql, post, mark)
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


class Reach:
    """A finding the other way round: for which of these people do these posts stand in the list, and how do they see them?"""

    def __init__(self, candidates: Callable[[ViewerSql], Candidates]) -> None:
        self._query = Query(lambda: _reach(candidates))

    async def posts(
        self, db: Db, viewer: Viewer, post_ids: Iterable[int], person_ids: Iterable[int]
    ) -> list[tuple[int, SeenPost]]:
        """Pairs of a person and a post as they see it, oldest post first. `viewer` carries the policy."""
        rows = await db.rows(
            self._query, post_ids=list(post_ids), people=list(person_ids), **visibility.today(viewer)
        )
        return [(row[0], as_seen(row)) for row in rows]


def _reach(candidates: Callable[[ViewerSql], Candidates]) -> Executable:
    reader = aliased(Person)
    viewer_sql = visibility.of(reader)
    found = candidates(viewer_sql).correlate(reader).lateral()
    rows, item, post = loaded(viewer_sql, reader.id, found, join(reader, found, true()))
    return rows.where(
        reader.id == func.any(param("people", ARRAY(BigInteger))), visibility.post(viewer_sql, item, post)
    ).order_by(item.id)


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


def _post_columns(viewer_sql: ViewerSql, post: type[Post], mark: type[Mark]) -> dict[str, ColumnSql]:
    return {
        "post_id": post.id,
        "version": post.version,
        "post_visibility": post.visibility,
        "ring": func.least(post.ring, viewer_sql.widest),
        "replies_count": ring_counts.in_ring(viewer_sql, post.replies_in_ring),
        "boosts_count": ring_counts.in_ring(viewer_sql, post.boosts_in_ring),
        "quotes_count": ring_counts.in_ring(viewer_sql, post.quotes_in_ring),
        "favourites_count": post.favourites_count,
        "is_favourite": mark.favourite.is_not(None),
        "is_boosted": mark.boost_id.is_not(None),
        "is_bookmark": mark.bookmark.is_not(None),
        "is_pinned": mark.pin.is_not(None),
        "is_muted": func.coalesce(mark.is_muted, False),
        "reply_to_id": case((_sees(viewer_sql, post.reply_to_id), post.reply_to_id)),
        "reply_to_person_id": post.reply_to_person_id,
        "answer_id": case((_sees(viewer_sql, post.answer_id), post.answer_id)),
        "attached": post.attached,
        "quote_of_id": post.quote_of_id,
        "quote_state": post.quote_state,
        "quote_policy": post.quote_policy,
        "may_quote": _may_quote(viewer_sql, post),
    }


def _may_quote(viewer_sql: ViewerSql, post: type[Post]) -> ColumnElement[bool]:
    """As `permissions.quote` has it."""
    follow = aliased(Follow)
    is_follower = visibility.there_is(
        follow, follow.follower_id == viewer_sql.id, follow.followed_id == post.author_id
    )
    return case(
        (post.author_id == viewer_sql.id, post.visibility < int(Visibility.direct)),
        (post.visibility > int(Visibility.unlisted), False),
        (post.quote_policy == int(QuotePolicy.public), True),
        (post.quote_policy == int(QuotePolicy.followers), is_follower),
        else_=False,
    )


def _sees(viewer_sql: ViewerSql, post_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    other = aliased(Post)
    return and_(
        post_id.is_not(None),
        select(literal(1)).where(other.id == post_id, visibility.parent(viewer_sql, other)).exists(),
    )


def _asked(viewer_sql: ViewerSql) -> Select[int, int]:
    """The ids that are asked for; the first of them has the highest key, so that their order is kept."""
    asked = (
        func.unnest(param("ids", ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    return select(asked.c.id.label("post_id"), (literal(END - 1) - asked.c.place).label("key"))


def _given(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id == func.any(param("post_ids", ARRAY(BigInteger)))
    )


def _gone(viewer_sql: ViewerSql) -> Select[int]:
    """Deleted posts that one saw before; of a post that nothing hangs on any more the tombstone goes."""
    gone = aliased(Post)
    return select(gone.id).where(
        gone.id == func.any(param("ids", ARRAY(BigInteger))),
        gone.deleted_at.is_not(None),
        visibility.saw(viewer_sql, gone),
    )


_GONE = VisibleQuery(_gone)
_ASKED = Finding(_asked)
TO_PEOPLE = Reach(_given)
"""Which of these people see which of these posts, wherever they stand."""


async def posts(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPost]:
    """Those of them that the viewer sees, in the order asked for."""
    asked = list(ids)
    if not asked:
        return []
    return await _ASKED.page(db, viewer, Page(limit=len(asked)), ids=asked)


async def gone(db: Db, viewer: Viewer, ids: Iterable[int]) -> set[int]:
    """Those of them that are deleted, and that the viewer saw before."""
    asked = list(ids)
    return {row[0] for row in await _GONE.rows(db, viewer, ids=asked)} if asked else set()


async def post(db: Db, viewer: Viewer, post_id: int) -> SeenPost:
    """One post. Raises NotFound where there is none, or none that the viewer sees."""
    found = await posts(db, viewer, [post_id])
    if not found:
        raise NotFound()
    return found[0]
