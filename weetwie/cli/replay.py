"""What sparing people costs: the questions of a community again, in the order of time, asked of three people each."""

import json
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from weetwie.access.enums import Standing
from weetwie.cli import judged
from weetwie.cli.line import ProgressLine
from weetwie.domain.questions import rules

if TYPE_CHECKING:
    from weetwie.database.pool import Database

LEVELS: Final = (0.0, 0.1, 0.2, 0.4, 1.0, 1.5, 2.0)
_LOOKED_AT: Final = 20
_LEARNS_FROM: Final = 0.3
"""The first part of the posts is only read: nobody is known by anything before."""


class ReplayedQuestion(msgspec.Struct, frozen=True):
    at: datetime
    asker: str
    text: str
    helped: frozenset[str]
    """Who answered or approved it."""


class Sampled(msgspec.Struct, frozen=True):
    """A question with who could have been asked, the best first, by knowledge alone."""

    at: datetime
    helped: frozenset[int]
    candidates: tuple[rules.Knower, ...]


class LevelFigures(msgspec.Struct, frozen=True):
    level: float | None
    """None: by knowledge alone."""
    hits: float
    """Of how many questions somebody was asked who then did help."""
    largest: float
    """The largest part of everything asked that one person had."""
    people: int
    """Who was asked at all."""


def questions(folder: Path, most: int) -> list[ReplayedQuestion]:
    """The newest: first posts that others answered, or where nobody answers, posts that others approved."""
    from weetwie.imports import posts as imports
    from weetwie.imports.lines import BadLine, LinesFile

    with LinesFile(judged.posts_file(folder)) as file:
        read = [one for one in imports.posts(file.lines()) if not isinstance(one, BadLine)]
    read.sort(key=lambda one: one.at)
    by_key = {one.key: one for one in read}
    helped: dict[str, set[str]] = {}
    for one in read:
        first = by_key.get(one.root or one.reply_to or "")
        if first is not None and first.author.key != one.author.key:
            helped.setdefault(first.key, set()).add(one.author.key)
    if not helped:
        helped = {one.key: {other.key for other in one.endorsers} - {one.author.key} for one in read}
    asked = [one for one in read[int(len(read) * _LEARNS_FROM) :] if helped.get(one.key)]
    return [
        ReplayedQuestion(one.at, one.author.key, one.text, frozenset(helped[one.key]))
        for one in asked[-most:]
    ]


async def sampled(database: "Database", wanted: Sequence[ReplayedQuestion]) -> list[Sampled]:
    """By what was written before each, and what its asker sees."""
    from weetwie.access.authenticate import Memory
    from weetwie.domain.imports import imported
    from weetwie.domain.knowledge.experts import who_knows
    from weetwie.domain.questions.people import silent_days

    names = list({name for one in wanted for name in (one.asker, *one.helped)})
    found, line, memory = [], ProgressLine(), Memory()
    async with database.reading() as db:
        ids = await imported.people(db, judged.SPACE, names)
        for number, one in enumerate(wanted, 1):
            asker = await memory.person(db, ids[one.asker]) if one.asker in ids else None
            if asker is None:
                continue
            answer = await who_knows(db, asker, one.text[:1000], as_of=one.at, limit=_LOOKED_AT)
            people = answer.named().people or answer.people
            silent = await silent_days(db, asker, [expert.person_id for expert in people], one.at)
            candidates = tuple(
                rules.Knower(expert.person_id, expert.score, silent.get(expert.person_id, rules.LONG_SILENT))
                for expert in people
            )
            helped = frozenset(ids[name] for name in one.helped if name in ids)
            found.append(Sampled(one.at, helped, candidates))
            line.show(f"{number:,} of {len(wanted):,} asked")
    line.clear()
    return found


def replay(found: Sequence[Sampled], level: float | None) -> LevelFigures:
    """Three are asked each time, by knowledge, by who is here, and by how many of the newest questions each was asked."""
    newest: deque[list[int]] = deque()
    lately, ever = Counter[int](), Counter[int]()
    hits = 0
    for one in found:
        asked = _asked(one.candidates, lately, len(newest), level)
        hits += bool(one.helped & set(asked))
        newest.append(asked)
        lately.update(asked)
        ever.update(asked)
        if len(newest) > rules.NEWEST:
            lately.subtract(newest.popleft())
    largest = max(ever.values(), default=0) / max(ever.total(), 1)
    return LevelFigures(level, hits / len(found) if found else 0.0, largest, len(ever))


def _asked(
    candidates: Sequence[rules.Knower], lately: Counter[int], questions: int, level: float | None
) -> list[int]:
    if level is None:
        known = sorted(candidates, key=lambda one: (-one.score, one.person_id))
        return [one.person_id for one in known[: rules.FIRST]]
    shared = rules.Lately(questions, max(lately.values(), default=0))
    burdens = {
        one.person_id: rules.Askable(
            id=one.person_id, standing=Standing.member, asked=lately[one.person_id], lately=shared
        ).burden
        for one in candidates
    }
    return [id for _worth, id in rules.levelled(candidates, burdens, level)[: rules.FIRST]]


def curve(found: Sequence[Sampled]) -> list[LevelFigures]:
    return [replay(found, level) for level in (None, *sorted({*LEVELS, rules.LEVEL}))]


def tell(figures: Sequence[LevelFigures], number: int, *, speaks_json: bool) -> None:
    if speaks_json:
        click.echo(
            json.dumps({"questions": number, "levels": [msgspec.structs.asdict(one) for one in figures]})
        )
        return
    click.echo(f"{number:,} questions, three people asked each")
    click.echo(f"{'level':>9} {'hits':>7} {'largest share':>14} {'people':>7} {'hits':>11} {'share':>7}")
    alone = figures[0]
    for one in figures:
        name = "knowledge" if one.level is None else f"{one.level:.2f}"
        hits = f"{100 * (one.hits - alone.hits):+.1f} points"
        share = f"{100 * (one.largest / (alone.largest or 1.0) - 1):+.0f} %"
        mark = " <- as it is" if one.level == rules.LEVEL else ""
        click.echo(
            f"{name:>9} {one.hits:>7.1%} {one.largest:>14.2%} {one.people:>7,} {hits:>11} {share:>7}{mark}"
        )
