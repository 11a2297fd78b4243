"""What it brings the organisation, in numbers about many: of the last quarter that is over, nothing by person.

Each number stands on public and unlisted posts, or on a survey, and is told by the rule of `rules.told`. In works-council mode only
questions and answers are counted.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, and_, exists, func, or_, select

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, param
from weetwie.database.sql import BoolSql
from weetwie.domain.benefits import rules, survey
from weetwie.domain.benefits.rules import Cell, Quarter, cell
from weetwie.domain.benefits.survey import CountedRound
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at, moment_of
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import HERE, Post
from weetwie.tables.relations import Follow
from weetwie.views.made_up import is_made_up

SETTLED: Final = timedelta(days=90)
UNITS: Final = 3
"""In so many a newcomer has ties after `SETTLED`."""


class Ties(msgspec.Struct, frozen=True):
    """Pairs of people who replied to one another or one to the other."""

    all: int | None
    between_units: int | None

    @property
    def share(self) -> int | None:
        """In percent."""
        return round(100 * self.between_units / self.all) if self.all and self.between_units else None


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """None where few people stand behind a number, or where nothing of the kind is counted."""

    quarter: Quarter
    people: int | None
    """Who has logged in."""
    asked: int | None
    answered: int | None
    by_unfollowed: int | None
    """Of those answered: by whom the asker did not follow when the answer came."""
    wait: timedelta | None
    """From a question to its accepted answer, as a rule."""
    first: Quarter | None = None
    """With which ties are compared."""
    ties_first: Ties | None = None
    ties: Ties | None = None
    newcomers: int | None = None
    settled: int | None = None
    alumni: int | None = None
    alumni_who_answered: int | None = None
    survey_first: CountedRound | None = None
    """With which the last is compared."""
    survey: CountedRound | None = None
    """The last round of whose numbers something is told."""
    is_of_sample: bool = False
    """Whether these are numbers of the sample company, while those of the organisation are too few."""

    @property
    def says_nothing(self) -> bool:
        told = (
            self.people,
            self.asked,
            self.newcomers,
            self.alumni,
            self.survey,
            self.ties.all if self.ties else None,
        )
        return all(one is None for one in told)


async def benefit(db: Db, viewer: Viewer) -> Benefit:
    """Raises Forbidden for whom this is not for."""
    allowed.check(viewer, permissions.look_behind)
    found = await _counted(db, viewer, is_of_sample=False)
    if not found.says_nothing:
        return found
    made_up = await _counted(db, viewer, is_of_sample=True)
    return found if made_up.says_nothing else made_up


async def _counted(db: Db, viewer: Viewer, *, is_of_sample: bool) -> Benefit:
    """Of people of the organisation, or of those of the sample company; never of both."""
    quarter = rules.last_quarter(clock.now())
    rows = await db.rows(_QUESTIONS, **_within(quarter), is_of_sample=is_of_sample)
    asked, answered, by_unfollowed = rules.told(_questions(rows))
    waits = [timedelta(milliseconds=int(row["waited"])) for row in rows if row["answerer_id"]]
    found = Benefit(
        quarter=quarter,
        people=rules.enough(await db.value(_PEOPLE, is_of_sample=is_of_sample)),
        asked=asked,
        answered=answered,
        by_unfollowed=by_unfollowed,
        wait=rules.usual(waits) if answered is not None else None,
        is_of_sample=is_of_sample,
    )
    return await _people(db, found) if viewer.policy.tells_activity else found


async def _people(db: Db, found: Benefit) -> Benefit:
    """With the numbers about people and their ties, which works-council mode does without."""
    quarter = found.quarter
    of = {"is_of_sample": found.is_of_sample}
    first_id = await db.value(_FIRST, **of)
    first = rules.first_quarter(moment_of(first_id)) if first_id else quarter
    has_before = first.begins < quarter.begins
    came = {"begin": quarter.begins - SETTLED, "end": quarter.ends - SETTLED}
    newcomers, settled = rules.told(_split(await db.rows(_NEWCOMERS, **came, **of)))
    alumni, who_answered = rules.told(_split(await db.rows(_ALUMNI, **_within(quarter), **of)))
    rounds = await survey.counted(db, is_sample=found.is_of_sample)
    last = survey.last_told(rounds)
    return msgspec.structs.replace(
        found,
        first=first if has_before else None,
        ties_first=await _ties(db, first, **of) if has_before else None,
        ties=await _ties(db, quarter, **of),
        newcomers=newcomers,
        settled=settled,
        alumni=alumni,
        alumni_who_answered=who_answered,
        survey_first=survey.before(rounds, last) if last else None,
        survey=last,
    )


def _questions(rows: Sequence[Record]) -> list[Cell]:
    open_ones = cell((row["asker_id"],) for row in rows if not row["answerer_id"])
    both = [(row["asker_id"], row["answerer_id"], row["follows"]) for row in rows if row["answerer_id"]]
    return [
        open_ones,
        cell((asker, answerer) for asker, answerer, follows in both if follows),
        cell((asker, answerer) for asker, answerer, follows in both if not follows),
    ]


def _split(rows: Sequence[Record]) -> list[Cell]:
    """Those of whom it is not so, then those of whom it is."""
    return [cell((row["id"],) for row in rows if row["is_so"] is so) for so in (False, True)]


async def _ties(db: Db, quarter: Quarter, *, is_of_sample: bool) -> Ties:
    rows = await db.rows(_TIES, **_within(quarter), is_of_sample=is_of_sample)
    within, between = (
        Cell(len(pairs), (frozenset(id for row in pairs for id in (row["one"], row["other"])),))
        for pairs in ([row for row in rows if row["is_between"] is so] for so in (False, True))
    )
    return Ties(*rules.told([within, between]))


def _within(quarter: Quarter) -> dict[str, int]:
    return {"begin_id": id_at(quarter.begins), "end_id": id_at(quarter.ends)}


_BEGIN_ID, _END_ID = param("begin_id", BigInteger), param("end_id", BigInteger)
_BEGIN, _END = param("begin", DateTime(timezone=True)), param("end", DateTime(timezone=True))


def _counts(post: type[Post]) -> BoolSql:
    return and_(
        post.visibility <= int(Visibility.unlisted),
        post.origin == HERE,
        post.boost_of_id.is_(None),
        post.deleted_at.is_(None),
    )


def _is_person(person: type[Person]) -> BoolSql:
    is_wanted = is_made_up(person.id) == param("is_of_sample", Boolean)
    return and_(~person.is_bot, ~person.is_service, person.erased_at.is_(None), is_wanted)


def _questions_query() -> Query:
    question, answer = aliased(Post), aliased(Post)
    asker, answerer = aliased(Person), aliased(Person)
    follows = exists().where(
        Follow.follower_id == question.author_id,
        Follow.followed_id == answer.author_id,
        Follow.created_at < func.to_timestamp(answer.id.op(">>")(16) / 1000.0),
    )
    return Query(
        select(
            question.author_id.label("asker_id"),
            answerer.id.label("answerer_id"),
            (answer.id.op(">>")(16) - question.id.op(">>")(16)).label("waited"),
            follows.label("follows"),
        )
        .select_from(question)
        .join(asker, (asker.id == question.author_id) & _is_person(asker))
        .outerjoin(
            answer,
            (answer.id == question.answer_id) & _counts(answer) & (answer.author_id != question.author_id),
        )
        .outerjoin(answerer, (answerer.id == answer.author_id) & _is_person(answerer))
        .where(
            question.id >= _BEGIN_ID,
            question.id < _END_ID,
            question.is_question,
            question.reply_to_id.is_(None),
            _counts(question),
        )
    )


def _ties_query() -> Query:
    reply, one, other = aliased(Post), aliased(Person), aliased(Person)
    return Query(
        select(
            func.least(one.id, other.id).label("one"),
            func.greatest(one.id, other.id).label("other"),
            (one.unit != other.unit).label("is_between"),
        )
        .distinct()
        .select_from(reply)
        .join(one, one.id == reply.author_id)
        .join(other, other.id == reply.reply_to_person_id)
        .where(
            reply.id >= _BEGIN_ID,
            reply.id < _END_ID,
            one.id != other.id,
            one.unit != "",
            other.unit != "",
            _counts(reply),
            _is_person(one),
            _is_person(other),
        )
    )


def _newcomers_query() -> Query:
    """Colleagues whose ninetieth day was in that time, and in how many units they had a tie by then."""
    newcomer, reply, other = aliased(Person), aliased(Post), aliased(Person)
    joined = func.extract("epoch", newcomer.joined_at).op("*")(1000).cast(BigInteger)
    units = (
        select(func.count(other.unit.distinct()))
        .select_from(reply)
        .join(
            other,
            or_(
                and_(reply.author_id == newcomer.id, other.id == reply.reply_to_person_id),
                and_(reply.reply_to_person_id == newcomer.id, other.id == reply.author_id),
            ),
        )
        .where(
            reply.id >= joined.op("<<")(16),
            reply.id < (joined + int(SETTLED.total_seconds() * 1000)).op("<<")(16),
            other.id != newcomer.id,
            other.unit != "",
            _counts(reply),
            _is_person(other),
        )
        .correlate(newcomer)
        .scalar_subquery()
    )
    return Query(
        select(newcomer.id, (units >= UNITS).label("is_so")).where(
            newcomer.joined_at >= _BEGIN,
            newcomer.joined_at < _END,
            newcomer.standing == int(Standing.member),
            newcomer.has_joined,
            _is_person(newcomer),
        )
    )


def _alumni_query() -> Query:
    reply, question = aliased(Post), aliased(Post)
    answered = (
        exists()
        .select_from(reply)
        .where(
            reply.author_id == Person.id,
            reply.id >= _BEGIN_ID,
            reply.id < _END_ID,
            _counts(reply),
            question.id == reply.root_id,
            question.is_question,
            question.author_id != Person.id,
            _counts(question),
        )
    )
    return Query(
        select(Person.id, answered.label("is_so")).where(
            Person.standing == int(Standing.alumnus), ~Person.is_dormant, _is_person(Person)
        )
    )


_PEOPLE = Query(
    select(func.count())
    .select_from(Person)
    .where(Person.has_joined, ~Person.is_dormant, Person.suspended_at.is_(None), _is_person(Person))
)
_QUESTIONS = _questions_query()
_TIES = _ties_query()
_NEWCOMERS = _newcomers_query()
_ALUMNI = _alumni_query()
_FIRST = Query(
    select(func.min(Post.id)).where(
        Post.origin == HERE, is_made_up(Post.author_id) == param("is_of_sample", Boolean)
    )
)
