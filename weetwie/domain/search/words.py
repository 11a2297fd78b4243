"""What is asked for, in the words of the index: each word as it is written or by its stem, in whatever language it may be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Text, cast, column, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.database.pool import Db, Query, param
from weetwie.domain.search.query import SearchQuery, Term
from weetwie.domain.search.spaced import spaced

STEMMED: Final = (
    *("danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian"),
    *("norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "turkish"),
)
_LEFT_OUT_IN: Final = ("dutch", "english", "german")
"""A word that says nothing in one of these (the, het, der) is looked for in phrases only."""


class Forms(msgspec.Struct, frozen=True):
    """How a word or a phrase stands in the index, each as PostgreSQL writes a question."""

    plain: str
    stems: tuple[str, ...]
    says_nothing: bool


async def question(
    db: Db, asked: SearchQuery, people: Mapping[str, int], by: int | None, *, goes_on: bool = False
) -> tuple[str, str] | None:
    """What the index is asked, and by what the fitting posts are ranked; None where nothing can be looked for. `people` has
    the ids of those who are named. With `goes_on` the last word may be the beginning of one."""
    others = [text for one in asked.others for text in one.texts]
    forms = await _forms(db, [*(term.text for term in asked.terms), *others])
    if goes_on:
        asked = msgspec.structs.replace(asked, terms=[_going_on(term) for term in asked.terms])
    terms = [term for term in asked.terms if _tells(term, forms[term.text])]
    terms = terms or [term for term in asked.terms if forms[term.text].plain]
    if asked.terms and not terms:
        return None
    wanted = list(_wanted(asked, terms, forms))
    signs = [_not(_quoted(sign.text), sign.is_out) for sign in asked.signs]
    if by is not None:
        signs.append(_quoted(f"from={by}"))
    ranking = [_written(term, forms[term.text]) for term in terms if not term.is_out]
    everything = [*wanted, *signs, *_people(asked, people)]
    if all(one.startswith("!") for one in everything):
        everything.append(_EVERY_POST)
    return " & ".join(everything), " | ".join(ranking)


def _wanted(asked: SearchQuery, terms: Sequence[Term], forms: Mapping[str, Forms]) -> Iterator[str]:
    """Each term, or what stands for it, for several together, in another language."""
    ways = [
        _not(_written(term, forms[term.text]), term.is_out) if term in terms else "" for term in asked.terms
    ]
    for one in asked.others:
        own = " & ".join(way for way in ways[one.start : one.end] if way)
        also = [_written(Term(text), forms[text]) for text in one.texts if forms[text].plain]
        if own and also:
            ways[one.start] = f"(({own}) | {' | '.join(also)})"
            ways[one.start + 1 : one.end] = [""] * (one.end - one.start - 1)
    yield from filter(None, ways)


def _going_on(term: Term) -> Term:
    return msgspec.structs.replace(term, begins=True) if term.is_last else term


def _people(asked: SearchQuery, people: Mapping[str, int]) -> Iterator[str]:
    """By one of those who are named as authors, by none of the others, and to all of those who are spoken to."""
    by = [_quoted(f"from={people[named.handle]}") for named in asked.authors if not named.is_out]
    if by:
        yield "(" + " | ".join(by) + ")"
    for named in asked.authors:
        if named.is_out:
            yield "!" + _quoted(f"from={people[named.handle]}")
    for named in asked.spoken_to:
        if not named.is_out:
            yield _quoted(f"to={people[named.handle]}")


_KNOWN: dict[str, Forms] = {}
"""How a word stands in the index never changes."""
_MOST_KNOWN: Final = 20_000


async def _forms(db: Db, texts: Sequence[str]) -> dict[str, Forms]:
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    new = [text for text in texts if text not in _KNOWN]
    if new:
        for row in await db.rows(_FORMS, texts=new):
            stems = tuple(dict.fromkeys(filter(None, row["stems"])))
            _KNOWN[row["said"]] = Forms(row["plain"], stems, row["says_nothing"])
    return {text: _KNOWN[text] for text in texts}


_EVERY_POST: Final = "':post'"


def _tells(term: Term, form: Forms) -> bool:
    return bool(form.plain) and (term.is_phrase or term.begins or not form.says_nothing)


def _written(term: Term, form: Forms) -> str:
    if term.is_phrase:
        return f"({form.plain})"
    ways = [form.plain, *form.stems]
    if term.begins and " " not in form.plain:
        ways.append(f"{form.plain}:*")
    return "(" + " | ".join(f"({way})" for way in dict.fromkeys(ways)) + ")"


def _quoted(sign: str) -> str:
    escaped = sign.replace("\\", "\\\\").replace("'", "''")
    return f"':{escaped}'"


def _not(question: str, is_out: bool) -> str:
    return f"!{question}" if is_out else question


_said = func.unnest(param("texts", ARRAY(Text))).table_valued(column("said", Text)).render_derived()


def _asked_in(reading: str) -> ColumnElement[str]:
    return func.phraseto_tsquery(literal(f"words_{reading}"), spaced(_said.c.said))


_FORMS = Query(
    select(
        _said.c.said,
        cast(_asked_in("simple"), Text).label("plain"),
        array([cast(_asked_in(language), Text) for language in STEMMED]).label("stems"),
        or_(*(func.numnode(_asked_in(language)) == 0 for language in _LEFT_OUT_IN)).label("says_nothing"),
    )
)
