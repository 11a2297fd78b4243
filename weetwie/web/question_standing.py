"""How a question stands, as its page tells it: who is asked, when more are, whether the answer still holds."""

from datetime import datetime

import msgspec
from babel.dates import format_datetime

from weetwie.database.pool import Db
from weetwie.domain.questions import told
from weetwie.domain.questions.rules import AskStep, State
from weetwie.domain.questions.told import ToldQuestion
from weetwie.flows import answers
from weetwie.runtime.calendar import zone
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit


class ShownQuestion(msgspec.Struct, frozen=True):
    told: ToldQuestion
    chosen: list[Person]
    named_by: Person | None
    confirmed_by: Person | None
    is_stale: bool
    next_at_says: str = ""
    """When the next step comes, by the clock of the organisation."""

    @property
    def waits_for_me(self) -> bool:
        return self.told.state in (State.waits, State.asked, State.not_now)

    @property
    def is_for_later(self) -> bool:
        return self.told.state is State.not_now

    @property
    def next_is(self) -> str:
        return "" if self.told.next_step is None else AskStep(self.told.next_step).name


async def shown(visit: Visit, db: Db, post: Post, answered_at: datetime | None) -> ShownQuestion | None:
    """None for somebody who is signed out, and for what is no question."""
    if not visit.is_signed_in or not post.is_question:
        return None
    one = await told.told(db, visit.viewer, post.id)
    ids = [*one.chosen, *(id for id in (one.named_by_id, one.confirmed_by_id) if id is not None)]
    people = {person.id: person for person in await visit.site.presenter.people(db, visit.viewer, ids)}
    since = max((at for at in (one.confirmed_at, answered_at) if at is not None), default=None)
    is_stale = (
        since is not None and not one.is_outdated and await answers.is_stale(db, visit.viewer, post.id, since)
    )
    return ShownQuestion(
        one,
        [people[id] for id in one.chosen if id in people],
        people.get(one.named_by_id or 0),
        people.get(one.confirmed_by_id or 0),
        is_stale,
        _says(visit, one.next_at),
    )


def _says(visit: Visit, at: datetime | None) -> str:
    if at is None:
        return ""
    ours = zone(visit.viewer.policy.time_zone)
    return format_datetime(at, "EEEE d MMMM, HH:mm", tzinfo=ours, locale=visit.language)
