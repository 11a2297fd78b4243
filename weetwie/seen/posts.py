"""Posts as a viewer sees them: one statement finds a page, under the law, with everything that is the viewer's own.

What all viewers of a post see alike (`Words`) is loaded only when a door asks for it, because it does not keep an
encoding of this version yet.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    join,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from weetwie.access import recognise, sees
from weetwie.access.sees import Eye, Lawful
from weetwie.access.viewer import Viewer
from weetwie.errors import NotFound
from weetwie.kit.db import Db, Query, param
from weetwie.kit.paging import END, Page
from weetwie.seen.people import SeenPerson, person_columns
from weetwie.tables.identity import App
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Mention, Post, PostEdit, PostTag, PostText, Tag


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
    author: SeenPerson
    booster: SeenPerson | None

    @property
    def is_boost(self) -> bool:
        return self.booster is not None


class Words(msgspec.Struct, frozen=True):
    """What all who see a post see alike."""

    id: int
    version: int
    visibility: int
    author_handle: str
    text: str
    warning: str
    language: str | None
    is_sensitive: bool
    is_question: bool
    origin: int
    edited_at: datetime | None
    app_name: str | None
    app_website: str | None
    mentions: list[list[Any]]
    """Pairs of id and handle."""
    tags: list[list[str]]
    """Pairs of the folded key and the name as written here."""


class Finding:
    """A list of posts: which ones may stand in it, before the law and the page are applied.

    `candidates(eye)` selects `post_id` and `key`; the key orders the list and its pages. The law, the viewer's marks and
    the bounds of the page are added here, so no finding can forget them.
    """

    def __init__(self, candidates: Callable[[Eye], Select[*tuple[Any, ...]]]) -> None:
        self._down = Lawful(lambda eye: _page(eye, candidates(eye), upward=False))
        self._up = Lawful(lambda eye: _page(eye, candidates(eye), upward=True))
        self._trail = Lawful(lambda eye: _trail(eye, candidates(eye)))

    async def page(self, db: Db, viewer: Viewer, page: Page, **given: Any) -> list[SeenPost]:
        """The posts of a page, newest first. Raises StaleViewer when the viewer was remembered and is no longer so."""
        query = self._up if page.is_upward else self._down
        rows = await query.rows(
            db,
            viewer,
            below=page.below,
            above=page.above,
            limit=page.limit,
            **recognise.still(viewer),
            **given,
        )
        if rows:
            recognise.insist(rows[0][0])
        else:
            await recognise.check(db, viewer)
        posts = [_seen(row) for row in rows]
        return posts[::-1] if page.is_upward else posts

    async def trail(self, db: Db, viewer: Viewer, page: Page, **given: Any) -> list[tuple[int, int]]:
        """Key and original of each post of a page, newest first: enough to see what stands where, and cheap."""
        rows = await self._trail.rows(
            db, viewer, below=page.below, above=page.above, limit=page.limit, **given
        )
        return [(row[0], row[1]) for row in rows]


_AUTHOR_AT = 20
_BOOSTER_AT = _AUTHOR_AT + len(SeenPerson.__struct_fields__)


def _seen(row: Any) -> SeenPost:
    own: list[Any] = [*row[1:_AUTHOR_AT], SeenPerson(*row[_AUTHOR_AT:_BOOSTER_AT]), None]
    if row[_BOOSTER_AT] is not None:
        own[-1] = SeenPerson(*row[_BOOSTER_AT:])
    return SeenPost(*own)


def _page(eye: Eye, candidates: Select[*tuple[Any, ...]], *, upward: bool) -> Select[*tuple[Any, ...]]:
    """Plan: candidates by their index, newest first; each post, its author and the viewer's marks by primary key."""
    found = candidates.subquery()
    loaded, item, post = _loaded(eye, recognise.is_still_so(), found, found)
    return (
        loaded.where(sees.post(eye, item, post), found.c.key < _BELOW, found.c.key > _ABOVE)
        .order_by(found.c.key.asc() if upward else found.c.key.desc())
        .limit(param("limit", BigInteger))
    )


def _loaded(eye: Eye, first: Any, found: Any, source: Any) -> tuple[Select[*tuple[Any, ...]], Any, Any]:
    """The columns of a `SeenPost` behind a first one, for what is found in a source; with them the entry and the post, for
    the law."""
    item, post = aliased(Post), aliased(Post)
    author, booster, mark = aliased(Person), aliased(Person), aliased(Mark)
    loaded = (
        select(first, found.c.key, item.id, item.visibility, *_post_columns(eye, post, mark))
        .add_columns(*person_columns(eye, author), *person_columns(eye, booster))
        .select_from(source)
        .join(item, item.id == found.c.post_id)
        .join(post, post.id == func.coalesce(item.boost_of_id, item.id))
        .join(author, author.id == post.author_id)
        .outerjoin(booster, booster.id == case((item.boost_of_id.is_not(None), item.author_id)))
        .outerjoin(mark, and_(mark.person_id == eye.id, mark.post_id == post.id))
    )
    return loaded, item, post


class Walk:
    """A finding in which a boost is left out when its original stands among the next older items of the list.

    The statement walks the list some way beyond the page, which is cheap, and loads only what is shown.
    """

    def __init__(self, candidates: Callable[[Eye], Select[*tuple[Any, ...]]]) -> None:
        self._down = Lawful(lambda eye: _walk(eye, candidates(eye)))

    async def page(
        self, db: Db, viewer: Viewer, page: Page, apart: int, **given: Any
    ) -> tuple[list[SeenPost], bool]:
        """The posts of a page, newest first, and whether the list goes on beyond what was walked."""
        length = page.limit + WALK_FURTHER + apart
        rows = await self._down.rows(
            db,
            viewer,
            below=page.below,
            above=page.above,
            limit=page.limit,
            length=length,
            apart=apart,
            **recognise.still(viewer),
            **given,
        )
        if not rows:
            await recognise.check(db, viewer)
            return [], False
        is_still_so, walked = rows[0][0]
        recognise.insist(is_still_so)
        return [_seen(row) for row in rows], walked == length


WALK_FURTHER = 10
"""How many repeats a page may have without another statement."""


def _walk(eye: Eye, candidates: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    walk = _steps(eye, candidates)
    shown = _unrepeated(walk)
    first = array(
        [cast(recognise.is_still_so(), Integer), select(func.count()).select_from(walk).scalar_subquery()]
    )
    loaded, _item, _post = _loaded(eye, first, shown, shown)
    return loaded.order_by(shown.c.place)


def _steps(eye: Eye, candidates: Select[*tuple[Any, ...]]) -> Any:
    found, item = candidates.subquery(), aliased(Post)
    trail = (
        select(found.c.key, found.c.post_id, item.boost_of_id)
        .join(item, item.id == found.c.post_id)
        .where(sees.post(eye, item), found.c.key < _BELOW)
        .order_by(found.c.key.desc())
        .limit(param("length", BigInteger))
        .subquery()
    )
    place = func.row_number().over(order_by=trail.c.key.desc())
    return select(trail, place.label("place")).cte("walk").prefix_with("materialized")


def _unrepeated(walk: Any) -> Any:
    """Only as far as the walk goes far enough beyond, or to its end."""
    older = walk.alias("older")
    apart, length = param("apart", BigInteger), param("length", BigInteger)
    repeat = (
        select(literal(1))
        .select_from(older)
        .where(
            older.c.place > walk.c.place,
            older.c.place <= walk.c.place + apart,
            func.coalesce(older.c.boost_of_id, older.c.post_id) == walk.c.boost_of_id,
        )
        .correlate(walk)
        .exists()
    )
    is_decided = or_(
        walk.c.place <= length - apart,
        select(func.count()).select_from(walk.alias("all")).scalar_subquery() < length,
    )
    return (
        select(walk.c.key, walk.c.post_id, walk.c.place)
        .where(walk.c.key > _ABOVE, is_decided, or_(walk.c.boost_of_id.is_(None), ~repeat))
        .order_by(walk.c.place)
        .limit(param("limit", BigInteger))
        .subquery()
    )


class Reach:
    """A finding the other way round: for which of these people do these posts stand in the list, and how do they see them?"""

    def __init__(self, candidates: Callable[[Eye], Select[*tuple[Any, ...]]]) -> None:
        self._query = Query(lambda: _reach(candidates))

    async def posts(
        self, db: Db, viewer: Viewer, post_ids: Iterable[int], person_ids: Iterable[int]
    ) -> list[tuple[int, SeenPost]]:
        """Pairs of a person and a post as they see it, oldest post first. `viewer` carries the policy."""
        rows = await db.rows(
            self._query, post_ids=list(post_ids), people=list(person_ids), **sees.today(viewer)
        )
        return [(row[0], _seen(row)) for row in rows]


def _reach(candidates: Callable[[Eye], Select[*tuple[Any, ...]]]) -> Select[*tuple[Any, ...]]:
    reader = aliased(Person)
    eye = sees.of(reader)
    found = candidates(eye).correlate(reader).lateral()
    loaded, item, post = _loaded(eye, reader.id, found, join(reader, found, true()))
    return loaded.where(
        reader.id == func.any(param("people", ARRAY(BigInteger))), sees.post(eye, item, post)
    ).order_by(found.c.key)


def _trail(eye: Eye, candidates: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    found, item = candidates.subquery(), aliased(Post)
    return (
        select(found.c.key, func.coalesce(item.boost_of_id, item.id))
        .join(item, item.id == found.c.post_id)
        .where(sees.post(eye, item), found.c.key < _BELOW, found.c.key > _ABOVE)
        .order_by(found.c.key.desc())
        .limit(param("limit", BigInteger))
    )


_BELOW, _ABOVE = param("below", BigInteger), param("above", BigInteger)


def _post_columns(eye: Eye, post: Any, mark: Any) -> tuple[Any, ...]:
    return (
        post.id,
        post.version,
        post.visibility,
        func.least(post.ring, eye.widest),
        sees.in_ring(eye, post.replies_in_ring),
        sees.in_ring(eye, post.boosts_in_ring),
        sees.in_ring(eye, post.quotes_in_ring),
        post.favourites_count,
        mark.favourite.is_not(None),
        mark.boost_id.is_not(None),
        mark.bookmark.is_not(None),
        mark.pin.is_not(None),
        func.coalesce(mark.is_muted, False),
        case((_sees(eye, post.reply_to_id), post.reply_to_id)),
        post.reply_to_person_id,
        case((_sees(eye, post.answer_id), post.answer_id)),
    )


def _sees(eye: Eye, post_id: Any) -> Any:
    other = aliased(Post)
    return and_(
        post_id.is_not(None), select(literal(1)).where(other.id == post_id, sees.parent(eye, other)).exists()
    )


class Edit(msgspec.Struct, frozen=True):
    """What a post said from a moment on."""

    text: str
    warning: str
    is_sensitive: bool
    written_at: datetime


_EDITS = Query(
    select(PostEdit.text, PostEdit.warning, PostEdit.is_sensitive, PostEdit.written_at)
    .where(PostEdit.post_id == param("id", BigInteger))
    .order_by(PostEdit.id)
)


def _asked(eye: Eye) -> Select[*tuple[Any, ...]]:
    """The ids that are asked for; the first of them has the highest key, so that their order is kept."""
    asked = (
        func.unnest(param("ids", ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    return select(asked.c.id.label("post_id"), (literal(END - 1) - asked.c.place).label("key"))


_ASKED = Finding(_asked)


def _words() -> Select[*tuple[Any, ...]]:
    mention, mentioned = aliased(Mention), aliased(Person)
    names = (
        select(
            func.coalesce(
                func.jsonb_agg(func.jsonb_build_array(mentioned.id, mentioned.handle)), text("'[]'::jsonb")
            )
        )
        .select_from(mention)
        .join(mentioned, mentioned.id == mention.person_id)
        .where(mention.post_id == Post.id)
        .scalar_subquery()
    )
    tags = (
        select(
            func.coalesce(func.jsonb_agg(func.jsonb_build_array(Tag.key, PostTag.name)), text("'[]'::jsonb"))
        )
        .select_from(PostTag)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id == Post.id)
        .scalar_subquery()
    )
    return (
        select(
            Post.id,
            Post.version,
            Post.visibility,
            Person.handle,
            PostText.text,
            PostText.warning,
            PostText.language,
        )
        .add_columns(
            Post.is_sensitive,
            Post.is_question,
            Post.origin,
            Post.edited_at,
            App.name,
            App.website,
            names,
            tags,
        )
        .join(PostText, PostText.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(App, App.id == PostText.app_id)
        .where(Post.id == func.any(param("ids", ARRAY(BigInteger))), Post.deleted_at.is_(None))
    )


_WORDS = Query(_words)


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


async def words(db: Db, posts: Iterable[SeenPost]) -> list[Words]:
    """What was written in posts that a viewer has been found to see; one that was deleted since is left out."""
    ids = list({seen.post_id for seen in posts})
    return [Words(*row) for row in await db.rows(_WORDS, ids=ids)] if ids else []


async def edits(db: Db, post: SeenPost) -> list[Edit]:
    """What a post that a viewer has been found to see said before, oldest first; what it says now is not among them."""
    return [Edit(*row) for row in await db.rows(_EDITS, id=post.post_id)]
