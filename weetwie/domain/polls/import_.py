"""Polls come with the sample company, with the votes that were given in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from weetwie.database.pool import Db
from weetwie.runtime import clock
from weetwie.tables.polls import Poll, Vote


class ArrivingPoll(msgspec.Struct, frozen=True, kw_only=True):
    post_id: int
    options: Sequence[str]
    ends_at: datetime
    is_multiple: bool
    votes: Mapping[int, list[int]]
    """By person, the places of what they chose."""

    def counts(self) -> list[int]:
        chosen = [place for places in self.votes.values() for place in places]
        return [chosen.count(place) for place in range(len(self.options))]


async def bring_in(db: Db, arrivals: Sequence[ArrivingPoll]) -> None:
    """Of those that ended before now nobody is told."""
    now = clock.now()
    await db.connection.copy_records_to_table(
        Poll.__tablename__,
        columns=["post_id", "options", "counts", "voters_count", "ends_at", "is_multiple", "is_over"],
        records=[
            (
                *(poll.post_id, list(poll.options), poll.counts(), len(poll.votes)),
                *(poll.ends_at, poll.is_multiple, poll.ends_at <= now),
            )
            for poll in arrivals
        ],
    )
    await db.connection.copy_records_to_table(
        Vote.__tablename__,
        columns=["post_id", "person_id", "choices"],
        records=[
            (poll.post_id, person_id, choices)
            for poll in arrivals
            for person_id, choices in poll.votes.items()
        ],
    )
