"""Passages by their words: what stands in the index of each, and which of them a viewer finds."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Integer,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR, array, insert

from weetwie.access import passages as law
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import BEGINNING
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import ColumnSql
from weetwie.domain.search import index, posts
from weetwie.domain.search.query import SearchQuery
from weetwie.domain.search.spaced import spaced
from weetwie.domain.search.words import question
from weetwie.tables.declared import aliased
from weetwie.tables.imports import Import
from weetwie.tables.passages import SourceChannel, SourcePassage
from weetwie.tables.search import PassageWords

DEPTH: Final = 100
"""So many of the newest that fit are ranked."""
_IDS = param("ids", ARRAY(BigInteger))
_MOST_CHARACTERS: Final = 200_000
_GAP = cast(literal("':gap':9"), TSVECTOR)


class PassageHit(msgspec.Struct, frozen=True):
    id: int
    fit: float


async def bring_in(db: Db, passage_ids: Sequence[int]) -> None:
    """Writes down, or anew, by what these passages are found."""
    await db.run(_WRITE, ids=list(passage_ids))


async def search(
    db: Db, viewer: Viewer, asked: SearchQuery, limit: int, *, offset: int = 0, enough: int = DEPTH
) -> list[int]:
    """The ids of those that have what is asked for, of the newest `enough` those that fit best first. What asks for posts alone
    (what one marked, replies, polls) finds none."""
    if asked.has_conditions or asked == SearchQuery(order=asked.order):
        return []
    people = await posts.people(db, viewer, asked.authors)
    given = None if people is None else await question(db, asked, people, None)
    if given is None:
        return []
    wanted, ranking = given
    above, below = posts.bounds(asked)
    found = await _newest(db, viewer, wanted, ranking, max(offset + limit, enough), above, below)
    if asked.order != "time" and ranking:
        found.sort(key=lambda one: (one.fit, one.id), reverse=True)
    return [one.id for one in found[offset : offset + limit]]


async def _newest(
    db: Db, viewer: Viewer, wanted: str, ranking: str, limit: int, above: int, below: int
) -> list[PassageHit]:
    """Goes further back until there are enough of those that the viewer sees, or no more."""
    found: list[PassageHit] = []
    above = max(above, BEGINNING)
    while below > above + 1 and len(found) < limit:
        rest = limit - len(found)
        rows = await _FITTING.rows(
            db,
            viewer,
            wanted=wanted,
            ranking=ranking,
            above=above,
            below=below,
            limit=rest,
            enough=rest + 10,
        )
        found += [PassageHit(row["id"], row["fit"]) for row in rows if row["id"] is not None]
        below = rows[0]["reached"]
    return found


def _fitting(viewer_sql: ViewerSql) -> Executable:
    """Plan: as for posts. Ids from the index of words, newest first; each passage by primary key, until there are enough."""
    found = func.passages_with_words(
        cast(param("wanted", Text), TSQUERY), _ABOVE, _BELOW, param("enough", Integer)
    ).table_valued(column("passage_ids", ARRAY(BigInteger)), column("reached", BigInteger))
    each = func.unnest(found.c.passage_ids).table_valued(column("id", BigInteger), with_ordinality="place")
    numbered, passage, words = (
        each.render_derived().lateral(),
        aliased(SourcePassage),
        aliased(PassageWords),
    )
    rank = func.ts_rank(words.words, cast(_RANKING, TSQUERY), 1)
    seen = (
        select(passage.id, case((_RANKING == "", 0.0), else_=rank).label("fit"))
        .select_from(numbered)
        .join(passage, passage.id == numbered.c.id)
        .join(words, words.passage_id == numbered.c.id)
        .where(law.passage(viewer_sql, passage))
        .order_by(numbered.c.place)
        .limit(param("limit", BigInteger))
        .lateral()
    )
    return select(found.c.reached, seen.c.id, seen.c.fit).select_from(found).outerjoin(seen, true())


_ABOVE, _BELOW = param("above", BigInteger), param("below", BigInteger)
_RANKING = param("ranking", Text)
_FITTING = VisibleQuery(_fitting)


def _write() -> Executable:
    said = func.concat_ws(
        " ",
        SourcePassage.author_name,
        SourcePassage.title,
        SourcePassage.text,
        func.array_to_string(SourcePassage.files, " "),
    )
    text = spaced(func.left(said, _MOST_CHARACTERS))
    words = func.to_tsvector(literal("words_simple"), text)
    stems = func.to_tsvector(func.reading_of(SourcePassage.language), text)
    rows = (
        select(SourcePassage.id, words.concat(_GAP).concat(stems).concat(func.array_to_tsvector(_signs())))
        .join(SourceChannel, SourceChannel.id == SourcePassage.channel_id)
        .join(Import, Import.id == SourcePassage.import_id)
        .where(SourcePassage.id == func.any(_IDS))
    )
    new = insert(PassageWords).from_select(["passage_id", "words"], rows)
    return new.on_conflict_do_update(index_elements=["passage_id"], set_={"words": new.excluded.words})


def _signs() -> ColumnElement[list[str]]:
    """As of posts, and where it is from: `:in=slack`, `:in=slack/general`."""
    source, channel = Import.kind, func.folded(SourceChannel.name)
    own = [
        literal(":post"),
        literal(":in=elsewhere"),
        _sign(":in=", source),
        _sign(":in=", source.op("||")(literal("/")).op("||")(channel)),
        _sign(":from=", SourcePassage.author_id),
        *(_sign(f":{bits}=", SourcePassage.id.op(">>")(bits)) for bits in index.AGES),
        _sign(":language=", func.split_part(func.folded(SourcePassage.language), "-", 1)),
        case((SourcePassage.is_question, ":question")),
        case((SourcePassage.text.like("%://%"), ":has=link")),
        case((func.cardinality(SourcePassage.files) > 0, ":has=file")),
    ]
    tag = func.unnest(SourcePassage.tags).table_valued("name").render_derived()
    tags = select(_sign(":tag=", func.folded(tag.c.name))).scalar_subquery()
    return func.array_remove(array(own), None).op("||")(func.array(tags))


def _sign(name: str, value: ColumnSql) -> ColumnElement[str]:
    return literal(name).op("||")(cast(value, Text))


_WRITE = Query(_write)
