"""What sparing people costs: the questions of a community again, in the order of time, asked of three people each."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from weetwie.cli import judged
from weetwie.cli.line import ProgressLine
from weetwie.domain.questions import rules

if TYPE_CHECKING:
    from weetwie.database.pool import Database

LEVELS: Final = (0.0, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0)
_LOOKED_AT: Final = 20
_LEARNS_FROM: Final = 0.3
"""The first part of the posts is only read: nobody is known by anything before."""


class ReplayedQuestion(msgspec.Struct, frozen=True):
    at: Any
    asker: str
    text: str
    helped: frozenset[str]
    """Who answered or approved it."""


class Sampled(msgspec.Struct, frozen=True):
    """A question with who could have been asked, the best first, by knowledge alone."""

    at: Any
    helped: frozenset[int]
    candidates: tuple[rules.Knower, ...]


class LevelFigures(msgspec.Struct, frozen=True):
    level: float
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
    from weetwie.domain.imports import ledger
    from weetwie.domain.knowledge.experts import who_knows

    names = list({name for one in wanted for name in (one.asker, *one.helped)})
    found, line, memory = [], ProgressLine(), Memory()
    async with database.reading() as db:
        ids = await ledger.people(db, judged.SPACE, names)
        for number, one in enumerate(wanted, 1):
            asker = await memory.person(db, ids[one.asker]) if one.asker in ids else None
            if asker is None:
                continue
            answer = await who_knows(db, asker, one.text[:1000], as_of=one.at, limit=_LOOKED_AT)
            people = answer.named().people or answer.people
            candidates = tuple(rules.Knower(expert.person_id, expert.score) for expert in people)
            helped = frozenset(ids[name] for name in one.helped if name in ids)
            found.append(Sampled(one.at, helped, candidates))
            line.show(f"{number:,} of {len(wanted):,} asked")
    line.clear()
    return found


def replay(found: Sequence[Sampled], level: float) -> LevelFigures:
    """Three are asked each time, by knowledge and by how many questions reached them within the week before."""
    reached: dict[int, list[Any]] = {}
    hits = 0
    for one in found:
        since = one.at - rules.WEEK
        load = {
            candidate.person_id: sum(at > since for at in reached.get(candidate.person_id, ()))
            for candidate in one.candidates
        }
        order = sorted(
            one.candidates,
            key=lambda knower: (
                -rules.levelled(knower.score, load[knower.person_id], level),
                knower.person_id,
            ),
        )
        asked = [knower.person_id for knower in order[: rules.FIRST]]
        hits += bool(one.helped & set(asked))
        for id in asked:
            reached.setdefault(id, []).append(one.at)
    number = sum(len(times) for times in reached.values())
    largest = max((len(times) for times in reached.values()), default=0)
    return LevelFigures(
        level, hits / len(found) if found else 0.0, largest / number if number else 0.0, len(reached)
    )


def curve(found: Sequence[Sampled]) -> list[LevelFigures]:
    return [replay(found, level) for level in sorted({*LEVELS, rules.LEVEL})]


def tell(figures: Sequence[LevelFigures], number: int, *, speaks_json: bool) -> None:
    if speaks_json:
        click.echo(
            json.dumps({"questions": number, "levels": [msgspec.structs.asdict(one) for one in figures]})
        )
        return
    click.echo(f"{number:,} questions, three people asked each")
    click.echo(f"{'level':>7} {'hits':>7} {'largest share':>14} {'people':>7}")
    for one in figures:
        mark = " <- as it is" if one.level == rules.LEVEL else ""
        click.echo(f"{one.level:>7.2f} {one.hits:>7.1%} {one.largest:>14.2%} {one.people:>7,}{mark}")
