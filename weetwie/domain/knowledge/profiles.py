"""What of a question people list on their profile besides topics: their languages, where they are, what their work is."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Executable, Text, and_, case, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import CARD, PLACE, ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Record, param
from weetwie.database.sql import BoolSql, TextSql
from weetwie.domain.knowledge import words
from weetwie.domain.knowledge.claimed import stands
from weetwie.domain.knowledge.said import Statement
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.visible import Scope
from weetwie.domain.knowledge.words import AskedWord
from weetwie.tables.people import Person

MOST_WORDS: Final = 8
"""Longer questions ask for no such thing."""
_MOST: Final = 400
_BEGINNING: Final = 6
"""So many letters of a word must stand there; its forms differ behind them."""
ROLES: Final = frozenset(
    (
        "role job title position function work profession"
        " rol functie beroep werk taak"
        " rolle funktion beruf stelle tätigkeit aufgabe"
    ).split()
)
"""What a field of a profile is called that says what somebody's work is."""


def looked_for(asked: Sequence[AskedWord], twins: Sequence[Twin]) -> tuple[Sequence[str], Sequence[str]]:
    """The parameters of `MAY_LIST`: languages that are named, and what else may stand on a profile."""
    if len(asked) > MOST_WORDS:
        return (), ()
    said = [one.word for one in asked] + [one.text for one in twins if one.part < 0]
    beginnings = [f"%{_escaped(word[:_BEGINNING].casefold())}%" for word in dict.fromkeys(said)]
    return list(_spoken(asked)), beginnings


async def listed(
    db: Db,
    viewer: Viewer,
    asked: Sequence[AskedWord],
    scope: Scope,
    twins: Sequence[Twin],
    ids: Sequence[int],
) -> dict[int, Statement]:
    """By person, of those who may list it, as far as the viewer sees their profile."""
    if not ids:
        return {}
    spoken = _spoken(asked)
    rows = await _LISTED.rows(db, viewer, ids=ids)
    out = scope.sight.hidden | scope.unranked
    return {
        row["id"]: statement
        for row in rows
        if row["id"] not in out and (statement := _statement(row, asked, spoken, twins)) is not None
    }


def _spoken(asked: Sequence[AskedWord]) -> dict[str, AskedWord]:
    return {code: one for one in asked for code in _languages(one.word)}


def _statement(
    row: Record, asked: Sequence[AskedWord], spoken: dict[str, AskedWord], twins: Sequence[Twin]
) -> Statement | None:
    """That which says most of what is asked."""
    found = [Statement(name, None, tuple(said)) for name, said in _says(row, asked, spoken, twins) if said]
    return max(found, key=lambda one: len(one.said or ()), default=None)


def _says(
    row: Record, asked: Sequence[AskedWord], spoken: dict[str, AskedWord], twins: Sequence[Twin]
) -> Iterator[tuple[str, list[str]]]:
    for code in row["languages"]:
        if (one := spoken.get(code)) is not None:
            yield one.word.title(), [one.word]
    for said in (
        row["place"],
        row["unit"],
        *(field["value"] for field in row["fields"] if is_role(field["name"])),
    ):
        terms = {term for one in words.ask(said) for term in one.terms}
        lent = {place for twin in twins if twin.part < 0 and stands(twin, terms) for place in twin.of}
        yield said, [one.word for at, one in enumerate(asked) if at in lent or terms.intersection(one.terms)]


def is_role(name: str) -> bool:
    return not ROLES.isdisjoint(name.casefold().split())


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _languages(word: str) -> tuple[str, ...]:
    """The languages that are called so in one of the three."""
    return tuple(dict.fromkeys(code for form in words.forms(word) for code in _names().get(form, ())))


@cache
def _names() -> dict[int, tuple[str, ...]]:
    from babel import Locale

    found: dict[int, tuple[str, ...]] = {}
    for language in words.LANGUAGES:
        for code, name in Locale(language).languages.items():
            if len(code) == 2 and name.isalpha():
                number = words.number_in(name.casefold(), language)
                found[number] = (*found.get(number, ()), code)
    return found


_LANGUAGES, _BEGINNINGS = param("languages", ARRAY(Text)), param("beginnings", ARRAY(Text))


def _stands_in(what: TextSql) -> BoolSql:
    return func.folded(what).like(func.any(_BEGINNINGS))


MAY_LIST = select(func.array_agg(Person.id)).where(
    func.cardinality(_LANGUAGES) + func.cardinality(_BEGINNINGS) > 0,
    Person.erased_at.is_(None),
    or_(
        Person.languages.op("&&")(_LANGUAGES),
        _stands_in(Person.unit + " " + Person.place),
        and_(Person.fields != text("'[]'::jsonb"), _stands_in(func.cast(Person.fields, Text))),
    ),
)
"""A look at everybody, 2 ms for 10,000, and at nobody where nothing is looked for; most words stand on no profile."""


def _listed(viewer_sql: ViewerSql) -> Executable:
    detail = visibility.detail(viewer_sql, Person)
    at_work = detail >= PLACE
    return (
        select(
            Person.id,
            case((at_work, Person.unit), else_="").label("unit"),
            case((at_work, Person.place), else_="").label("place"),
            Person.languages,
            Person.fields,
        )
        .where(
            Person.id == func.any(param("ids", ARRAY(BigInteger))),
            Person.may_rank,
            Person.is_bot.is_(False),
            Person.suspended_at.is_(None),
            detail > CARD,
        )
        .order_by(Person.id)
        .limit(_MOST)
    )


_LISTED = VisibleQuery(_listed)
