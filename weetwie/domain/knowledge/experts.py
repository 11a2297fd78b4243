"""Who knows what: a word, a tag or a whole paragraph in; people out, each with the posts that show it."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, SmallInteger, Text, and_, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import audience, sees
from weetwie.access.sees import Eye, Lawful
from weetwie.access.viewer import Viewer
from weetwie.domain.knowledge import delicate, words
from weetwie.domain.knowledge.words import Asked
from weetwie.errors import Invalid, _
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, columns, param
from weetwie.kit.text import is_longer
from weetwie.tables.people import Person

LONGEST_QUESTION: Final = 100_000
MOST_PROOFS: Final = 3
MOST: Final = 80
_LOOKED_UP: Final = 400
"""So many different words of a question are looked up; the rarest of them count."""
_NEAREST: Final = 3


class Proof(msgspec.Struct, frozen=True):
    post_id: int
    weight: float
    """Its part of all that speaks for this person."""


class Expert(msgspec.Struct, frozen=True):
    person_id: int
    score: float
    share: float
    """Of all that speaks for anybody."""
    last_at: datetime | None
    """None for those who only say so. In works-council mode for everybody."""
    proofs: tuple[Proof, ...]
    says: str = ""
    """The topic on their profile that says so."""


class Nearest(msgspec.Struct, frozen=True):
    """A word that nobody used, and one like it that people did."""

    word: str
    instead: str
    people: int
    """In works-council mode 0 where they are few."""


class Answer(msgspec.Struct, frozen=True):
    people: tuple[Expert, ...]
    found: int
    """How many people there is evidence for, as far as the viewer sees."""
    nearest: tuple[Nearest, ...] = ()
    not_inferred: tuple[str, ...] = ()
    """Words of the question that nobody is found for but by what they say themselves."""


class Filters(msgspec.Struct, frozen=True):
    """Only these people; an empty one leaves all."""

    unit: str = ""
    place: str = ""
    language: str = ""
    standing: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()


async def who_knows(
    db: Db,
    viewer: Viewer,
    question: str,
    order: str = "knows",
    as_of: datetime | None = None,
    exclude: Collection[int] = (),
    limit: int | None = 10,
    *,
    filters: Filters | None = None,
    among: Collection[int] | None = None,
    with_self: bool = False,
) -> Answer:
    """`as_of` limits the posts, never the law, which is today's. `among`: the only people asked about. Without `limit` all come.

    In works-council mode the order is always "knows", and nobody has a date.
    """
    _check_length(question)
    told, left_out = delicate.without(question, viewer.policy.never_inferred)
    asked = words.ask(told)[:_LOOKED_UP]
    whole = words.ask(question)[:_LOOKED_UP] if left_out else asked
    if not whole:
        return Answer((), 0)
    from weetwie.domain.knowledge import ranking, said
    from weetwie.domain.knowledge import shelf as shelves

    sight = await audience.sight(db, viewer)
    shelf = await shelves.current(db)
    found = await shelves.look_up(db, shelf, _terms(asked))
    now = as_of or clock.now()
    scope = ranking.Scope(
        sight=sight,
        unranked=await unranked(db),
        at_ms=now.timestamp() * 1000,
        before=int(now.timestamp() * 1000) << 16 if as_of else None,
    )
    visible = ranking.Visible(shelf, scope)
    seen = ranking.of_sight(visible, found)
    statements = await said.about(db, viewer, _terms(whole), scope, as_of)
    unknown = [one for one in asked if not _is_used(one, seen)]
    nearest: tuple[Nearest, ...] = ()
    if unknown and len(asked) <= _MOST_WORDS_TO_MEND and not statements.says_so:
        asked, nearest = await _mended(db, viewer, shelf, visible, scope, asked, unknown, seen)
        statements = await said.about(db, viewer, [*_terms(asked), *_terms(whole)], scope, as_of)
    places, fits, breadth = ranking.fit(shelf, visible, asked, seen)
    tells_activity = viewer.policy.tells_activity
    wanted: Any = "acts" if order == "acts" and tells_activity else "knows"
    votes = ranking.votes(shelf, visible, scope, places, fits, breadth, wanted)
    votes = said.with_vouches(shelf, visible, votes, statements.vouches)
    pool = None if among is None else shelf.people(among)
    says_so, contested = shelf.people(statements.says_so), shelf.people(statements.contested)
    ranked = ranking.rank(shelf, visible, scope, votes, wanted, pool, says_so, contested)
    out = {*exclude} if with_self else {viewer.person_id, *exclude}
    chosen = await _allowed(db, viewer, shelf, ranked, out, limit, filters)
    names = ranking.that_name(shelf, asked, seen)
    experts = _experts(shelf, ranked, chosen, ranking, statements, names)
    if not tells_activity:
        experts = tuple(msgspec.structs.replace(one, last_at=None) for one in experts)
    shown = set(shelf.person_ids[ranked.people].tolist())
    silent = [id for id in statements.says_so if id not in shown | out and (among is None or id in among)]
    room = len(silent) if limit is None else limit - len(experts)
    experts += await _who_only_say_so(db, viewer, silent, statements, room, filters)
    return Answer(experts, len(ranked.people) + len(silent), nearest, tuple(left_out))


def _terms(asked: Sequence[Asked]) -> list[int]:
    return list(dict.fromkeys(term for one in asked for term in one.terms))


async def _who_only_say_so(
    db: Db, viewer: Viewer, silent: list[int], statements: Any, room: int, filters: Filters | None
) -> tuple[Expert, ...]:
    """They come after everybody who has shown it, the newest statement first."""
    if not silent or room <= 0:
        return ()
    newest = sorted(silent, key=lambda one: (statements.says_so[one].at, one), reverse=True)
    allowed = await _passing(db, viewer, newest, filters)
    newest = [one for one in newest if one in allowed]
    return tuple(Expert(id, 0.0, 0.0, None, (), statements.says_so[id].name) for id in newest[:room])


_MOST_WORDS_TO_MEND: Final = 6


def _check_length(question: str) -> None:
    if is_longer(question, LONGEST_QUESTION):
        raise Invalid(
            _("This question is too long. {most} characters are the most."), field="q", most=LONGEST_QUESTION
        )


def _is_used(one: Asked, seen: Any) -> bool:
    return any(term in seen for term in one.terms)


async def _mended(
    db: Db,
    viewer: Viewer,
    shelf: Any,
    visible: Any,
    scope: Any,
    asked: list[Asked],
    unknown: Sequence[Asked],
    seen: Any,
) -> tuple[list[Asked], tuple[Nearest, ...]]:
    """For words that nobody whom the viewer sees used: the nearest that somebody did."""
    from weetwie.domain.knowledge import ranking, said
    from weetwie.domain.knowledge import shelf as shelves

    mended, told = [one for one in asked if one not in unknown], []
    for one in unknown:
        rows = await db.rows(_LIKE, word=one.word)
        candidates = [
            Asked(row["word"], words.forms(row["word"]), one.count)
            for row in rows
            if _is_a_slip(one.word, row["word"])
            and not delicate.is_delicate(row["word"], viewer.policy.never_inferred)
        ]
        more = [term for candidate in candidates for term in candidate.terms if term not in seen]
        if more:
            more_found = await shelves.look_up(db, shelf, list(dict.fromkeys(more)))
            seen.update(ranking.of_sight(visible, more_found))
        used = [candidate for candidate in candidates if _is_used(candidate, seen)][:_NEAREST]
        for candidate in used:
            places, fits, breadth = ranking.fit(shelf, visible, [candidate], seen)
            votes = ranking.votes(shelf, visible, scope, places, fits, breadth, "knows")
            statements = await said.about(db, viewer, candidate.terms, scope, None)
            people = len(set(votes.person.tolist()) - set(shelf.people(statements.contested).tolist()))
            told.append(Nearest(one.word, candidate.word, viewer.policy.told(people)))
        if used:
            mended.append(used[0])
    return mended, tuple(told)


def _is_a_slip(said: str, meant: str) -> bool:
    """Slips of the finger seldom hit the first letter; a word that only looks alike, or is of another language, often does."""
    return said[:1] == meant[:1] or sorted(said[:2]) == sorted(meant[:2])


async def _allowed(
    db: Db,
    viewer: Viewer,
    shelf: Any,
    ranked: Any,
    out: Collection[int],
    limit: int | None,
    filters: Filters | None,
) -> list[int]:
    """Which of the ranked stand in the answer, best first, as numbers in the ranking."""
    ids = shelf.person_ids[ranked.people].tolist()
    wanted, chosen = len(ids) if limit is None else limit, list[int]()
    step = len(ids) if filters is not None and not filters.is_empty else max(2 * wanted, 40)
    for start in range(0, len(ids), max(step, 1)):
        some = [id for id in ids[start : start + step] if id not in out]
        allowed = await _passing(db, viewer, some, filters)
        chosen += [start + at for at, id in enumerate(ids[start : start + step]) if id in allowed]
        if len(chosen) >= wanted:
            break
    return chosen[:wanted]


async def _passing(db: Db, viewer: Viewer, ids: list[int], filters: Filters | None) -> set[int]:
    """Those whom the viewer sees and the filters leave."""
    wanted = filters or Filters()
    rows = await _PEOPLE.rows(
        db,
        viewer,
        ids=ids,
        unit=wanted.unit,
        place=wanted.place,
        language=wanted.language,
        standing=-1 if wanted.standing is None else wanted.standing,
    )
    return set(columns(rows, "id"))


def _experts(
    shelf: Any, ranked: Any, chosen: list[int], ranking: Any, statements: Any, names: Any
) -> tuple[Expert, ...]:
    people = ranked.people[chosen]
    if not len(people):
        return ()
    proofs = ranking.proofs(ranked, people, names, MOST_PROOFS)
    last = ranking.last_shown(shelf, ranked, people)
    return tuple(
        Expert(
            person_id=int(shelf.person_ids[person]),
            score=float(ranked.scores[at]),
            share=float(ranked.shares[at]),
            last_at=_time_of(last[person]),
            proofs=tuple(Proof(int(shelf.posts.ids[place]), weight) for place, weight in proofs[person]),
            says=statements.says_so[id].name
            if (id := int(shelf.person_ids[person])) in statements.says_so
            else "",
        )
        for at, person in zip(chosen, people.tolist(), strict=True)
    )


def _time_of(id: int) -> datetime:
    return datetime.fromtimestamp((id >> 16) / 1000, UTC)


def _people(eye: Eye) -> Any:
    at_work = sees.place_at_work(eye, Person)
    unit, place = param("unit", Text), param("place", Text)
    language, standing = param("language", Text), param("standing", SmallInteger)
    return select(Person.id).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        Person.may_rank,
        Person.is_bot.is_(False),
        Person.is_dormant.is_(False),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
        sees.card(eye, Person),
        or_(unit == "", and_(at_work, func.lower(Person.unit) == func.lower(unit))),
        or_(place == "", and_(at_work, func.lower(Person.place) == func.lower(place))),
        or_(language == "", language == func.any(Person.languages)),
        or_(standing < 0, Person.standing == standing),
    )


_PEOPLE = Lawful(_people)
_UNRANKED = Query(
    select(func.array_agg(Person.id)).where(or_(~Person.may_rank, Person.is_bot, Person.is_dormant))
)
"""In one row: after an import they may be many."""


async def unranked(db: Db) -> frozenset[int]:
    """People who are neither ranked nor evidence."""
    return frozenset(await db.value(_UNRANKED) or ())


_like = func.words_like(param("word", Text)).table_valued(column("word", Text)).render_derived()
_LIKE = Query(select(_like.c.word))
