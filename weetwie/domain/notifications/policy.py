"""What a person wants to be told, and by whom: the rest is held back for them to look at, or never told.

Held back is what is told by somebody whom the person does not know well, until they let that somebody through.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    SmallInteger,
    Text,
    and_,
    case,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import BoolSql, ColumnSql, IdSql, IntSql
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification, NotificationPass, NotificationPolicy
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.relations import Follow
from weetwie.tables.schema import Row

ACCEPT, HOLD, DROP = 0, 1, 2
RULES: Final = ("not_following", "not_followers", "newcomers", "private_mentions", "limited")
KINDS: Final = ("mention", "quote", "status", "follow", "favourite", "reblog", "poll", "update")
"""Each can be switched off; who asks to follow is always told of, for nothing else shows it."""
_FROM_ANYBODY: Final = ("poll", "update")
"""These concern what one has done oneself."""


class OwnNotificationPolicy(msgspec.Struct, frozen=True):
    not_following: int = ACCEPT
    not_followers: int = ACCEPT
    newcomers: int = ACCEPT
    private_mentions: int = ACCEPT
    limited: int = ACCEPT
    kinds_off: Sequence[str] = ()


async def policy_of(db: Db, viewer: Viewer) -> OwnNotificationPolicy:
    row = await db.row(_POLICY, person_id=viewer.person_id)
    return OwnNotificationPolicy(*row) if row else OwnNotificationPolicy()


async def set_policy(db: Db, viewer: Viewer, policy: OwnNotificationPolicy) -> None:
    """Holds from now on; what was told before stays told."""
    await db.run(
        _SET,
        person_id=viewer.person_id,
        **msgspec.structs.asdict(policy) | {"kinds_off": list(policy.kinds_off)},
    )


async def let_through(db: Db, viewer: Viewer, people: Sequence[int]) -> None:
    """What they told is told now, and what they will tell will be, too."""
    await db.run(_PASS, person_id=viewer.person_id, people=list(people))
    await db.run(_TELL, person_id=viewer.person_id, people=list(people))


async def dismiss_held(db: Db, viewer: Viewer, people: Sequence[int]) -> None:
    """What is held back from them goes."""
    await db.run(_DISMISS, person_id=viewer.person_id, people=list(people))


def decision(kind: str, person_id: IntSql, sender: type[Person], post_id: IdSql) -> ColumnElement[int]:
    """In SQL: accept, hold or drop, as the policy of the person who is to be told has it. Most people have none."""
    policy = aliased(NotificationPolicy)
    is_off = literal(kind) == func.any(policy.kinds_off)
    weight = literal(ACCEPT) if kind in _FROM_ANYBODY else _weight(policy, person_id, sender, post_id)
    decided = (
        select(case((is_off, DROP), else_=weight))
        .select_from(policy)
        .where(policy.person_id == person_id)
        .correlate_except(policy)
        .scalar_subquery()
    )
    return func.coalesce(decided, ACCEPT)


def _weight(
    policy: type[NotificationPolicy],
    person_id: IntSql,
    sender: type[Person],
    post_id: IdSql,
) -> ColumnElement[int]:
    """By whom it is told."""
    let = aliased(NotificationPass)
    told, tells, post, parent = aliased(Follow), aliased(Follow), aliased(Post), aliased(Post)
    follows = _there_is(told, told.follower_id == person_id, told.followed_id == sender.id)
    is_follower = _there_is(tells, tells.follower_id == sender.id, tells.followed_id == person_id)
    answers_them = _there_is(parent, parent.id == post.reply_to_id, parent.author_id == person_id)
    is_private = _there_is(post, post.id == post_id, post.visibility == int(Visibility.direct), ~answers_them)
    weight = func.greatest(
        case((~follows, policy.not_following), else_=ACCEPT),
        case((~is_follower, policy.not_followers), else_=ACCEPT),
        case((sender.joined_at > func.now() - text("interval '30 days'"), policy.newcomers), else_=ACCEPT),
        case((and_(~follows, is_private), policy.private_mentions), else_=ACCEPT),
        case((sender.is_limited, policy.limited), else_=ACCEPT),
    )
    is_let_through = _there_is(let, let.person_id == person_id, let.from_id == sender.id)
    return case((is_let_through, ACCEPT), else_=weight)


def _there_is(row: type[Row], *conditions: BoolSql) -> ColumnElement[bool]:
    return select(text("1")).select_from(row).where(*conditions).correlate_except(row).exists()


_PERSON_ID, _PEOPLE = param("person_id", BigInteger), param("people", ARRAY(BigInteger))
_POLICY = Query(
    select(*(getattr(NotificationPolicy, name) for name in (*RULES, "kinds_off"))).where(
        NotificationPolicy.person_id == _PERSON_ID
    )
)


def _set() -> Executable:
    given: dict[str, ColumnSql] = {rule: param(rule, SmallInteger) for rule in RULES}
    given["kinds_off"] = param("kinds_off", ARRAY(Text))
    return (
        insert(NotificationPolicy)
        .values(person_id=_PERSON_ID, **given)
        .on_conflict_do_update(index_elements=["person_id"], set_=given)
    )


_SET = Query(_set)
_PASS = Query(
    insert(NotificationPass)
    .from_select(["person_id", "from_id"], select(_PERSON_ID, func.unnest(_PEOPLE)))
    .on_conflict_do_nothing()
)
_HELD = (
    Notification.person_id == _PERSON_ID,
    Notification.from_id == func.any(_PEOPLE),
    Notification.is_held,
)
_TELL = Query(update(Notification).where(*_HELD).values(is_held=False))
_DISMISS = Query(delete(Notification).where(*_HELD))
