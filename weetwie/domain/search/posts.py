"""Posts that a viewer sees and that have what they ask for: the newest first, or of the newest those that fit best first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    Executable,
    Integer,
    SQLColumnExpression,
    Text,
    and_,
    any_,
    case,
    cast,
    column,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import BEGINNING, END, Page
from weetwie.database.pool import Db, Query, Value, param
from weetwie.database.sql import BoolSql, IdSql
from weetwie.domain.search.query import NamedPerson, SearchQuery
from weetwie.domain.search.words import question
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Mention, Post
from weetwie.tables.search import PostWords

DEPTH: Final = 100
"""So many of the newest posts that fit are ranked; behind them the list goes on by time."""
SCARCE: Final = 40
"""Where fewer have all of the words, the last of these may be the beginning of one."""
_SPARE: Final = 1.25
"""How many more than are wanted the index gives at once, for what the law leaves out."""
_MOST_UPWARD: Final = 5000
_CLOCKS_DIFFER: Final = 60_000
"""Milliseconds."""


class SearchHit(msgspec.Struct, frozen=True):
    id: int
    fit: float


async def search(
    db: Db, viewer: Viewer, asked: SearchQuery, page: Page, *, offset: int = 0, by: int | None = None
) -> list[int]:
    """The ids of the posts of a page; `by` is a person of whom they are to be. With a bound, an offset beyond `DEPTH` or nothing
    to rank by, the newest come first."""
    named = await people(db, viewer, [*asked.authors, *asked.spoken_to])
    if named is None or asked.source or asked == SearchQuery(order=asked.order):
        return []
    may_go_on = any(term.is_last for term in asked.terms)
    found: list[int] = []
    for goes_on in (False, True) if may_go_on else (False,):
        given = await question(db, asked, named, by, goes_on=goes_on)
        if given is None:
            return []
        fitting = _FITTING_CONDITIONS if asked.has_conditions else _FITTING
        hunt = _Hunt(db, viewer, fitting, _parameters(asked, named, *given), *bounds(asked))
        found, is_scarce = await _page(hunt, asked, page, offset)
        if not is_scarce:
            break
    return found


@dataclass
class _Hunt:
    """One question to the index, and between which ids it may be answered."""

    db: Db
    viewer: Viewer
    fitting: VisibleQuery
    parameters: dict[str, Value]
    above: int
    below: int

    async def newest(self, limit: int, above: int = BEGINNING, below: int = END) -> list[SearchHit]:
        """Newest first. Goes further back until there are enough of those that the viewer sees, or no more."""
        found: list[SearchHit] = []
        above, below = max(above, self.above), min(below, self.below)
        while below > above + 1 and len(found) < limit:
            wanted = limit - len(found)
            rows = await self.fitting.rows(
                self.db,
                self.viewer,
                **self.parameters,
                above=above,
                below=below,
                limit=wanted,
                enough=int(wanted * _SPARE) + 10,
            )
            found += [SearchHit(row["id"], row["fit"]) for row in rows if row["id"] is not None]
            below = rows[0]["reached"]
        return found


async def _page(hunt: _Hunt, asked: SearchQuery, page: Page, offset: int) -> tuple[list[int], bool]:
    """Its ids, and whether in all, whichever page this is, there are but few."""
    end = offset + page.limit
    if page.above > BEGINNING or page.below < END:
        hunt.parameters["ranking"] = ""
        is_scarce = len(await hunt.newest(SCARCE)) < SCARCE
        if page.is_upward:
            found = await hunt.newest(_MOST_UPWARD, page.above, page.below)
            return [one.id for one in found][-page.limit :], is_scarce
        found = await hunt.newest(end, page.above, page.below)
    elif asked.order == "time" or not hunt.parameters["ranking"] or offset >= DEPTH:
        hunt.parameters["ranking"] = ""
        found = await hunt.newest(max(end, SCARCE))
        is_scarce = len(found) < SCARCE
    else:
        found = await hunt.newest(max(end, DEPTH))
        is_scarce = len(found) < SCARCE
        best = sorted(found[:DEPTH], key=lambda one: (one.fit, one.id), reverse=True)
        found = best + found[DEPTH:]
    return [one.id for one in found[offset:end]], is_scarce


def _parameters(asked: SearchQuery, people: Mapping[str, int], wanted: str, ranking: str) -> dict[str, Value]:
    return {
        "wanted": wanted,
        "ranking": ranking,
        "spoken_to": [people[named.handle] for named in asked.spoken_to if not named.is_out],
        "not_spoken_to": [people[named.handle] for named in asked.spoken_to if named.is_out],
        "is_reply": asked.is_reply,
        "is_answered": asked.is_answered,
        "has_quote": asked.has_quote,
        "is_public": asked.place == "public",
        "is_own": asked.place == "library",
        "is_bookmark": asked.place == "bookmarks",
        "is_favourite": asked.place == "favourites",
        "now_ms": int(clock.now().timestamp() * 1000),
    }


def bounds(asked: SearchQuery) -> tuple[int, int]:
    """The ids that the dates in the question lie between."""
    now = id_at(clock.now()) + (_CLOCKS_DIFFER << 16)
    return id_at(asked.after) - 1 if asked.after else BEGINNING, id_at(asked.before) if asked.before else now


async def people(db: Db, viewer: Viewer, named: Sequence[NamedPerson]) -> dict[str, int] | None:
    """The ids of those who are named; None where somebody must be there who is not."""
    handles = [one.handle.partition("@")[0] for one in named]
    found = {"me": viewer.person_id or 0}
    if set(handles) - {"me"}:
        found |= {row["handle"]: row["id"] for row in await db.rows(_PEOPLE, handles=handles)}
    if any(handle not in found and not one.is_out for handle, one in zip(handles, named, strict=True)):
        return None
    return {one.handle: found.get(handle, 0) for handle, one in zip(handles, named, strict=True)}


_ABOVE, _BELOW = param("above", BigInteger), param("below", BigInteger)
_RANKING = param("ranking", Text)
_YEAR = 365 * 86_400_000


def _fitting(viewer_sql: ViewerSql, *, has_conditions: bool = False) -> Executable:
    """Plan: ids from the index of words, newest first; each post by primary key, until there are enough under the law."""
    wanted = cast(param("wanted", Text), TSQUERY)
    found = func.posts_with_words(wanted, _ABOVE, _BELOW, param("enough", Integer)).table_valued(
        column("post_ids", ARRAY(BigInteger)), column("reached", BigInteger)
    )
    each = func.unnest(found.c.post_ids).table_valued(column("id", BigInteger), with_ordinality="place")
    numbered, post, words = each.render_derived().lateral(), aliased(Post), aliased(PostWords)
    conditions = _conditions(viewer_sql, post) if has_conditions else []
    seen = (
        select(post.id, case((_RANKING == "", 0.0), else_=_fit(post, words)).label("fit"))
        .select_from(numbered)
        .join(post, post.id == numbered.c.id)
        .join(words, words.post_id == numbered.c.id)
        .where(visibility.post(viewer_sql, post), *conditions)
        .order_by(numbered.c.place)
        .limit(param("limit", BigInteger))
        .lateral()
    )
    return select(found.c.reached, seen.c.id, seen.c.fit).select_from(found).outerjoin(seen, true())


def _fit(post: type[Post], words: type[PostWords]) -> ColumnElement[float | Decimal]:
    """How often and how much of what is asked for stands in it; a little more for what people liked and what is new."""
    rank = func.ts_rank(words.words, cast(_RANKING, TSQUERY), _BY_LENGTH)
    years = (param("now_ms", BigInteger) - post.id.op(">>")(16)) / cast(_YEAR, Double)
    fit: ColumnElement[float | Decimal] = (
        rank * (1 + 0.15 * func.ln(1 + post.favourites_count)) / (1 + 0.3 * func.greatest(years, 0))
    )
    return fit


_BY_LENGTH = 1


def _conditions(viewer_sql: ViewerSql, post: type[Post]) -> list[BoolSql]:
    """What the signs in the index do not decide, because it depends on what else the viewer sees, or has marked."""
    own = aliased(Mark)

    def has_marked(*marks: ColumnElement[bool]) -> BoolSql:
        is_mine = (own.person_id == viewer_sql.id, own.post_id == post.id)
        return visibility.there_is(own, *is_mine, or_(*marks))

    is_favourite, is_bookmark = own.favourite.is_not(None), own.bookmark.is_not(None)
    is_mine = has_marked(is_favourite, is_bookmark, own.boost_id.is_not(None))
    return [
        _is_so(param("is_reply", Boolean), _sees(viewer_sql, post.reply_to_id)),
        _is_so(param("is_answered", Boolean), _sees(viewer_sql, post.answer_id)),
        _is_so(param("has_quote", Boolean), _sees(viewer_sql, post.quote_of_id)),
        or_(func.cardinality(_SPOKEN_TO) == 0, _speaks_to(viewer_sql, post, _SPOKEN_TO)),
        or_(func.cardinality(_NOT_SPOKEN_TO) == 0, ~_speaks_to(viewer_sql, post, _NOT_SPOKEN_TO)),
        or_(~param("is_public", Boolean), post.visibility == int(Visibility.public)),
        or_(~param("is_own", Boolean), post.author_id == viewer_sql.id, is_mine),
        or_(~param("is_bookmark", Boolean), has_marked(is_bookmark)),
        or_(~param("is_favourite", Boolean), has_marked(is_favourite)),
    ]


_SPOKEN_TO, _NOT_SPOKEN_TO = (param(name, ARRAY(BigInteger)) for name in ("spoken_to", "not_spoken_to"))


def _speaks_to(
    viewer_sql: ViewerSql, post: type[Post], people: SQLColumnExpression[Sequence[int]]
) -> BoolSql:
    """Whether it names one of them, or is a reply to one of them that the viewer knows as such."""
    mention = aliased(Mention)
    names = visibility.there_is(mention, mention.post_id == post.id, mention.person_id == func.any(people))
    answers = and_(post.reply_to_person_id == func.any(people), _sees(viewer_sql, post.reply_to_id))
    return or_(names, func.coalesce(answers, False))


def _is_so(asked: SQLColumnExpression[bool | None], truth: BoolSql) -> BoolSql:
    return or_(asked.is_(None), truth == asked)


def _sees(viewer_sql: ViewerSql, post_id: IdSql) -> BoolSql:
    other = aliased(Post)
    return and_(
        post_id.is_not(None),
        visibility.there_is(other, other.id == post_id, visibility.parent(viewer_sql, other)),
    )


_FITTING = VisibleQuery(_fitting, is_frequent=True)
_FITTING_CONDITIONS = VisibleQuery(lambda viewer_sql: _fitting(viewer_sql, has_conditions=True))
"""Apart, for hardly anybody asks so, and starting a plan costs for each condition in it, asked or not."""
_PEOPLE = Query(
    select(func.folded(Person.handle).label("handle"), Person.id).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text)))
    )
)
