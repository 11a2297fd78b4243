"""By the clock: who acts when. `SCHEDULE` is what one domain tidies up, `FLOWS` what takes several."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database, Db
from weetwie.domain.audit import chain, trail
from weetwie.domain.benefits import survey
from weetwie.domain.beyond import posts as beyond
from weetwie.domain.chat import accounts as chat_accounts, requests as chat_requests
from weetwie.domain.directory import runs as directory_runs
from weetwie.domain.identity import (
    agents,
    attempts,
    claimed_leavers,
    embedded,
    grants,
    kept_addresses,
    links,
    passkeys,
    saml,
    sessions,
    sign_on,
)
from weetwie.domain.invitations import invite
from weetwie.domain.knowledge import known_words, seal, watched
from weetwie.domain.mail import emails, taken
from weetwie.domain.meeting import first_weeks, proposals
from weetwie.domain.moderation import decisions, reports
from weetwie.domain.polls import polls
from weetwie.domain.posts import forget as posts
from weetwie.domain.questions import steps
from weetwie.domain.timelines import home
from weetwie.domain.webhooks import deliveries
from weetwie.events import forget_old as forget_old_events
from weetwie.flows import (
    assistant,
    claimed_leaving,
    emails as flow_emails,
    lately,
    meeting as flow_meeting,
    offboard,
    proposing,
    publish,
    still_so,
    week,
)

Act = Callable[[Db], Awaitable[int | None]]
Flow = Callable[[Context], Awaitable[int | None]]

SOON, MINUTE, HOUR, DAY = timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

What = TypeVar("What", Act, Flow)

SCHEDULE: list[tuple[timedelta, Act]] = [
    (SOON, chain.seal),
    (MINUTE, polls.end_due),
    (MINUTE, survey.end_due),
    (MINUTE, seal.seal_full),
    (HOUR, watched.forget_ended),
    (HOUR, steps.forget_load),
    (HOUR, home.trim),
    (HOUR, posts.forget_keys),
    (HOUR, grants.sweep),
    (HOUR, agents.sweep),
    (HOUR, embedded.sweep),
    (HOUR, chat_accounts.sweep),
    (HOUR, chat_requests.sweep),
    (HOUR, links.sweep),
    (HOUR, attempts.sweep),
    (HOUR, passkeys.sweep),
    (HOUR, sign_on.sweep),
    (HOUR, claimed_leavers.sweep),
    (HOUR, saml.sweep),
    (HOUR, sessions.end_old),
    (HOUR, first_weeks.begin_those_here),
    (DAY, trail.forget_addresses),
    (DAY, emails.sweep),
    (DAY, taken.sweep),
    (DAY, invite.sweep),
    (DAY, kept_addresses.sweep),
    (DAY, known_words.forget_unused),
    (DAY, beyond.forget_old),
    (DAY, proposals.forget_old),
    (DAY, first_weeks.forget_old),
    (DAY, posts.sweep_tombstones),
    (DAY, reports.sweep),
    (DAY, decisions.sweep),
    (DAY, deliveries.sweep),
    (DAY, directory_runs.sweep),
    (DAY, forget_old_events),
]
FLOWS: list[tuple[timedelta, Flow]] = [
    (MINUTE, publish.publish_due),
    (MINUTE, offboard.leave_due),
    (MINUTE, claimed_leaving.leave_due),
    (HOUR, flow_emails.guests_ending),
    (HOUR, flow_emails.staying_in_touch),
    (HOUR, week.keep_place),
    (HOUR, flow_meeting.propose_due),
    (HOUR, assistant.forget_questions),
    (HOUR, still_so.check_due),
    (DAY, proposing.forget_unanswered),
    (HOUR, lately.renew),
]
"""Each may run in several processes at once, and more often than it says: what was done is not done again."""


class Clockwork:
    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        begins = time.monotonic() + 60
        self._acts = [Due(act, every, begins) for every, act in SCHEDULE]
        self._flows = [Due(flow, every, begins) for every, flow in FLOWS]

    async def turn(self) -> None:
        """Does what is due."""
        now = time.monotonic()
        for act in self._acts:
            if act.is_due(now):
                async with self._database.transaction() as db:
                    await act.what(db)
                act.is_done()
                await asyncio.sleep(0)
        for flow in self._flows:
            if flow.is_due(now):
                async with self._database.transaction() as db:
                    await flow.what(await of_system(db, self._site))
                flow.is_done()
                await asyncio.sleep(0)


@dataclass
class Due(Generic[What]):
    what: What
    every: timedelta
    at: float

    def is_due(self, now: float) -> bool:
        """What fails is due again within the minute."""
        if self.at > now:
            return False
        self.at = now + min(self.every, MINUTE).total_seconds()
        return True

    def is_done(self) -> None:
        self.at = time.monotonic() + self.every.total_seconds()
