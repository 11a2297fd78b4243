"""What the people of the sample company were told lately, so that their bell has something to show."""

from collections.abc import Iterable

import msgspec

from weetwie.database.pool import Db
from weetwie.tables.notifications import Notification


class ImportedNotification(msgspec.Struct, frozen=True):
    id: int
    """Its time, and the number that the list is paged by."""
    person_id: int
    kind: str
    from_id: int
    post_id: int | None = None


async def bring_in(db: Db, told: Iterable[ImportedNotification]) -> None:
    await db.connection.copy_records_to_table(
        Notification.__tablename__,
        columns=["id", "person_id", "kind", "from_id", "post_id"],
        records=[(one.id, one.person_id, one.kind, one.from_id, one.post_id) for one in told],
    )
