"""What a change of policy would do, before it is made: for whom something changes, in counts. By the law itself, not by a guess of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from sqlalchemy import BigInteger, SQLColumnExpression, exists, func, or_, select

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.policy import choose, sight
from weetwie.errors import _
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.identity import Identity
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostText


class Effect(msgspec.Struct, frozen=True):
    """A sentence whose values are counts."""

    sentence: str
    values: Mapping[str, int]


class PolicyChange(msgspec.Struct, frozen=True):
    name: str
    effects: list[Effect]


class Preview(msgspec.Struct, frozen=True):
    before: Policy
    after: Policy
    changes: list[PolicyChange]


async def preview(db: Db, viewer: Viewer, changes: Mapping[str, Json]) -> Preview:
    """Nothing is changed. Raises Forbidden, and Invalid as `choose` would."""
    allowed.check(viewer, permissions.administer)
    before = viewer.policy
    after = choose.chosen(before, changes)
    found, now = [], before
    for name in choose.differing(before, after):
        then = msgspec.structs.replace(now, **{name: getattr(after, name)})
        found.append(PolicyChange(name, await _effects(db, now, then, name)))
        now = then
    return Preview(before, after, found)


async def _effects(db: Db, before: Policy, after: Policy, name: str) -> list[Effect]:
    """Of one choice after another, so that together they come to the whole change."""
    found = await _EFFECTS[name](db, before, after) if name in _EFFECTS else []
    return found or [Effect(_EVERYBODY, {"people": await _how_many(db, "people")})]


_EVERYBODY: Final = _("Affects everyone: {people}")


async def _sight(db: Db, before: Policy, after: Policy) -> list[Effect]:
    """Of rings and circles: what is seen no longer, and what is seen anew."""
    is_circle = before.guests_see_only_their_circle != after.guests_see_only_their_circle
    people = await _how_many(db, "guests" if is_circle else "outside")
    loses = after.guests_see_only_their_circle if is_circle else after.widest_ring < before.widest_ring
    wide, narrow = (before, after) if loses else (after, before)
    told, cut_at = [], 0
    for (who, what), sentences in (_CIRCLE if is_circle else _SIGHT).items():
        found = await sight.only_under(db, wide, narrow, who, what, people)
        if found.count:
            told.append(Effect(sentences[not loses], {"people": people, "count": found.count}))
        if found.is_cut:
            cut_at = min(cut_at or found.looked_at, found.looked_at)
    told = told or [Effect(_NOTHING_SEEN, {})]
    return [*told, Effect(_ONLY_SOME, {"most": cut_at})] if cut_at else told


_NOTHING_SEEN: Final = _("Nothing changes for what's already here. It applies to what comes next.")
_ONLY_SOME: Final = _("Only the newest {most} were checked. There are more.")
_CIRCLE: Final = {
    ("outside", "posts"): (
        _("Posts that guests ({people}) will no longer see: {count}"),
        _("Posts that guests ({people}) will see as well: {count}"),
    ),
}
"""When something is lost, and when it is won."""
_SIGHT: Final = {
    ("outside", "posts"): (
        _("Posts that alumni and guests ({people}) will no longer see: {count}"),
        _("Posts that alumni and guests ({people}) will see as well: {count}"),
    ),
    ("outside", "people"): (
        _("Profiles that alumni and guests ({people}) will no longer see: {count}"),
        _("Profiles that alumni and guests ({people}) will see as well: {count}"),
    ),
    ("strangers", "posts"): (
        _("Posts that will no longer be visible without logging in: {count}"),
        _("Posts that anyone on the internet will see without logging in: {count}"),
    ),
    ("strangers", "people"): (
        _("Profiles that will no longer be visible without logging in: {count}"),
        _("Profiles that anyone on the internet will see without logging in: {count}"),
    ),
}


async def _default_ring(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("Affects new posts by people who haven't chosen a default themselves: {people}"),
            {"people": await _how_many(db, "without_ring")},
        ),
        Effect(
            _("Posts that keep their audience: {count}"),
            {"count": await _how_many(db, "posts")},
        ),
    ]


async def _default_profile_ring(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("Affects people who join from now on. Profiles that stay as they are: {people}"),
            {"people": await _how_many(db, "people")},
        )
    ]


async def _sign_in(db: Db, before: Policy, after: Policy) -> list[Effect]:
    concerned = [Effect(_("Affects all colleagues: {people}"), {"people": await _how_many(db, "colleagues")})]
    if after.sign_in == "sso":
        concerned.append(
            Effect(
                _("Colleagues who have never used single sign-on and will have to next time: {people}"),
                {"people": await _how_many(db, "without_identity")},
            )
        )
    if after.sign_in == "local":
        concerned.append(
            Effect(
                _("Colleagues who use single sign-on and will need a password or passkey: {people}"),
                {"people": await _how_many(db, "with_identity")},
            )
        )
    return concerned


async def _longest_post(db: Db, before: Policy, after: Policy) -> list[Effect]:
    count = await db.value(_LONGER, longest=after.longest_post)
    return [
        Effect(
            _("Longer posts, which stay but must be shortened when edited: {count}"),
            {"count": int(count)},
        )
    ]


async def _guests_stay(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("Affects new invitations. Guests who keep their end date: {people}"),
            {"people": await _how_many(db, "guests")},
        )
    ]


async def _guests_invited_by(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(_("Affects all colleagues: {people}"), {"people": await _how_many(db, "colleagues")}),
        Effect(_("Guests already here, who stay: {people}"), {"people": await _how_many(db, "guests")}),
    ]


async def _alumni(db: Db, before: Policy, after: Policy) -> list[Effect]:
    return [
        Effect(
            _("Affects people who leave from now on. Colleagues today: {people}. Paused accounts: {asleep}"),
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


def _those(*conditions: SQLColumnExpression[bool]) -> Query:
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
