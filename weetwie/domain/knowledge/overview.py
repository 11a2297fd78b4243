"""What an import is about, for those who run the place: topics that many wrote about, and how many only one did. Never whose."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, func, select

from weetwie.access.policy import FEWEST
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.knowledge import background, delicate
from weetwie.domain.knowledge.words import tokens
from weetwie.tables.passages import SourcePassage

MOST_TOPICS: Final = 12
_NEWEST: Final = 20_000
"""So many passages are read."""
_AT_A_TIME: Final = 1000
_SHORTEST: Final = 4
_TELLING: Final = 3e-5
"""How usual a word may be in its language at large."""
_AGAIN: Final = 3
"""Who alone uses a word so often writes about it."""
_END: Final = (1 << 63) - 1


class WrittenTopic(msgspec.Struct, frozen=True):
    name: str
    people: int


class Overview(msgspec.Struct, frozen=True):
    passages: int
    people: int
    """Who wrote it, people and names."""
    topics: list[WrittenTopic]
    """That at least ten of them wrote about, what most did first."""
    of_one_alone: int
    """How many topics only one of them wrote about; 0 where fewer than ten wrote at all."""


_NUMBERS = Query(
    select(
        func.count().label("passages"),
        func.count(func.coalesce(SourcePassage.author_id.cast(SourcePassage.author_key.type), SourcePassage.author_key).distinct()).label("people"),
    ).where(SourcePassage.import_id == param("import_id", BigInteger))
)  # fmt: skip
_SOME = Query(
    select(
        SourcePassage.id,
        SourcePassage.author_id,
        SourcePassage.author_key,
        SourcePassage.title,
        SourcePassage.text,
        SourcePassage.language,
    )
    .where(
        SourcePassage.import_id == param("import_id", BigInteger),
        SourcePassage.id < param("below", BigInteger),
        SourcePassage.is_hidden.is_(False),
    )
    .order_by(SourcePassage.id.desc())
    .limit(_AT_A_TIME)
)


_NAMES = Query(
    select(SourcePassage.author_name)
    .where(SourcePassage.import_id == param("import_id", BigInteger))
    .distinct()
)


async def overview(db: Db, import_id: int, never: Sequence[str]) -> Overview:
    """Of the newest passages of an import. `never`: what this organisation infers of nobody."""
    row = await db.row(_NUMBERS, import_id=import_id)
    assert row is not None
    names = {
        word for row in await db.rows(_NAMES, import_id=import_id) for word in tokens(row["author_name"])
    }
    people: dict[str, set[int]] = {}
    alone: Counter[str] = Counter()
    below, read = _END, 0
    while read < _NEWEST and (rows := await db.rows(_SOME, import_id=import_id, below=below)):
        await asyncio.to_thread(_count, rows, names, people, alone)
        below, read = rows[-1]["id"], read + len(rows)
    many = sorted(
        (word for word, who in people.items() if len(who) >= FEWEST), key=lambda word: -len(people[word])
    )
    topics = [WrittenTopic(word, len(people[word])) for word in many if not delicate.is_delicate(word, never)]
    single = sum(1 for word, who in people.items() if len(who) == 1 and alone[word] >= _AGAIN)
    return Overview(
        row["passages"],
        row["people"],
        topics[:MOST_TOPICS],
        single if row["people"] >= FEWEST else 0,
    )


def _count(
    rows: Sequence[Record], names: Collection[str], people: dict[str, set[int]], alone: Counter[str]
) -> None:
    """Those who write are mentioned by name: that is no topic."""
    for row in rows:
        said = {
            word
            for word in tokens(f"{row['title']} {row['text']}")
            if len(word) >= _SHORTEST and word.isalpha() and word not in names
        }
        words = sorted(said)
        usual = background.usual(words, row["language"] or "en")
        who = row["author_id"] or row["author_key"]
        for word, often in zip(words, usual, strict=True):
            if often < _TELLING:
                people.setdefault(word, set()).add(who)
                alone[word] += 1
