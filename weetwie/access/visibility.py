"""The law as SQL: which posts and which people one sees.

Each condition is written once and read both ways. A `ViewerSql` says in SQL who is looking: `VIEWER` takes it from the
parameters of the request, `of(person)` from a row of people, and so the same condition gives the posts that a viewer sees
or the people who see a post. `MEMBER` is that of most requests; what is settled for members is settled when the
statement is compiled, which leaves the planner a third of the work. Every inner table is an alias, so a condition can
stand in any query.

The rules and their numbers are those of docs/law.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    SmallInteger,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.base import Executable

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database import sql
from weetwie.database.pool import Db, Query, Record, Value, param
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mention, Post
from weetwie.tables.relations import Block, Follow

BoolSql = sql.BoolSql
ColumnSql = sql.ColumnSql
IntSql = sql.IntSql
there_is = sql.there_is


@dataclass(frozen=True)
class ViewerSql:
    """Who is looking, in SQL."""

    id: IntSql
    ring: IntSql
    """0 colleagues, 1 network, 2 world; what is for a ring of this number or a higher one is in reach."""
    is_member: BoolSql
    is_circled: BoolSql
    """A guest who sees only their circle."""
    sponsor_id: IntSql
    is_alumnus: BoolSql
    widest: IntSql
    """The widest ring that the policy allows."""
    tells_activity: BoolSql
    """Whether one learns how much, and how lately, others write."""


@dataclass(frozen=True)
class DraftSql:
    """A post that is not there yet, in SQL: to ask who would see it."""

    author_id: IntSql
    root_id: IntSql
    """0 where it begins a thread."""
    ring: IntSql
    visibility: IntSql
    people: ColumnElement[Sequence[int]]
    """Who is named in it."""


VIEWER = ViewerSql(
    id=param("viewer_id", BigInteger),
    ring=param("viewer_ring", SmallInteger),
    is_member=param("viewer_ring", SmallInteger) == int(Ring.colleagues),
    is_circled=param("viewer_is_circled", Boolean),
    sponsor_id=param("viewer_sponsor_id", BigInteger),
    is_alumnus=param("viewer_is_alumnus", Boolean),
    widest=param("widest_ring", SmallInteger),
    tells_activity=param("tells_activity", Boolean),
)

MEMBER = ViewerSql(
    id=VIEWER.id,
    ring=literal(int(Ring.colleagues)),
    is_member=true(),
    is_circled=false(),
    sponsor_id=literal(0),
    is_alumnus=false(),
    widest=VIEWER.widest,
    tells_activity=VIEWER.tells_activity,
)


def of(person: type[Person]) -> ViewerSql:
    """Each row of people as a viewer; policy and time come as parameters (see `today`)."""
    is_guest = person.standing == int(Standing.guest)
    is_active = and_(
        person.suspended_at.is_(None),
        person.erased_at.is_(None),
        person.is_dormant.is_(False),
        or_(~is_guest, func.coalesce(person.until > param("now", DateTime(timezone=True)), False)),
    )
    is_member = and_(is_active, person.standing == int(Standing.member))
    return ViewerSql(
        id=person.id,
        ring=case((is_member, int(Ring.colleagues)), (is_active, int(Ring.network)), else_=int(Ring.world)),
        is_member=is_member,
        is_circled=and_(is_active, is_guest, param("guests_see_only_their_circle", Boolean)),
        sponsor_id=case((is_active, func.coalesce(person.sponsor_id, 0)), else_=0),
        is_alumnus=and_(is_active, person.standing == int(Standing.alumnus)),
        widest=param("widest_ring", SmallInteger),
        tells_activity=param("tells_activity", Boolean),
    )


def today(viewer: Viewer) -> dict[str, Value]:
    """The parameters that a viewer made by `of` leaves open; any viewer carries the policy."""
    return {
        "now": clock.now(),
        "guests_see_only_their_circle": viewer.policy.guests_see_only_their_circle,
        "widest_ring": int(viewer.policy.widest_ring),
        "tells_activity": viewer.policy.tells_activity,
    }


class VisibleQuery:
    """A statement under the law: written for any viewer, compiled once for members and once for everyone else."""

    __slots__ = ("_for_members", "_for_others")

    def __init__(self, make: Callable[[ViewerSql], Executable], *, is_frequent: bool = False) -> None:
        self._for_members = Query(lambda: make(MEMBER), is_frequent=is_frequent)
        self._for_others = Query(lambda: make(VIEWER))

    def query(self, viewer: Viewer, at: datetime) -> Query:
        return self._for_members if viewers.ring(viewer, at) is Ring.colleagues else self._for_others

    async def rows(self, db: Db, viewer: Viewer, **given: Value) -> list[Record]:
        at = clock.now()
        return await db.rows(self.query(viewer, at), **by(viewer, at), **given)

    async def row(self, db: Db, viewer: Viewer, **given: Value) -> Record | None:
        at = clock.now()
        return await db.row(self.query(viewer, at), **by(viewer, at), **given)

    async def value(self, db: Db, viewer: Viewer, **given: Value) -> Any:
        at = clock.now()
        return await db.value(self.query(viewer, at), **by(viewer, at), **given)


def by(viewer: Viewer, at: datetime) -> dict[str, Value]:
    """The parameters that `VIEWER` and `MEMBER` stand for."""
    ring = viewers.ring(viewer, at)
    is_guest = viewer.standing is Standing.guest and ring is Ring.network
    return {
        "viewer_id": viewer.person_id,
        "viewer_ring": int(ring),
        "viewer_is_circled": is_guest and viewer.policy.guests_see_only_their_circle,
        "viewer_sponsor_id": viewer.sponsor_id if ring is not Ring.world else 0,
        "viewer_is_alumnus": viewer.standing is Standing.alumnus and ring is Ring.network,
        "widest_ring": int(viewer.policy.widest_ring),
        "tells_activity": viewer.policy.tells_activity,
    }


def post(viewer_sql: ViewerSql, of_post: type[Post] = Post, original: type[Post] | None = None) -> BoolSql:
    """Which posts (and boosts) one sees. Give `original` where the query has already joined what is boosted."""
    if original is not None:
        return and_(
            _within(viewer_sql, of_post), or_(of_post.boost_of_id.is_(None), _within(viewer_sql, original))
        )
    original = aliased(Post)
    sees_original = there_is(original, original.id == of_post.boost_of_id, _within(viewer_sql, original))
    return and_(_within(viewer_sql, of_post), or_(of_post.boost_of_id.is_(None), sees_original))


def parent(viewer_sql: ViewerSql, of_post: type[Post]) -> BoolSql:
    """Whether one sees a post that is known to be no boost: what is replied to, quoted or boosted."""
    return _within(viewer_sql, of_post)


def saw(viewer_sql: ViewerSql, of_post: type[Post]) -> BoolSql:
    """The same for a post (or boost) that may be deleted by now: whom a `delete` must reach."""
    original = aliased(Post)
    saw_original = there_is(
        original, original.id == of_post.boost_of_id, _within(viewer_sql, original, is_there=true())
    )
    return and_(
        _within(viewer_sql, of_post, is_there=true()), or_(of_post.boost_of_id.is_(None), saw_original)
    )


def would_see(viewer_sql: ViewerSql, unwritten: DraftSql) -> BoolSql:
    """The same for a post that is not written yet."""
    return _within(viewer_sql, unwritten)


PostSql = type[Post] | DraftSql


def _within(viewer_sql: ViewerSql, of_post: PostSql, is_there: BoolSql | None = None) -> BoolSql:
    """Rules 1 to 5, for one post by itself."""
    if is_there is None:
        is_there = true() if isinstance(of_post, DraftSql) else of_post.deleted_at.is_(None)
    return and_(
        is_there,
        _reaches(viewer_sql, of_post),
        _is_not_by_hidden(viewer_sql, of_post),
        _is_named_or_follows(viewer_sql, of_post),
        _is_in_circle(viewer_sql, of_post),
    )


def _hidden_people() -> Select[int]:
    """Rule 1: suspended, or erased with everything they wrote."""
    hidden = aliased(Person)
    is_hidden = or_(hidden.suspended_at.is_not(None), hidden.is_removed)
    return select(hidden.id).where(is_hidden).correlate_except(hidden)


def hidden_authors(viewer_sql: ViewerSql) -> CompoundSelect[int]:
    """Whose posts one sees none of, whatever they are (rules 1 and 3): a select of ids."""
    return _hidden_people().union_all(_blocked_either_way(viewer_sql.id))


def _reaches(viewer_sql: ViewerSql, of_post: PostSql) -> BoolSql:
    """Rule 2: the narrower of the post's ring and the policy's widest."""
    if viewer_sql is MEMBER:
        return true()
    return func.least(of_post.ring, viewer_sql.widest) >= viewer_sql.ring


def _is_not_by_hidden(viewer_sql: ViewerSql, of_post: PostSql) -> BoolSql:
    """Rules 1 and 3. Of one post and many viewers the author is the one to begin with; for one viewer the authors are
    gathered once in a statement, however many of its conditions ask."""
    if viewer_sql is VIEWER or viewer_sql is MEMBER:
        return of_post.author_id.not_in(select(_HIDDEN_FROM_VIEWER.c.id))
    is_known = of_post.author_id.not_in(_hidden_people())
    if isinstance(of_post, DraftSql):
        return and_(is_known, viewer_sql.id.not_in(_blocked_either_way(of_post.author_id)))
    return and_(is_known, of_post.author_id.not_in(_blocked_either_way(viewer_sql.id)))


def _blocked_either_way(person_id: IntSql) -> CompoundSelect[int]:
    by_me, of_me = aliased(Block), aliased(Block)
    blocked = select(by_me.blocked_id).where(by_me.blocker_id == person_id).correlate_except(by_me)
    blocking = select(of_me.blocker_id).where(of_me.blocked_id == person_id).correlate_except(of_me)
    return blocked.union_all(blocking)


_HIDDEN_FROM_VIEWER = hidden_authors(VIEWER).cte("hidden_authors")


def _is_in_circle(viewer_sql: ViewerSql, of_post: PostSql) -> BoolSql:
    """Rule 4: what a guest sees of what is for the network."""
    if viewer_sql is MEMBER:
        return true()
    in_thread = aliased(Post)
    took_part = there_is(
        in_thread,
        in_thread.root_id == of_post.root_id,
        in_thread.author_id == viewer_sql.id,
        in_thread.deleted_at.is_(None),
    )
    return or_(
        ~viewer_sql.is_circled,
        func.least(of_post.ring, viewer_sql.widest) == int(Ring.world),
        of_post.author_id == viewer_sql.id,
        of_post.author_id == viewer_sql.sponsor_id,
        _follows(viewer_sql, of_post.author_id),
        _is_mentioned(viewer_sql, of_post),
        took_part,
    )


def _is_named_or_follows(viewer_sql: ViewerSql, of_post: PostSql) -> BoolSql:
    """Rule 5."""
    return or_(
        of_post.visibility <= int(Visibility.unlisted),
        of_post.author_id == viewer_sql.id,
        and_(of_post.visibility == int(Visibility.private), _follows(viewer_sql, of_post.author_id)),
        _is_mentioned(viewer_sql, of_post),
    )


def _follows(viewer_sql: ViewerSql, person_id: IntSql) -> BoolSql:
    follow = aliased(Follow)
    return there_is(follow, follow.follower_id == viewer_sql.id, follow.followed_id == person_id)


def _is_mentioned(viewer_sql: ViewerSql, of_post: PostSql) -> BoolSql:
    if isinstance(of_post, DraftSql):
        return viewer_sql.id == any_(of_post.people)
    mention = aliased(Mention)
    return there_is(mention, mention.post_id == of_post.id, mention.person_id == viewer_sql.id)


def person(viewer_sql: ViewerSql, of_person: type[Person] = Person) -> BoolSql:
    """Which people one sees (`detail` says how much of them). Others show only as authors, by their card."""
    is_there: BoolSql = of_person.erased_at.is_(None)
    if viewer_sql is MEMBER:
        return is_there
    is_near = and_(viewer_sql.ring == int(Ring.network), _is_near(viewer_sql, of_person))
    is_open = func.least(of_person.profile_ring, viewer_sql.widest) == int(Ring.world)
    return and_(
        is_there,
        or_(
            of_person.id == viewer_sql.id,
            viewer_sql.is_member,
            and_(of_person.suspended_at.is_(None), or_(is_open, is_near)),
        ),
    )


def card(viewer_sql: ViewerSql, of_person: type[Person] = Person) -> BoolSql:
    """Of whom one sees at least the card: people whom one sees, and the authors of posts that one sees."""
    written = aliased(Post)
    has_written = there_is(
        written, written.author_id == of_person.id, written.deleted_at.is_(None), post(viewer_sql, written)
    )
    return and_(of_person.erased_at.is_(None), or_(person(viewer_sql, of_person), has_written))


def _is_near(viewer_sql: ViewerSql, of_person: type[Person]) -> BoolSql:
    """What alumni and guests see of people beyond what the world does."""
    is_open = func.least(of_person.profile_ring, viewer_sql.widest) >= int(Ring.network)
    return or_(
        of_person.id == viewer_sql.sponsor_id,
        and_(is_open, or_(viewer_sql.is_alumnus, of_person.standing != int(Standing.guest))),
        and_(viewer_sql.is_alumnus, _is_tied(viewer_sql, of_person)),
    )


def _is_tied(viewer_sql: ViewerSql, of_person: type[Person]) -> BoolSql:
    follow = aliased(Follow)
    return there_is(
        follow,
        or_(
            and_(follow.follower_id == viewer_sql.id, follow.followed_id == of_person.id),
            and_(follow.follower_id == of_person.id, follow.followed_id == viewer_sql.id),
        ),
    )


def place_at_work(viewer_sql: ViewerSql, of_person: type[Person] = Person) -> BoolSql:
    """Whether unit, place and manager of a person whom one sees show too."""
    return or_(
        viewer_sql.is_member,
        of_person.id == viewer_sql.id,
        func.least(of_person.profile_ring, viewer_sql.widest) >= viewer_sql.ring,
    )


CARD, PROFILE, PLACE, OWN = 0, 1, 2, 3


def detail(viewer_sql: ViewerSql, of_person: type[Person] = Person) -> IntSql:
    """How much of a person one sees: the card alone, the profile, with their place at work, or all, as they do themselves."""
    if viewer_sql is MEMBER:
        is_there = and_(of_person.suspended_at.is_(None), of_person.erased_at.is_(None))
        return case((~is_there, CARD), (of_person.id == viewer_sql.id, OWN), else_=PLACE)
    return case(
        (~person(viewer_sql, of_person), CARD),
        (of_person.id == viewer_sql.id, OWN),
        (of_person.suspended_at.is_not(None), CARD),
        (place_at_work(viewer_sql, of_person), PLACE),
        else_=PROFILE,
    )
