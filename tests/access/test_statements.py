"""Statements become text once, ahead of the first request where they are frequent, and keep nothing else."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import BigInteger, literal, select

from weetwie.database import pool
from weetwie.database.pool import Query, param, write_frequent
from weetwie.domain.notifications import list as notifications
from weetwie.domain.search import posts


def test_what_is_asked_often_is_written_before_anyone_asks() -> None:
    write_frequent()
    for visible in (notifications._DOWN, posts._FITTING):
        assert visible._for_members in pool._FREQUENT
        assert visible._for_members._sql is not None


def test_a_statement_that_is_written_lets_go_of_what_it_was_made_of() -> None:
    query = Query(lambda: select(literal(1), param("one", BigInteger)))
    assert query.values({"one": 5}) == [5]
    assert query._statement is None
    assert query.sql == query.sql
    assert "$1" in query.sql


def test_two_threads_that_write_one_statement_get_the_same_text() -> None:
    queries = [
        Query(lambda: select(param("one", BigInteger), param("two", BigInteger))) for _turn in range(50)
    ]
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(lambda query: query.sql, [query for query in queries for _time in range(4)]))
    assert len(set(texts)) == 1
    assert {tuple(query.values({"one": 1, "two": 2})) for query in queries} == {(1, 2)}
