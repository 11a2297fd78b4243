"""What a change of policy would do, before it is made: for whom something changes, in counts. By the law itself, not by a guess of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    SmallInteger,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from weetwie.access import may, sees
from weetwie.access.policy import Policy
from weetwie.access.sees import Eye
from weetwie.access.viewer import Viewer
from weetwie.access.words import Ring, Standing
from weetwie.domain.policy import choose
from weetwie.errors import Forbidden, _
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import Identity
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostText

MOST: Final = 10_000
"""So many posts that one ring or another is about are looked at, the newest; of more, the count says so."""


class Effect(msgspec.Struct, frozen=True):
    """A sentence whose values are counts."""

    sentence: str
    values: Mapping[str, int]


class Change(msgspec.Struct, frozen=True):
    name: str
    effects: list[Effect]


class Preview(msgspec.Struct, frozen=True):
    before: Policy
    after: Policy
    changes: list[Change]


async def preview(db: Db, viewer: Viewer, changes: dict[str, Any]) -> Preview:
    """Nothing is changed. Raises Forbidden, and Invalid as `choose` would."""
    if not may.administer(viewer, clock.now()):
        raise Forbidden
    before = viewer.policy
    after = choose.chosen(before, changes)
    found, now = [], before
    for name in choose.differing(before, after):
        then = msgspec.structs.replace(now, **{name: getattr(after, name)})
        found.append(Change(name, await _effects(db, now, then, name)))
        now = then
    return Preview(before, after, found)


async def _effects(db: Db, before: Policy, after: Policy, name: str) -> list[Effect]:
    """Of one choice after another, so that together they come to the whole change."""
    found = await _EFFECTS[name](db, before, after) if name in _EFFECTS else []
    return found or [Effect(_EVERYBODY, {"people": await _how_many(db, "people")})]


_EVERYBODY: Final = _("It is so for everybody who is here: {people}.")


async def _sight(db: Db, before: Policy, after: Policy) -> list[Effect]:
    """Of rings and circles: what is seen no longer, and what is seen anew."""
    now = {
        "now": clock.now(),
        "tells_activity": before.tells_activity,
        "widest_ring": int(before.widest_ring),
        "guests_see_only_their_circle": before.guests_see_only_their_circle,
        "widest_after": int(after.widest_ring),
        "circled_after": after.guests_see_only_their_circle,
    }
    told = []
    is_circle = before.guests_see_only_their_circle != after.guests_see_only_their_circle
    people = await _how_many(db, "guests" if is_circle else "outside")
    for who, sentences in (_CIRCLE if is_circle else _SIGHT).items():
        for what, (no_longer, from_now_on) in sentences.items():
            row = await db.row(_SEEN[who, what], **now)
            assert row is not None
            told += [
                Effect(sentence, {"people": people, "count": count})
                for sentence, count in ((no_longer, row["lost"]), (from_now_on, row["won"]))
                if count
            ]
    return told or [Effect(_NOTHING_SEEN, {})]


_NOTHING_SEEN: Final = _(
    "Of what is there today nobody sees more or less than before; it counts for what comes."
)
_CIRCLE: Final = {
    "outside": {
        "posts": (
            _("Posts that will no longer be seen by guests ({people}): {count}."),
            _("Posts that will be seen by guests ({people}) as well: {count}."),
        ),
    },
}
_SIGHT: Final = {
    "outside": {
        "posts": (
            _("Posts that will no longer be seen by alumni and guests ({people}): {count}."),
            _("Posts that will be seen by alumni and guests ({people}) as well: {count}."),
        ),
        "people": (
            _("Profiles that will no longer be seen by alumni and guests ({people}): {count}."),
            _("Profiles that will be seen by alumni and guests ({people}) as well: {count}."),
        ),
    },
    "strangers": {
        "posts": (
            _("Posts that will no longer be seen without signing in: {count}."),
            _("Posts that anybody on the internet will see, without signing in: {count}."),
        ),
        "people": (
            _("Profiles that will no longer be seen without signing in: {count}."),
            _("Profiles that anybody on the internet will see, without signing in: {count}."),
        ),
    },
}


async def _default_ring(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("It is so for the next posts of those who have chosen nothing themselves: {people}."),
            {"people": await _how_many(db, "without_ring")},
        ),
        Effect(
            _("What is already written keeps its readers: posts, {count}."),
            {"count": await _how_many(db, "posts")},
        ),
    ]


async def _default_profile_ring(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("It is so for those who come from now on. Profiles that stay as they are: {people}."),
            {"people": await _how_many(db, "people")},
        )
    ]


async def _sign_in(db: Db, before: Policy, after: Policy) -> list[Effect]:
    concerned = [
        Effect(_("It is so for colleagues: {people}."), {"people": await _how_many(db, "colleagues")})
    ]
    if after.sign_in == "sso":
        concerned.append(
            Effect(
                _("Colleagues who never signed in with a provider, and must do so the next time: {people}."),
                {"people": await _how_many(db, "without_identity")},
            )
        )
    if after.sign_in == "local":
        concerned.append(
            Effect(
                _("Colleagues who signed in with a provider, and need a password or a passkey: {people}."),
                {"people": await _how_many(db, "with_identity")},
            )
        )
    return concerned


async def _longest_post(db: Db, before: Policy, after: Policy) -> list[Effect]:
    count = await db.value(_LONGER, longest=after.longest_post)
    return [
        Effect(
            _("Posts that are longer, stay, and are shortened when they are edited: {count}."),
            {"count": int(count)},
        )
    ]


async def _guests_stay(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("It is so for invitations from now on. Guests who keep their last day: {people}."),
            {"people": await _how_many(db, "guests")},
        )
    ]


async def _guests_invited_by(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(_("It is so for colleagues: {people}."), {"people": await _how_many(db, "colleagues")}),
        Effect(_("Guests who are here and stay: {people}."), {"people": await _how_many(db, "guests")}),
    ]


async def _alumni(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _(
                "It is so for whoever leaves from now on; now here: {people}. Who has left and sleeps: {asleep}."
            ),
            {"people": await _how_many(db, "colleagues"), "asleep": await _how_many(db, "asleep")},
        )
    ]


async def _how_many(db: Db, whom: str) -> int:
    return int(await db.value(_HOW_MANY[whom], now=clock.now()))


_Effects = Callable[[Db, Policy, Policy], Awaitable[list[Effect]]]
_EFFECTS: Final[dict[str, _Effects]] = {
    "widest_ring": _sight,
    "guests_see_only_their_circle": _sight,
    "default_ring": _default_ring,
    "default_profile_ring": _default_profile_ring,
    "sign_in": _sign_in,
    "longest_post": _longest_post,
    "guests_stay_days": _guests_stay,
    "guests_invited_by": _guests_invited_by,
    "alumni_wake": _alumni,
    "suspends_on": _alumni,
}


def _after(eye: Eye, person: Any = None) -> Eye:
    """The same eye under the policy to come."""
    is_guest = and_(eye.ring == int(Ring.network), person.standing == int(Standing.guest)) if person else None
    return replace(
        eye,
        widest=param("widest_after", SmallInteger),
        is_circled=false() if is_guest is None else and_(is_guest, param("circled_after", Boolean)),
    )


_STRANGER: Final = replace(
    sees.VIEWER,
    id=literal(0),
    ring=literal(int(Ring.world)),
    is_member=false(),
    is_circled=false(),
    sponsor_id=literal(0),
    is_alumnus=false(),
)


def _of_strangers(law: Any, thing: Any) -> tuple[Any, Any]:
    """Lost, won."""
    before, after = law(_STRANGER, thing), law(_after(_STRANGER), thing)
    return and_(before, ~after), and_(after, ~before)


def _of_those_outside(law: Any, thing: Any) -> tuple[Any, Any]:
    """Whether any alumnus or guest loses the sight of it, or wins it."""

    def changes(*, loses: bool) -> Any:
        reader = aliased(Person)
        eye = sees.of(reader)
        before, after = law(eye, thing), law(_after(eye, reader), thing)
        change = and_(before, ~after) if loses else and_(after, ~before)
        return sees.there_is(reader, eye.ring == int(Ring.network), change)

    return changes(loses=True), changes(loses=False)


def _posts(of_whom: Any) -> Select[*tuple[Any, ...]]:
    newest = (
        select(Post)
        .where(Post.ring >= int(Ring.network), Post.deleted_at.is_(None), Post.boost_of_id.is_(None))
        .order_by(Post.id.desc())
        .limit(MOST)
        .subquery()
    )
    return _counted(of_whom, sees.parent, aliased(Post, newest))


def _people(of_whom: Any) -> Select[*tuple[Any, ...]]:
    open_ = (
        select(Person)
        .where(
            Person.profile_ring >= int(Ring.network), Person.erased_at.is_(None), Person.is_service.is_(False)
        )
        .order_by(Person.id.desc())
        .limit(MOST)
        .subquery()
    )
    return _counted(of_whom, sees.person, aliased(Person, open_))


def _counted(of_whom: Any, law: Any, thing: Any) -> Select[*tuple[Any, ...]]:
    lost, won = of_whom(law, thing)
    return select(func.count().filter(lost).label("lost"), func.count().filter(won).label("won")).select_from(
        thing
    )


_SEEN: Final = {
    ("outside", "posts"): Query(lambda: _posts(_of_those_outside)),
    ("outside", "people"): Query(lambda: _people(_of_those_outside)),
    ("strangers", "posts"): Query(lambda: _posts(_of_strangers)),
    ("strangers", "people"): Query(lambda: _people(_of_strangers)),
}

_HERE = (
    Person.erased_at.is_(None),
    Person.suspended_at.is_(None),
    Person.is_dormant.is_(False),
    Person.is_service.is_(False),
    Person.has_joined,
)
_NOT_OVER = or_(
    Person.standing != int(Standing.guest),
    Person.until > param("now"),
)
_HAS_IDENTITY = exists().where(Identity.person_id == Person.id)


def _those(*conditions: Any) -> Query:
    return Query(select(func.count()).select_from(Person).where(*conditions))


_IS_MEMBER = Person.standing == int(Standing.member)
_HOW_MANY: Final = {
    "people": _those(*_HERE, _NOT_OVER),
    "colleagues": _those(*_HERE, _IS_MEMBER),
    "outside": _those(*_HERE, _NOT_OVER, ~_IS_MEMBER),
    "guests": _those(*_HERE, _NOT_OVER, Person.standing == int(Standing.guest)),
    "asleep": _those(Person.is_dormant, Person.erased_at.is_(None), Person.suspended_at.is_(None)),
    "without_ring": _those(*_HERE, _IS_MEMBER, Person.default_ring.is_(None)),
    "with_identity": _those(*_HERE, _IS_MEMBER, _HAS_IDENTITY),
    "without_identity": _those(*_HERE, _IS_MEMBER, ~_HAS_IDENTITY),
    "posts": Query(select(func.count()).select_from(Post).where(Post.deleted_at.is_(None))),
}
_LONGER = Query(
    select(func.count())
    .select_from(PostText)
    .where(func.char_length(PostText.text) > param("longest", BigInteger))
)
