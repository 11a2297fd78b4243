"""With whom those who joined a community talked: whether who knows about what they wrote on their first day foretells it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from weetwie.cli import judged, measures
from weetwie.cli.judged import Community
from weetwie.cli.line import ProgressLine

if TYPE_CHECKING:
    from weetwie.access.viewer import Viewer
    from weetwie.database.pool import Database

KNOWS, POPULAR, ALIKE = "who knows", "popularity", "same topic"
_DAY: Final = 86_400.0
_FIRST_DAYS: Final = 90
_LEARNS_FROM: Final = 0.3
"""The first part of the posts is only read: nobody is known by anything before."""
_LONGEST: Final = 20_000
"""So much of what somebody said is looked at, in characters."""
_LEAST: Final = 2
"""With so many people somebody talked, or there is nothing to predict."""


class JoinedPerson(msgspec.Struct, frozen=True):
    key: str
    at: float
    """The end of their first day: what they wrote until then is known of them, and nothing after it."""
    said: str
    talked_with: dict[str, int]
    """In the rest of their first 90 days: how often they answered one another, at most twice."""


def newcomers(folder: Path, most: int) -> list[JoinedPerson]:
    """The newest of whom 90 days are known."""
    from weetwie.imports import posts as imports
    from weetwie.imports.lines import BadLine, LinesFile

    with LinesFile(judged.posts_file(folder)) as file:
        read = [one for one in imports.posts(file.lines()) if not isinstance(one, BadLine)]
    read.sort(key=lambda one: one.at)
    first: dict[str, float] = {}
    for one in read:
        first.setdefault(one.author.key, one.at.timestamp())
    said, talked = _lives(read, first)
    begin, end = read[int(len(read) * _LEARNS_FROM)].at.timestamp(), read[-1].at.timestamp()
    found = [
        JoinedPerson(key, joined + _DAY, "\n".join(said[key]), dict(talked[key]))
        for key, joined in first.items()
        if begin < joined < end - _FIRST_DAYS * _DAY and len(talked[key]) >= _LEAST
    ]
    return found[-most:]


def _lives(
    read: Sequence[Any], first: dict[str, float]
) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """What each said on their first day, and with whom they talked after it: by answers in a thread, or by reviews."""
    said: dict[str, list[str]] = defaultdict(list)
    talked: dict[str, dict[str, int]] = defaultdict(dict)
    in_thread: dict[str, set[str]] = defaultdict(set)
    for one in read:
        author, at = one.author.key, one.at.timestamp()
        if at <= first[author] + _DAY:
            said[author].append(one.text)
        thread = in_thread[one.root or one.key]
        for other in {*thread, *(who.key for who in one.endorsers)} - {author}:
            for who, with_whom in ((author, other), (other, author)):
                if who in first and first[who] + _DAY < at <= first[who] + _FIRST_DAYS * _DAY:
                    talked[who][with_whom] = min(2, talked[who].get(with_whom, 0) + 1)
        thread.add(author)
    return said, talked


async def measured(
    database: "Database", viewer: "Viewer", community: Community, wanted: Sequence[JoinedPerson]
) -> dict[str, list[dict[str, float]]]:
    """By the ways of choosing people: of each newcomer how good the order is."""
    from datetime import UTC, datetime

    from weetwie.cli import baselines
    from weetwie.domain.knowledge.experts import who_knows

    library, line = baselines.Library(community.posts, len(community.keys)), ProgressLine()
    found: dict[str, list[dict[str, float]]] = {KNOWS: [], POPULAR: [], ALIKE: []}
    for number, one in enumerate(wanted, 1):
        topic = judged.JudgedTopic(one.key, "newcomers", one.at, one.key, one.said)
        candidates = community.candidates(topic, None)
        grades = {key: grade for key, grade in one.talked_with.items() if key in candidates}
        if not grades:
            continue
        async with database.reading() as db:
            asker = await community.viewer(db, viewer.policy, one.key)
            as_of = datetime.fromtimestamp(one.at, UTC)
            answer = await who_knows(db, asker, one.said[:_LONGEST], "acts", as_of=as_of, limit=None)
        ours = {key: who.score for who in answer.people if (key := community.key(who.person_id))}
        plain = library.rank(one.said, one.at)
        orders = {
            KNOWS: community.complete(ours, candidates, topic),
            POPULAR: community.by_score(plain[baselines.NAMES[0]], candidates),
            ALIKE: community.by_score(plain[baselines.NAMES[1]], candidates),
        }
        for name, order in orders.items():
            found[name].append(measures.measure(order, grades))
        line.show(f"{number:,} of {len(wanted):,} newcomers")
    line.clear()
    return found


def tell(found: dict[str, list[dict[str, float]]], *, speaks_json: bool) -> None:
    number = len(found[KNOWS])
    if not number:
        raise click.ClickException("Nobody joined of whom 90 days are known.")
    means = {name: measures.mean(rows) for name, rows in found.items()}
    if speaks_json:
        click.echo(json.dumps({"newcomers": number, "ways": means}))
        return
    click.echo(f"{number:,} newcomers, with whom they talked in their first {_FIRST_DAYS} days")
    click.echo(f"  {'':<18}" + "".join(f"{name:>10}" for name in measures.MEASURES))
    for name, row in means.items():
        click.echo(f"  {name:<18}" + "".join(f"{row[measure]:>10.3f}" for measure in measures.MEASURES))
    for other in (POPULAR, ALIKE):
        low, high = measures.interval(
            [ours["MAP"] - theirs["MAP"] for ours, theirs in zip(found[KNOWS], found[other], strict=True)]
        )
        click.echo(f"  {KNOWS} less {other}: {low:+.3f} to {high:+.3f} in MAP (95 %, bootstrap)")
