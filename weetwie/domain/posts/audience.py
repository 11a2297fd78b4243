"""For whom a post will be: decided here alone, when it is published and when its writer asks beforehand (docs/law.md, "Writing")."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    SmallInteger,
    Text,
    any_,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.access import permissions, viewer as viewers, visibility
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import effective
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, Value, columns, param
from weetwie.domain.posts import quote, rules
from weetwie.domain.posts.quote import Quoted
from weetwie.domain.posts.rules import Draft, Parent
from weetwie.errors import Forbidden, Invalid, NotFound, _
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mention, Post
from weetwie.text import text as texts

FOR_NOBODY: Final = _("This isn't for anyone yet. Mention someone, such as @name.")
OUT_OF_REACH: Final = _("Nobody this is for could see it any more. Write to someone else.")


class Audience(msgspec.Struct, frozen=True):
    """For whom a draft would be, and what it would answer and quote."""

    ring: Ring
    visibility: Visibility
    people: Sequence[int]
    """Whom it is addressed to by name: those named in the text and, in a direct answer, the others of what it answers."""
    parent: Parent | None
    quoted: Quoted | None


async def decide(db: Db, viewer: Viewer, draft: Draft, usual: Visibility) -> Audience:
    """`usual` is the visibility that the writer prefers. Raises Forbidden, Invalid, and NotFound for a parent that the viewer
    does not see."""
    parent = await _parent(db, viewer, draft.reply_to_id)
    quoted = await quote.quoted(db, viewer, draft.quote_of_id)
    named = await mentioned(db, viewer, draft.text, parent.id if parent else None)
    visibility = rules.visibility_of(draft, parent, usual)
    if quoted is not None:
        visibility = max(visibility, quoted.visibility)
    if viewer.is_limited and visibility <= Visibility.unlisted:
        raise Forbidden(rules.LIMITED)
    ring = _ring(viewer, draft, parent, quoted, visibility, named)
    people = columns(named, "id")
    if visibility is Visibility.direct:
        people = await _addressed(db, viewer, draft, parent, ring, people)
    return Audience(ring, visibility, people, parent, quoted)


async def _parent(db: Db, viewer: Viewer, reply_to_id: int | None) -> Parent | None:
    if reply_to_id is None:
        return None
    row = await _PARENT.row(db, viewer, id=reply_to_id)
    if row is None:
        raise NotFound(_("The post you're replying to is gone, or you can't see it."))
    post_id, author_id, root_id, ring, visibility = row
    return Parent(post_id, author_id, root_id, Ring(ring), Visibility(visibility))


async def mentioned(db: Db, viewer: Viewer, text: str, parent_id: int | None) -> list[Record]:
    """The people named in a text (id, handle, the ring that they are in), as far as the writer sees them or they are part of
    what is answered; other names stay plain words."""
    handles = {piece.target.lower() for piece in texts.pieces(text) if piece.kind == "mention"}
    if not handles:
        return []
    return await _MENTIONED.rows(
        db, viewer, handles=list(handles), parent_id=parent_id or 0, **_today_beside_viewer(viewer)
    )


def _today_beside_viewer(viewer: Viewer) -> dict[str, Value]:
    both = ("widest_ring", "tells_activity")
    return {name: value for name, value in visibility.today(viewer).items() if name not in both}


def _ring(
    viewer: Viewer,
    draft: Draft,
    parent: Parent | None,
    quoted: Quoted | None,
    visibility: Visibility,
    named: Sequence[Record],
) -> Ring:
    at = clock.now()
    rings = {row["handle"]: Ring(row["ring"]) for row in named}
    ring = rules.ring_of(
        draft,
        parent,
        visibility,
        author=viewers.ring(viewer, at),
        usual=viewer.default_ring,
        mentioned=rings.values(),
        policy=viewer.policy,
    )
    if quoted is not None:
        ring = min(ring, quoted.ring)
    if not permissions.write_for(viewer, effective(ring, viewer.policy), at):
        raise Forbidden(_("You aren't in the audience of this post. Choose a wider audience."))
    rules.check_mentions(rings.items(), ring, viewer.policy)
    return ring


async def _addressed(
    db: Db, viewer: Viewer, draft: Draft, parent: Parent | None, ring: Ring, named: list[int]
) -> list[int]:
    """Whom a direct post goes to. Raises Invalid where it would reach nobody but its writer, who has not named themselves."""
    me = viewer.person_id
    post = {"author_id": me, "ring": int(ring), "visibility": int(Visibility.direct), "root_id": 0}
    others = [id for id in named if id != me]
    says_so = draft.visibility is Visibility.direct
    takes_over = parent is not None and not (says_so and others)
    beside: list[int] = []
    if parent is not None and takes_over:
        rows = await _OTHERS.rows(db, viewer, parent_id=parent.id, **post, **_today_beside_viewer(viewer))
        beside = [row["id"] for row in rows if row["depth"] == rows[0]["depth"]]
    people = [*named, *(id for id in beside if id not in named)]
    if await _count(db, viewer, post, people):
        return people
    if me in named and not others:
        return people  # a note to oneself
    raise Invalid(OUT_OF_REACH if others or parent is not None else FOR_NOBODY, field="status")


async def count(db: Db, viewer: Viewer, audience: Audience) -> int:
    """How many people besides the writer would see it. Of what is for everybody on the web nobody knows."""
    post = {
        "author_id": viewer.person_id,
        "ring": int(audience.ring),
        "visibility": int(audience.visibility),
        "root_id": audience.parent.root_id if audience.parent else 0,
    }
    return await _count(db, viewer, post, audience.people)


async def _count(db: Db, viewer: Viewer, post: dict[str, int], people: Sequence[int]) -> int:
    found: int = await db.value(_COUNT, **post, people=list(people), **visibility.today(viewer))
    return found


def _parent_of(viewer_sql: ViewerSql) -> Select[int, int, int, int, int]:
    """Who answers a boost answers what is boosted."""
    named, meant = aliased(Post), aliased(Post)
    return (
        select(meant.id, meant.author_id, meant.root_id, meant.ring, meant.visibility)
        .select_from(named)
        .join(meant, meant.id == func.coalesce(named.boost_of_id, named.id))
        .where(named.id == param("id", BigInteger), visibility.post(viewer_sql, named, meant))
    )


def _mentioned(viewer_sql: ViewerSql) -> Select[int, str, int]:
    parent, in_parent = aliased(Post), aliased(Mention)
    parent_id = param("parent_id", BigInteger)
    is_named_in_it = visibility.there_is(
        in_parent, in_parent.post_id == parent.id, in_parent.person_id == Person.id
    )
    # At an edit, what is answered may be one that the writer no longer sees: then nobody is part of it.
    is_part_of_it = visibility.there_is(
        parent,
        parent.id == parent_id,
        (parent.author_id == Person.id) | is_named_in_it,
        visibility.parent(viewer_sql, parent),
    )
    return select(Person.id, Person.handle, visibility.of(Person).ring.label("ring")).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text))),
        Person.erased_at.is_(None),
        (Person.id == viewer_sql.id) | visibility.person(viewer_sql, Person) | is_part_of_it,
    )


def _draft(people: ColumnElement[Sequence[int]]) -> visibility.DraftSql:
    return visibility.DraftSql(
        author_id=param("author_id", BigInteger),
        root_id=param("root_id", BigInteger),
        ring=param("ring", SmallInteger),
        visibility=param("visibility", SmallInteger),
        people=people,
    )


_HIGHEST = 100
"""How far up a conversation is looked for somebody to answer."""


def _others(viewer_sql: ViewerSql) -> Executable:
    """Who wrote what is answered and, where that is direct, who is named in it, as far as they would see the answer; and the
    same of what stands above it in the conversation, for where it was addressed to nobody else."""
    first, above, named = aliased(Post), aliased(Post), aliased(Mention)
    up = (
        select(first.id, first.author_id, first.reply_to_id, first.visibility, literal(0).label("depth"))
        .where(first.id == param("parent_id", BigInteger))
        .cte("up", recursive=True)
    )
    direct = int(Visibility.direct)
    up = up.union_all(
        select(above.id, above.author_id, above.reply_to_id, above.visibility, up.c.depth + 1)
        .join(up, above.id == up.c.reply_to_id)
        .where(up.c.visibility == direct, above.visibility == direct, up.c.depth < _HIGHEST)
        .where(visibility.parent(viewer_sql, above))
    )
    is_named = visibility.there_is(named, named.post_id == up.c.id, named.person_id == Person.id)
    is_part = or_(Person.id == up.c.author_id, (up.c.visibility == direct) & is_named)
    return (
        select(Person.id, up.c.depth)
        .select_from(up)
        .join(Person, is_part)
        .where(
            Person.id != param("author_id", BigInteger),
            visibility.would_see(
                visibility.of(Person), _draft(type_coerce(array([Person.id]), ARRAY(BigInteger)))
            ),
        )
        .order_by(up.c.depth, Person.id)
    )


_PARENT = VisibleQuery(_parent_of)
_MENTIONED = VisibleQuery(_mentioned)
_OTHERS = VisibleQuery(_others)
_COUNT = Query(
    lambda: select(func.count()).where(
        Person.id != param("author_id", BigInteger),
        Person.erased_at.is_(None),
        # Nobody reads what a bot is sent.
        Person.responsible_id.is_(None),
        ~Person.is_service | (Person.id == any_(param("people", ARRAY(BigInteger)))),
        visibility.would_see(visibility.of(Person), _draft(param("people", ARRAY(BigInteger)))),
    )
)
