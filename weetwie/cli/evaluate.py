"""How well who-knows-what finds people: a community with judgements is brought into a scratch database and asked."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from weetwie.cli.line import Line

if TYPE_CHECKING:
    from weetwie.access.viewer import Viewer
    from weetwie.imports.lines import Bad
    from weetwie.imports.run import Report
    from weetwie.kit.db import Database

_SPACE: Final = "evaluation"
_NOBODY_YET: Final = 1
"""The id of a member who wrote nothing."""


class Topic(msgspec.Struct, frozen=True):
    qid: str
    task: str
    cutoff: float
    asker: str
    question: str


class Case(msgspec.Struct, frozen=True):
    """A set as it lies in its folder."""

    topics: list[Topic]
    grades: dict[str, dict[str, int]]
    pools: dict[str, set[str]]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--task", help="Only the topics of this task.")
@click.option(
    "--order",
    type=click.Choice(["knows", "acts"]),
    default="knows",
    show_default=True,
    help="Who knows most, or who is likely to act now.",
)
@click.option("--json", "speaks_json", is_flag=True, help="Answer as JSON.")
@click.option(
    "--run",
    "run_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write qid, person, rank and score of all candidates to this file.",
)
@click.option("--no-baselines", is_flag=True, help="Do not compute what to hold it against.")
def evaluate(
    folder: Path, task: str | None, order: str, speaks_json: bool, run_file: Path | None, no_baselines: bool
) -> None:
    """Asks who-knows-what the topics of a set, and measures the answers against its judgements.

    FOLDER holds people.jsonl, posts.jsonl (or .gz), topics.tsv and qrels.tsv, and candidates.tsv where only some people are
    candidates; docs/who-knows.md says what stands in them.
    """
    case = _read(folder, task)
    found = asyncio.run(_evaluate(folder, case, order, run_file, with_baselines=not no_baselines))
    if speaks_json:
        click.echo(json.dumps({"order": order, **found}))
    else:
        _tell(found)


def _read(folder: Path, task: str | None) -> Case:
    for name in ("topics.tsv", "qrels.tsv"):
        if not (folder / name).is_file():
            raise click.UsageError(f"There is no {name} in {folder}.")
    _posts_file(folder)
    topics = [
        Topic(row[0], row[1], float(row[2]), row[3], " ".join(row[4:]))
        for row in _rows(folder / "topics.tsv", 5)
        if task is None or row[1] == task
    ]
    grades: dict[str, dict[str, int]] = {}
    for qid, person, grade in _rows(folder / "qrels.tsv", 3):
        grades.setdefault(qid, {})[person] = int(grade)
    pools: dict[str, set[str]] = {}
    if (folder / "candidates.tsv").is_file():
        for qid, person in _rows(folder / "candidates.tsv", 2):
            pools.setdefault(qid, set()).add(person)
    judged = [topic for topic in topics if any(grade > 0 for grade in grades.get(topic.qid, {}).values())]
    if not judged:
        raise click.UsageError(f"There is no topic with a judgement{f' in task {task}' if task else ''}.")
    return Case(judged, grades, pools)


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = line.rstrip("\r\n").split("\t")
            if len(row) == 1 and not row[0]:
                continue
            if len(row) < columns:
                raise click.UsageError(f"{path}:{number}: {columns} columns are wanted, here are {len(row)}.")
            yield row[:columns]


async def _evaluate(
    folder: Path, case: Case, order: str, run_file: Path | None, *, with_baselines: bool
) -> dict[str, Any]:
    from weetwie import migrations, reactions
    from weetwie.access.recognise import Memory
    from weetwie.access.viewer import system
    from weetwie.kit import log, postgres, sealing
    from weetwie.kit.db import Database

    log.configure("warning", "text")
    with tempfile.TemporaryDirectory(prefix="weetwie-evaluate-") as scratch:
        async with postgres.running(Path(scratch) / "database", is_durable=False) as server:
            await migrations.upgrade(server.dsn)
            sealing.hold(sealing.Keys([os.urandom(sealing.LENGTH)]))
            database = reactions.attach(await Database.open(server.dsn, size=2))
            try:
                async with database.reading() as db:
                    viewer = system(await Memory().policy(db))
                await _bring_in(database, viewer, folder)
                return await _ask_all(
                    database, viewer, folder, case, order, run_file, with_baselines=with_baselines
                )
            finally:
                await database.close()


async def _bring_in(database: "Database", viewer: "Viewer", folder: Path) -> None:
    from weetwie.access.words import Ring
    from weetwie.imports.bring import bring_people, bring_posts
    from weetwie.imports.run import Terms

    terms = Terms(audience=Ring.colleagues, space=_SPACE, may_rank=True)
    watch = _Watch()
    if (folder / "people.jsonl").is_file():
        await bring_people(database, viewer, folder / "people.jsonl", terms, watch)
    await bring_posts(database, viewer, _posts_file(folder), terms, watch)
    watch.line.clear()


def _posts_file(folder: Path) -> Path:
    for name in ("posts.jsonl.gz", "posts.jsonl"):
        if (folder / name).is_file():
            return folder / name
    raise click.UsageError(f"There is neither posts.jsonl nor posts.jsonl.gz in {folder}.")


class _Watch:
    """Bad lines are told once, at the end of the bringing in, by the report of the import itself."""

    def __init__(self) -> None:
        self.line = Line()

    def bad(self, bad: "Bad") -> None:
        self.line.clear()
        click.echo(f"line {bad.number}: {bad.reason}", err=True)

    def moved(self, report: "Report", position: int, size: int) -> None:
        self.line.show(f"{report.posts_new or report.people_new:,} read")


async def _ask_all(
    database: "Database",
    viewer: "Viewer",
    folder: Path,
    case: Case,
    order: str,
    run_file: Path | None,
    *,
    with_baselines: bool,
) -> dict[str, Any]:
    from weetwie.cli import baselines, measures

    community = await _Community.of(database, folder)
    library = baselines.Library(community.posts, len(community.keys)) if with_baselines else None
    names = ["weetwie", *(baselines.NAMES if library else ())]
    measured: dict[str, dict[str, list[dict[str, float]]]] = {}
    lines, line, seconds = list[str](), Line(), list[float]()
    for number, topic in enumerate(case.topics, 1):
        began = asyncio.get_running_loop().time()
        candidates = community.candidates(topic, case.pools.get(topic.qid))
        pool = candidates if topic.qid in case.pools else None
        answer = await community.ask(database, viewer, topic, order, pool)
        seconds.append(asyncio.get_running_loop().time() - began)
        of_task = measured.setdefault(topic.task, {name: [] for name in names})
        ranking = community.complete(answer, candidates, topic)
        lines += [
            f"{topic.qid}\t{person}\t{at}\t{answer.get(person, 0.0):.9g}"
            for at, person in enumerate(ranking, 1)
        ]
        of_task["weetwie"].append(measures.measure(ranking, case.grades[topic.qid]))
        if library is not None:
            for name, scores in library.rank(topic.question, topic.cutoff).items():
                order_of = community.by_score(scores, candidates)
                of_task[name].append(measures.measure(order_of, case.grades[topic.qid]))
        line.show(f"{number:,} of {len(case.topics):,} asked")
    line.clear()
    if run_file is not None:
        run_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    seconds.sort()
    return {
        "tasks": {
            task: {
                "topics": len(of_task["weetwie"]),
                **_rounded(measures.mean(of_task["weetwie"])),
                "interval": {
                    name: [
                        round(end, 4) for end in measures.interval([one[name] for one in of_task["weetwie"]])
                    ]
                    for name in measures.MEASURES
                },
                "baselines": {name: _rounded(measures.mean(of_task[name])) for name in names[1:]},
            }
            for task, of_task in sorted(measured.items())
        },
        "milliseconds": {
            "p50": round(1000 * seconds[len(seconds) // 2], 2),
            "p95": round(1000 * seconds[int(len(seconds) * 0.95)], 2),
        },
    }


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(number, 4) for name, number in numbers.items()}


class _Community:
    """Who is who in the set and in the database."""

    def __init__(self, keys: list[str], ids: dict[str, int], posts: list[Any]) -> None:
        self.keys = keys
        self._at = {key: at for at, key in enumerate(keys)}
        self._ids = ids
        self._by_id = {id: key for key, id in ids.items()}
        self.posts = posts
        self._first: dict[str, float] = {}
        self._times: dict[str, list[float]] = {}
        for post in posts:
            self._times.setdefault(keys[post.author], []).append(post.time)
            self._first.setdefault(keys[post.author], post.time)

    @classmethod
    async def of(cls, database: "Database", folder: Path) -> "_Community":
        from weetwie.cli.baselines import Post
        from weetwie.domain.imports import ledger
        from weetwie.imports.lines import Bad, File
        from weetwie.imports.posts import posts

        with File(_posts_file(folder)) as file:
            read = [one for one in posts(file.lines()) if not isinstance(one, Bad)]
        read.sort(key=lambda one: one.at)
        keys = list(dict.fromkeys(one.author.key for one in read))
        at = {key: place for place, key in enumerate(keys)}
        async with database.reading() as db:
            ids = await ledger.people(db, _SPACE, keys)
        return cls(keys, ids, [Post(at[one.author.key], one.at.timestamp(), one.text) for one in read])

    def candidates(self, topic: Topic, pool: set[str] | None) -> set[str]:
        """Everybody with a post before the cut-off, or those whom the set names; never the asker."""
        if pool is not None:
            return pool - {topic.asker}
        return {key for key, first in self._first.items() if first < topic.cutoff} - {topic.asker}

    async def ask(
        self, database: "Database", viewer: "Viewer", topic: Topic, order: str, pool: set[str] | None
    ) -> dict[str, float]:
        """Scores by person, best first."""
        from weetwie.access.recognise import Memory
        from weetwie.access.viewer import Viewer
        from weetwie.access.words import Standing
        from weetwie.domain.knowledge.experts import who_knows

        async with database.reading() as db:
            asker = None
            if (asker_id := self._ids.get(topic.asker)) is not None:
                asker = await Memory().person(db, asker_id)
            answer = await who_knows(
                db,
                asker or Viewer(policy=viewer.policy, person_id=_NOBODY_YET, standing=Standing.member),
                topic.question,
                order,
                as_of=datetime.fromtimestamp(topic.cutoff, UTC),
                limit=None,
                among=None if pool is None else [self._ids[key] for key in pool if key in self._ids],
            )
        return {
            self._by_id[one.person_id]: one.score for one in answer.people if one.person_id in self._by_id
        }

    def complete(self, answer: dict[str, float], candidates: set[str], topic: Topic) -> list[str]:
        """Behind those for whom there is evidence come the others: who wrote last comes first."""
        ranked = [person for person in answer if person in candidates]
        rest = candidates - set(ranked)
        last = {
            person: max((time for time in self._times.get(person, ()) if time < topic.cutoff), default=0.0)
            for person in rest
        }
        return ranked + sorted(rest, key=lambda person: (-last[person], person))

    def by_score(self, scores: Any, candidates: set[str]) -> list[str]:
        return sorted(candidates, key=lambda key: (-scores[self._at[key]] if key in self._at else 0.0, key))


def _tell(found: dict[str, Any]) -> None:
    from weetwie.cli.measures import MEASURES

    for task, of_task in found["tasks"].items():
        click.echo(f"{task}, {of_task['topics']} topics")
        click.echo(f"  {'':<18}" + "".join(f"{name:>10}" for name in MEASURES))
        rows = {"who knows what": of_task, **of_task["baselines"]}
        for name, row in rows.items():
            click.echo(f"  {name:<18}" + "".join(f"{row[measure]:>10.3f}" for measure in MEASURES))
        low, high = of_task["interval"]["MAP"]
        click.echo(f"  MAP lies between {low:.3f} and {high:.3f} (95 %, bootstrap)")
    timed = found["milliseconds"]
    click.echo(f"A question took {timed['p50']} ms (median), {timed['p95']} ms (95 %).")
