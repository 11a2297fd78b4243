"""Who knows what: a word, a tag or a whole paragraph in; people out, each with the posts that show it."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Executable, SmallInteger, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.knowledge import asked as asking, delicate
from weetwie.domain.knowledge.answer import NOTHING, Expert, ExpertAnswer, Filters, StandIn, WrittenElsewhere
from weetwie.domain.knowledge.arrays import Ints
from weetwie.domain.knowledge.found import FoundPosts
from weetwie.domain.knowledge.translating import Glosses, Translated, translated
from weetwie.domain.knowledge.words import AskedWord
from weetwie.errors import Invalid, _
from weetwie.runtime.beside import beside
from weetwie.tables.people import Person
from weetwie.text.text import is_longer
from weetwie.views.people import may_be_ranked

if TYPE_CHECKING:
    from weetwie.domain.knowledge.around import Around
    from weetwie.domain.knowledge.gathering import Gathered
    from weetwie.domain.knowledge.index import Index

Understanding = tuple[str, Translated, Translated, list[str]]

LONGEST_QUESTION: Final = 100_000
MOST_PROOFS: Final = 3
MOST_MENTIONS: Final = 3
"""So many of those who are not named are shown."""
_LOOKED_UP: Final = 400
"""So many different words of a question are looked up; the rarest of them count."""
_MOST_UNKNOWN: Final = 5
_FEW: Final = 3
"""Words of a question for which it makes no difference who is near."""


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
    most_proofs: int = MOST_PROOFS,
    most_elsewhere: int = 0,
) -> ExpertAnswer:
    """`as_of` limits the posts, never the law, which is today's. `among`: the only people asked about.

    Without `limit` all come in the order of their scores, those too who would not be shown. In works-council mode the order
    is always "knows", and nobody has a date. `most_elsewhere`: so many passages are given, whoever wrote them.
    """
    _check_length(question)
    language, asked, whole, left_out = understanding = await understood(Glosses(db, viewer), viewer, question)
    if not whole.asked:
        return ExpertAnswer((), 0)
    from weetwie.domain.knowledge import around, elsewhere_found, finding, keeping

    tells_activity = viewer.policy.tells_activity
    here = await around.around(db, viewer, whole, as_of)
    async with keeping.held(db) as index:
        gathered, found = await _looked(db, viewer, index, here, understanding, as_of, order, among)
        statements, claims = gathered.claims(among)
        out = {*exclude} if with_self else {viewer.person_id, *exclude}
        rows = await _chosen(db, viewer, found, out, limit, filters)
        people = found.experts(rows, most_proofs, tells_activity=tells_activity)
        given = index, here.scope, asked, gathered, language, people, most_elsewhere
        written = await asyncio.to_thread(elsewhere_found.find, *given) if most_elsewhere else NOTHING
        unknown = gathered.unknown(statements, claims)
        stand_ins = finding.stand_ins(gathered.matter, asked.asked)
        return _told(people, len(found.ids), gathered, written, left_out, unknown, stand_ins)


async def knowers(db: Db, viewer: Viewer, question: str, most: int, glosses: Glosses) -> list[int]:
    """Whom posts speak for, the best first, and nothing of why: for a search, which asks with each letter that is typed. Who of
    them is shown is for `views.people.ranked` to say."""
    _check_length(question)
    understanding = await understood(glosses, viewer, question)
    whole = understanding[2]
    if not whole.asked:
        return []
    from weetwie.domain.knowledge import around, keeping

    here = await around.around(db, viewer, whole, None)
    async with keeping.held(db) as index:
        _gathered, found = await _looked(db, viewer, index, here, understanding, None, "knows", None)
    named: list[int] = found.ids[found.named[:most]].tolist()
    return [id for id in named if id != viewer.person_id]


async def _looked(
    db: Db,
    viewer: Viewer,
    index: "Index",
    here: "Around",
    understanding: Understanding,
    as_of: datetime | None,
    order: str,
    among: Collection[int] | None,
) -> "tuple[Gathered, FoundPosts]":
    """Everybody whom anything speaks for, and what."""
    from weetwie.domain.knowledge import finding, gathering, keeping

    language, asked, whole, _left_out = understanding
    gathered = await gathering.gather(db, viewer, index, here, asked, whole, as_of, language)
    statements, claims = gathered.claims(among)
    near = await _near_whom(db, viewer, gathered.asked)
    order = order if viewer.policy.tells_activity else "knows"
    wanted = finding.question_filter(language, order, near, claims, among, gathered.not_about)
    given = index, here.scope, gathered.matter, wanted, statements
    return gathered, await keeping.worked_out(index, finding.find, *given)


def _told(
    people: tuple[Expert, ...],
    number: int,
    gathered: "Gathered",
    written: WrittenElsewhere,
    left_out: Sequence[str],
    unknown: Sequence[str],
    stand_ins: tuple[StandIn, ...],
) -> ExpertAnswer:
    return ExpertAnswer(
        people,
        number,
        () if written.passages else gathered.likely,
        tuple(left_out),
        tuple([word for word in unknown if word not in written.used][:_MOST_UNKNOWN]),
        {**written.weights, **gathered.weights},
        stand_ins,
        written.passages,
    )


async def understood(glosses: Glosses, viewer: Viewer, question: str) -> Understanding:
    """Its language, what people are found by, what posts are, and what nobody is ever found by."""
    told, never = delicate.without(question, viewer.policy.never_inferred)
    language = asking.language_of(told)
    asked = await translated(glosses, viewer, told, await _read(told), language)
    left_out, whole = [*never, *asked.left_out], asked
    if left_out:
        whole = await translated(
            glosses, viewer, question, await _read(question), language, is_of_posts=False
        )
    return language, asked, whole, left_out


async def _read(question: str) -> list[AskedWord]:
    return (await beside(question, asking.read, question))[:_LOOKED_UP]


async def _near_whom(db: Db, viewer: Viewer, asked: Sequence[AskedWord]) -> int:
    """0 where it makes no difference."""
    looks_near = len(asked) > _FEW and viewer.policy.tells_activity and viewer.person_id
    return viewer.person_id if looks_near and await db.value(_FINDS_NEAR, id=viewer.person_id) else 0


def _check_length(question: str) -> None:
    if is_longer(question, LONGEST_QUESTION):
        raise Invalid(
            _("This question is too long: at most {most} characters."), field="q", most=LONGEST_QUESTION
        )


async def _chosen(
    db: Db,
    viewer: Viewer,
    found: FoundPosts,
    out: Collection[int],
    limit: int | None,
    filters: Filters | None,
) -> list[int]:
    """Which of those who were found stand in the answer, as rows: who is named first, then some who mentioned it."""
    if limit is None:
        return await _allowed(db, viewer, found, found.every, out, None, filters)
    named = await _allowed(db, viewer, found, found.named, out, limit, filters)
    room = min(limit - len(named), MOST_MENTIONS)
    return named + await _allowed(db, viewer, found, found.mentions, out, room, filters)


async def _allowed(
    db: Db,
    viewer: Viewer,
    found: FoundPosts,
    rows: Ints,
    out: Collection[int],
    limit: int | None,
    filters: Filters | None,
) -> list[int]:
    """The first of these rows whose people may be shown."""
    wanted, chosen = len(rows) if limit is None else limit, list[int]()
    step = len(rows) if filters is not None and not filters.is_empty else max(2 * wanted, 40)
    for start in range(0, len(rows) if wanted else 0, max(step, 1)):
        some = rows[start : start + step]
        ids = found.ids[some].tolist()
        allowed = await _passing(db, viewer, [id for id in ids if id not in out], filters)
        chosen += [row for row, id in zip(some.tolist(), ids, strict=True) if id in allowed]
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


def _people(viewer_sql: ViewerSql) -> Executable:
    at_work = visibility.place_at_work(viewer_sql, Person)
    unit, place = param("unit", Text), param("place", Text)
    language, standing = param("language", Text), param("standing", SmallInteger)
    return select(Person.id).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        may_be_ranked(viewer_sql, Person),
        or_(unit == "", and_(at_work, func.folded(Person.unit) == func.folded(unit))),
        or_(place == "", and_(at_work, func.folded(Person.place) == func.folded(place))),
        or_(language == "", language == func.any(Person.languages)),
        or_(standing < 0, Person.standing == standing),
    )


_PEOPLE = VisibleQuery(_people)
_FINDS_NEAR = Query(select(Person.finds_near).where(Person.id == param("id", BigInteger)))
