"""Whether somebody has had their account and their role for long enough to be one of two.

Some acts take two people, and one administrator could make the second one: give an account the role, make an account or let one
back in, or sign in to somebody's by a link. So for seven days after that nobody is one of the two.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, Text, and_, or_, select, text

from weetwie.access.enums import Role
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.tables.audit import Audit

SETTLED: Final = timedelta(days=7)
_BY_OTHERS: Final = (
    "person.create",
    "person.claim",
    "person.rejoin",
    "person.wake",
    "person.unsuspend",
    "person.link",
    "address.change",
    "address.release",
    "identity.connect",
    "password.set",
    "one_time.reset",
    "token.issue",
)
"""What somebody else does to an account that may make it theirs; what its owner does counts for nothing here."""

_ROLE = Audit.ids.op("->>")(param("role", Text))
_LATELY = Query(
    select(
        select(Audit.id)
        .where(
            Audit.subject_id == param("person_id", BigInteger),
            Audit.at > param("since", DateTime(timezone=True)),
            or_(
                and_(Audit.act.in_(_BY_OTHERS), Audit.actor_id.is_distinct_from(Audit.subject_id)),
                # Which roles were changed was not always written down. An administrator may have given it to themselves.
                and_(Audit.act == "person.roles", or_(_ROLE == "1", Audit.ids == text("'{}'"))),
            ),
        )
        .exists()
    )
)


async def is_settled(db: Db, viewer: Viewer, role: Role) -> bool:
    since = clock.now() - SETTLED
    return not await db.value(_LATELY, person_id=viewer.person_id, role=role.value, since=since)
