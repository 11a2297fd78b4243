"""The SQL of the law agrees with the plain rule in every small company: what one sees, and who sees it."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from tests.access.companies import companies, counts, write
from tests.access.plain_rule import CARD, Company, Human, Note
from tests.world import SOME_DAY
from weetwie.access import ring_counts, visibility
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VIEWER, ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, prepare_connection
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post


def _posts(viewer_sql: ViewerSql) -> Any:
    return select(Post.id, ring_counts.in_ring(viewer_sql, Post.replies_in_ring)).where(
        visibility.post(viewer_sql, Post)
    )


def _posts_with_original(viewer_sql: ViewerSql) -> Any:
    item, original = aliased(Post), aliased(Post)
    joined = select(item.id).join(original, original.id == func.coalesce(item.boost_of_id, item.id))
    return joined.where(visibility.post(viewer_sql, item, original))


def _people(viewer_sql: ViewerSql) -> Any:
    return select(
        Person.id,
        visibility.person(viewer_sql, Person),
        visibility.card(viewer_sql, Person),
        visibility.detail(viewer_sql, Person),
        ring_counts.in_ring(viewer_sql, Person.posts_in_ring),
        ring_counts.newest_in_ring(viewer_sql, Person.last_post_in_ring),
    )


_POSTS, _POSTS_WITH_ORIGINAL, _PEOPLE = (
    VisibleQuery(_posts),
    VisibleQuery(_posts_with_original),
    VisibleQuery(_people),
)
_POSTS_AS_ANYONE, _PEOPLE_AS_ANYONE = Query(lambda: _posts(VIEWER)), Query(lambda: _people(VIEWER))
_WHO_SEES_POSTS = Query(
    lambda: select(Post.id, Person.id).where(visibility.post(visibility.of(Person), Post))
)
_someone, _seen = aliased(Person), aliased(Person)
_WHO_SEES_PEOPLE = Query(
    lambda: select(
        _someone.id,
        _seen.id,
        visibility.person(visibility.of(_someone), _seen),
        visibility.detail(visibility.of(_someone), _seen),
    ).where(visibility.card(visibility.of(_someone), _seen))
)


class Court:
    """A database in which one company after another stands trial."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner()
        self.connection = self.run(self._connect(dsn))

    async def _connect(self, dsn: str) -> Any:
        connection = await asyncpg.connect(
            dsn, server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"}
        )
        await prepare_connection(connection)
        return connection

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(doing)

    async def try_in(self, company: Company, check: Any) -> None:
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await write(self.connection, company)
            await check(Db(self.connection), company)
        finally:
            await transaction.rollback()

    def close(self) -> None:
        self.run(self.connection.close())
        self._runner.close()


@pytest.fixture
def court(dsn: str) -> Iterator[Court]:
    court = Court(dsn)
    clock.stop(SOME_DAY)
    yield court
    clock.stop(None)
    court.close()


in_small_companies = given(company=companies())
patiently = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@patiently
@in_small_companies
def test_everyone_sees_exactly_the_posts_that_the_plain_rule_allows(court: Court, company: Company) -> None:
    court.run(court.try_in(company, _check_posts))


@patiently
@in_small_companies
def test_everyone_sees_exactly_as_much_of_people_as_the_plain_rule_allows(
    court: Court, company: Company
) -> None:
    court.run(court.try_in(company, _check_people))


async def _viewers(db: Db, company: Company) -> list[tuple[Human | None, Viewer]]:
    """Everybody, nobody, and an app without a person."""
    memory = Memory()
    policy = await memory.policy(db)
    found: list[tuple[Human | None, Viewer]] = [
        (None, Viewer(policy=policy)),
        (None, Viewer(policy=policy, app_id=1)),
    ]
    for person in company.people:
        viewer = await memory.person(db, person.id)
        assert viewer is not None
        found.append((person, viewer))
    return found


async def _check_posts(db: Db, company: Company) -> None:
    for who, viewer in await _viewers(db, company):
        right = {
            post.id: _replies(company, who, post) for post in company.posts if company.sees_post(who, post)
        }
        assert dict(tuple(row) for row in await _POSTS.rows(db, viewer)) == right, who
        assert {row[0] for row in await _POSTS_WITH_ORIGINAL.rows(db, viewer)} == set(right), who
        as_anyone = await db.rows(_POSTS_AS_ANYONE, **visibility.by(viewer, clock.now()))
        assert dict(tuple(row) for row in as_anyone) == right, who
    right_pairs = {
        (post.id, who.id) for post in company.posts for who in company.people if company.sees_post(who, post)
    }
    pairs = await db.rows(_WHO_SEES_POSTS, **visibility.today(viewer))
    assert {tuple(pair) for pair in pairs} == right_pairs


def _replies(company: Company, who: Human | None, post: Note) -> int:
    return company.number(who, [child for child in company.posts if child.parent is post])


async def _check_people(db: Db, company: Company) -> None:
    for who, viewer in await _viewers(db, company):
        right = {person.id: _right_answer(company, who, person) for person in company.people}
        assert {row[0]: tuple(row)[1:] for row in await _PEOPLE.rows(db, viewer)} == right, who
        as_anyone = await db.rows(_PEOPLE_AS_ANYONE, **visibility.by(viewer, clock.now()))
        assert {row[0]: tuple(row)[1:] for row in as_anyone} == right, who
    rows = await db.rows(_WHO_SEES_PEOPLE, **visibility.today(viewer))
    assert {tuple(row) for row in rows} == {
        (who.id, person.id, company.sees_person(who, person), company.detail(who, person))
        for who in company.people
        for person in company.people
        if company.sees_card(who, person)
    }


def _right_answer(company: Company, who: Human | None, person: Human) -> tuple[bool, bool, int, int, int]:
    own = [post for post in company.posts if post.author is person]
    in_reach = [post for post in own if counts(post) and company.number(who, [post])]
    is_seen = company.sees_person(who, person)
    assert is_seen or company.detail(who, person) == CARD
    newest = max((post.id for post in in_reach), default=0)
    return (
        is_seen,
        company.sees_card(who, person),
        company.detail(who, person),
        company.number(who, own),
        newest,
    )
