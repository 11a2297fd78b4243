"""What is counted of the organisation in a quarter: the rows of people, questions, ties, newcomers and alumni."""

from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, Boolean, DateTime, and_, exists, func, or_, select

from weetwie.access.enums import Standing, Visibility
from weetwie.database.pool import Query, param
from weetwie.database.sql import BoolSql
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import HERE, Post
from weetwie.tables.relations import Follow
from weetwie.views.made_up import is_made_up

SETTLED: Final = timedelta(days=90)
UNITS: Final = 3
"""In so many a newcomer has ties after `SETTLED`."""

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


PEOPLE = Query(
    select(func.count())
    .select_from(Person)
    .where(Person.has_joined, ~Person.is_dormant, Person.suspended_at.is_(None), _is_person(Person))
)
QUESTIONS = _questions_query()
TIES = _ties_query()
NEWCOMERS = _newcomers_query()
ALUMNI = _alumni_query()
FIRST = Query(
    select(func.min(Post.id)).where(
        Post.origin == HERE, is_made_up(Post.author_id) == param("is_of_sample", Boolean)
    )
)
