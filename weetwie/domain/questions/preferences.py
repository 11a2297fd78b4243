"""When, how often and about what somebody wants to be asked: theirs alone."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, func, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Value, param
from weetwie.database.rows import struct
from weetwie.domain.questions.rules import A_WEEK, MOST_A_WEEK, WEEK
from weetwie.errors import Invalid, _
from weetwie.runtime import clock
from weetwie.runtime.calendar import is_zone
from weetwie.tables.posts import Post
from weetwie.tables.questions import QuestionLoad, QuestionPreferences

MOST_TOPICS: Final = 30
_LONGEST_TOPIC: Final = 80
_A_DAY: Final = 24 * 60


class Preferences(msgspec.Struct, frozen=True):
    is_asked: bool | None = None
    """None: as usual for members and not for alumni and guests."""
    away_until: date | None = None
    most_a_week: int = A_WEEK
    time_zone: str = ""
    begins: int | None = None
    """Minutes after midnight."""
    ends: int | None = None
    topics: Sequence[str] = ()
    asks_at_once: bool = False
    """Whether questions posted with another app are asked without a word."""

    def is_asked_by(self, standing: Standing | None) -> bool:
        """What holds for somebody who has not said so."""
        return self.is_asked if self.is_asked is not None else standing is Standing.member


async def preferences(db: Db, viewer: Viewer) -> Preferences:
    row = await db.row(_OWN, person_id=viewer.person_id)
    return struct(Preferences, row) if row else Preferences()


async def choose(db: Db, viewer: Viewer, wanted: Preferences, terms: Sequence[int]) -> None:
    """`terms` are the numbers of the words of the topics. Raises Invalid."""
    allowed.check(viewer, permissions.act)
    _check(wanted)
    await db.run(_CHOOSE, person_id=viewer.person_id, terms=list(terms), **_values(wanted))


async def this_week(db: Db, viewer: Viewer) -> int:
    """How many questions reached the viewer within the last seven days, of those that they see."""
    return int(await _THIS_WEEK.value(db, viewer, since=clock.now() - WEEK))


def _check(wanted: Preferences) -> None:
    if not 1 <= wanted.most_a_week <= MOST_A_WEEK:
        raise Invalid(
            _("Choose between 1 and {most} questions a week."), field="most_a_week", most=MOST_A_WEEK
        )
    if wanted.time_zone and not is_zone(wanted.time_zone):
        raise Invalid(_("Choose a time zone from the list, such as Europe/Amsterdam."), field="time_zone")
    times = [one for one in (wanted.begins, wanted.ends) if one is not None]
    if len(times) == 1 or any(not 0 <= one < _A_DAY for one in times):
        raise Invalid(_("Choose when your hours begin and when they end."), field="begins")
    if len(times) == 2 and times[0] == times[1]:
        raise Invalid(_("Your hours end when they begin. Choose a later end."), field="ends")
    if len(wanted.topics) > MOST_TOPICS:
        raise Invalid(_("List up to {most} topics."), field="topics", most=MOST_TOPICS)
    if any(not topic.strip() or len(topic) > _LONGEST_TOPIC for topic in wanted.topics):
        raise Invalid(_("A topic has 1 to {most} characters."), field="topics", most=_LONGEST_TOPIC)


def _values(wanted: Preferences) -> dict[str, Value]:
    values = {name: getattr(wanted, name) for name in Preferences.__struct_fields__}
    return values | {"topics": list(wanted.topics)}


_COLUMNS = [getattr(QuestionPreferences, name) for name in Preferences.__struct_fields__]
_PERSON_ID = param("person_id", BigInteger)
_OWN = Query(select(*_COLUMNS).where(QuestionPreferences.person_id == _PERSON_ID))


def _choose() -> Executable:
    given = {column.key: param(column.key, column.type) for column in _COLUMNS}
    return (
        insert(QuestionPreferences)
        .values(person_id=_PERSON_ID, **given)
        .on_conflict_do_update(index_elements=[QuestionPreferences.person_id], set_=given)
    )


_CHOOSE = Query(_choose)


def _reached(viewer_sql: ViewerSql) -> Executable:
    return (
        select(func.count())
        .select_from(QuestionLoad)
        .join(Post, Post.id == QuestionLoad.post_id)
        .where(
            QuestionLoad.person_id == viewer_sql.id,
            QuestionLoad.at > param("since", DateTime(timezone=True)),
            visibility.parent(viewer_sql, Post),
        )
    )


_THIS_WEEK = VisibleQuery(_reached)
