"""How well who-knows-what finds people: a community with judgements is brought into a scratch database and asked."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from weetwie.cli import judged, measures, newcomers, replay
from weetwie.cli.judged import Case, Community, JudgedTopic
from weetwie.cli.line import ProgressLine
from weetwie.cli.shown import ShownCounts

if TYPE_CHECKING:
    from weetwie.access.viewer import Viewer
    from weetwie.database.pool import Database
    from weetwie.flows.imports.run import ImportReport
    from weetwie.imports.lines import BadLine

_SHOWN: Final = 10
"""So many people are shown to who asks."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--task", help="Use only the topics of this task.")
@click.option(
    "--order",
    type=click.Choice(["knows", "acts", "both"]),
    default="both",
    show_default=True,
    help="Rank by who knows most, by who is likely to act now, or both in turn.",
)
@click.option("--json", "speaks_json", is_flag=True, help="Answer as JSON.")
@click.option(
    "--run",
    "run_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write qid, person, rank and score of all candidates to this file.",
)
@click.option("--no-baselines", is_flag=True, help="Skip the baselines.")
@click.option(
    "--absent",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions nobody here can answer, one per line: how often is someone named anyway?",
)
@click.option(
    "--replay",
    "replays",
    is_flag=True,
    help="Ask three people each question of the community in turn: what levelling the load costs.",
)
@click.option(
    "--newcomers",
    "replays_newcomers",
    is_flag=True,
    help="Do those who joined talk, in their first 90 days, with who knows about what they wrote on their first day?",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    default=1500,
    show_default=True,
    help="With --replay or --newcomers: so many, the newest.",
)
def evaluate(
    folder: Path,
    task: str | None,
    order: str,
    speaks_json: bool,
    run_file: Path | None,
    no_baselines: bool,
    absent: Path | None,
    replays: bool,
    replays_newcomers: bool,
    most: int,
) -> None:
    """Measure who knows against the judgements of a test set.

    FOLDER contains people.jsonl, posts.jsonl (or .gz), topics.tsv and qrels.tsv, and candidates.tsv where only some people are
    candidates; docs/who-knows.md describes them. With two orders, the run of the second is written to FILE.acts.
    With --replay or --newcomers, people.jsonl and posts.jsonl are enough.
    """
    if replays_newcomers:
        newcomers.tell(asyncio.run(_newcomers(folder, most)), speaks_json=speaks_json)
        return
    if replays:
        figures, number = asyncio.run(_replay(folder, most))
        replay.tell(figures, number, speaks_json=speaks_json)
        return
    wanted = _Wanted(
        folder,
        judged.read(folder, task),
        ("knows", "acts") if order == "both" else (order,),
        run_file,
        judged.questions(absent) if absent else [],
        with_baselines=not no_baselines,
    )
    found = asyncio.run(_evaluate(wanted))
    if speaks_json:
        click.echo(json.dumps(found))
    else:
        _tell(found)


class _Wanted(msgspec.Struct, frozen=True):
    folder: Path
    case: Case
    orders: tuple[str, ...]
    run_file: Path | None
    absent: list[str]
    with_baselines: bool = True


async def _evaluate(wanted: _Wanted) -> dict[str, Any]:
    async with _brought_in(wanted.folder) as (database, viewer, took):
        community = await Community.of(database, wanted.folder)
        orders = await _ask_all(database, viewer, community, wanted)
        found = {
            "order": wanted.orders[0],
            **orders[wanted.orders[0]],
            "orders": orders,
            "import_seconds": took,
        }
        if wanted.absent:
            found["absent"] = await _ask_absent(database, viewer, community, wanted)
        return found


async def _replay(folder: Path, most: int) -> tuple[list[replay.LevelFigures], int]:
    wanted = replay.questions(folder, most)
    async with _brought_in(folder) as (database, _viewer, _took):
        found = await replay.sampled(database, wanted)
    return replay.curve(found), len(found)


async def _newcomers(folder: Path, most: int) -> dict[str, list[dict[str, float]]]:
    wanted = newcomers.newcomers(folder, most)
    async with _brought_in(folder) as (database, viewer, _took):
        return await newcomers.measured(database, viewer, await Community.of(database, folder), wanted)


@asynccontextmanager
async def _brought_in(folder: Path) -> "AsyncIterator[tuple[Database, Viewer, float]]":
    """The set in a database of its own, and how many seconds that took."""
    from weetwie import migrations, reactions
    from weetwie.access.authenticate import Memory
    from weetwie.access.viewer import system
    from weetwie.database import postgres
    from weetwie.database.pool import Database
    from weetwie.runtime import log
    from weetwie.security import sealing

    log.configure("warning", "text")
    with tempfile.TemporaryDirectory(prefix="weetwie-evaluate-") as scratch:
        async with postgres.running(Path(scratch) / "database", is_durable=False) as server:
            await migrations.upgrade(server.dsn)
            sealing.hold(sealing.Keys([os.urandom(sealing.LENGTH)]))
            database = reactions.attach(await Database.open(server.dsn, size=2))
            try:
                async with database.reading() as db:
                    viewer = system(await Memory().policy(db))
                began = time.monotonic()
                await _bring_in(database, viewer, folder)
                yield database, viewer, round(time.monotonic() - began, 1)
            finally:
                await database.close()


async def _bring_in(database: "Database", viewer: "Viewer", folder: Path) -> None:
    from weetwie.access.enums import Ring
    from weetwie.flows.imports.bring import bring_people, bring_posts
    from weetwie.flows.imports.run import Terms

    terms = Terms(audience=Ring.colleagues, space=judged.SPACE, may_rank=True)
    watch = _Watch()
    if (folder / "people.jsonl").is_file():
        await bring_people(database, viewer, folder / "people.jsonl", terms, watch)
    await bring_posts(database, viewer, judged.posts_file(folder), terms, watch)
    watch.line.clear()


class _Watch:
    """Bad lines are told once, at the end of the bringing in, by the report of the import itself."""

    def __init__(self) -> None:
        self.line = ProgressLine()

    def bad(self, bad: "BadLine") -> None:
        self.line.clear()
        click.echo(f"line {bad.number}: {bad.reason}", err=True)

    def moved(self, report: "ImportReport", position: int, size: int) -> None:
        self.line.show(f"{report.posts_new or report.people_new:,} read")


async def _ask_all(
    database: "Database", viewer: "Viewer", community: Community, wanted: _Wanted
) -> dict[str, dict[str, Any]]:
    """What was measured, by order."""
    from weetwie.cli import baselines

    library = baselines.Library(community.posts, len(community.keys)) if wanted.with_baselines else None
    sheets = {order: _Sheet() for order in wanted.orders}
    line = ProgressLine()
    for number, topic in enumerate(wanted.case.topics, 1):
        candidates = community.candidates(topic, wanted.case.pools.get(topic.qid))
        grades = wanted.case.grades[topic.qid]
        for order, sheet in sheets.items():
            await _ask(database, viewer, community, wanted.case, topic, order, candidates, sheet)
        for name, scores in library.rank(topic.question, topic.cutoff).items() if library else ():
            measured = measures.measure(community.by_score(scores, candidates), grades)
            sheets[wanted.orders[0]].baselines.setdefault(topic.task, {}).setdefault(name, []).append(
                measured
            )
        line.show(f"{number:,} of {len(wanted.case.topics):,} asked")
    line.clear()
    for order, sheet in sheets.items():
        sheet.baselines = sheets[wanted.orders[0]].baselines
        if wanted.run_file is not None:
            is_first = order == wanted.orders[0]
            file = (
                wanted.run_file if is_first else wanted.run_file.with_name(f"{wanted.run_file.name}.{order}")
            )
            file.write_text("\n".join(sheet.run) + "\n", encoding="utf-8")
    return {order: sheet.told() for order, sheet in sheets.items()}


class _Sheet(msgspec.Struct):
    """What was measured in one order."""

    measured: dict[str, list[dict[str, float]]] = msgspec.field(default_factory=dict)
    shown: dict[str, ShownCounts] = msgspec.field(default_factory=dict)
    baselines: dict[str, dict[str, list[dict[str, float]]]] = msgspec.field(default_factory=dict)
    run: list[str] = msgspec.field(default_factory=list)
    seconds: list[float] = msgspec.field(default_factory=list)

    def told(self) -> dict[str, Any]:
        seconds = sorted(self.seconds)
        return {
            "tasks": {task: self._of_task(task) for task in sorted(self.measured)},
            "milliseconds": {
                "p50": round(1000 * seconds[len(seconds) // 2], 2),
                "p95": round(1000 * seconds[int(len(seconds) * 0.95)], 2),
            },
        }

    def _of_task(self, task: str) -> dict[str, Any]:
        measured = self.measured[task]
        intervals = {name: measures.interval([one[name] for one in measured]) for name in measures.MEASURES}
        return {
            "topics": len(measured),
            **_rounded(measures.mean(measured)),
            "interval": {name: [round(end, 4) for end in ends] for name, ends in intervals.items()},
            "baselines": {
                name: _rounded(measures.mean(rows)) for name, rows in self.baselines.get(task, {}).items()
            },
            "shown": self.shown[task].told(),
        }


async def _ask(
    database: "Database",
    viewer: "Viewer",
    community: Community,
    case: Case,
    topic: JudgedTopic,
    order: str,
    candidates: set[str],
    sheet: _Sheet,
) -> None:
    """Once for the ranking of everybody, and once as who asks sees it."""
    pool, grades = candidates if topic.qid in case.pools else None, case.grades[topic.qid]
    async with database.reading() as db:
        asker = await community.viewer(db, viewer.policy, topic.asker)
        began = time.perf_counter()
        answer = await community.ask(db, asker, topic, order, pool, None)
        sheet.seconds.append(time.perf_counter() - began)
        scores = community.scores(answer)
        ranking = community.complete(scores, candidates, topic)
        sheet.run += [
            f"{topic.qid}\t{one}\t{at}\t{scores.get(one, 0.0):.9g}" for at, one in enumerate(ranking, 1)
        ]
        sheet.measured.setdefault(topic.task, []).append(measures.measure(ranking, grades))
        right = {one.person_id for one in answer.people if grades.get(community.key(one.person_id), 0) > 0}
        seen = await community.ask(db, asker, topic, order, pool, _SHOWN)
        shown = sheet.shown.setdefault(topic.task, ShownCounts())
        shown.add(seen, right, community.texts, is_answerable=bool(right))


async def _ask_absent(
    database: "Database", viewer: "Viewer", community: Community, wanted: _Wanted
) -> dict[str, Any]:
    """As of the last day that anything is asked of, or else of now."""
    shown, cutoff = ShownCounts(), max(topic.cutoff for topic in wanted.case.topics)
    async with database.reading() as db:
        for question in wanted.absent:
            topic = JudgedTopic("", "absent", cutoff, "", question)
            asker = await community.viewer(db, viewer.policy, "")
            answer = await community.ask(db, asker, topic, "knows", None, _SHOWN)
            shown.add(answer, (), community.texts, is_answerable=False)
    people = sum(number for level, number in shown.people.items() if level != "mentioned")
    return {
        "questions": shown.asked,
        "named": shown.named,
        "nobody": round(1 - shown.named / max(shown.asked, 1), 4),
        "people_named": people,
        "mentions": shown.people["mentioned"],
    }


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(number, 4) for name, number in numbers.items()}


def _tell(found: dict[str, Any]) -> None:
    for order, of_order in found["orders"].items():
        for task, of_task in of_order["tasks"].items():
            click.echo(f"{task}, {of_task['topics']} topics, order {order}")
            click.echo(f"  {'':<18}" + "".join(f"{name:>10}" for name in measures.MEASURES))
            for name, row in {"who knows what": of_task, **of_task["baselines"]}.items():
                click.echo(
                    f"  {name:<18}" + "".join(f"{row[measure]:>10.3f}" for measure in measures.MEASURES)
                )
            low, high = of_task["interval"]["MAP"]
            click.echo(f"  MAP lies between {low:.3f} and {high:.3f} (95 %, bootstrap)")
            _tell_shown(of_task["shown"])
        timed = of_order["milliseconds"]
        click.echo(f"A question took {timed['p50']} ms (median), {timed['p95']} ms (95 %).")
    if "absent" in found:
        absent = found["absent"]
        click.echo(
            f"{absent['questions']} questions that nobody can answer: somebody named for {absent['named']}"
        )
    click.echo(f"The import took {found['import_seconds']} s.")


def _tell_shown(shown: dict[str, Any]) -> None:
    named, first = shown["named_of_those_with_evidence"], shown["first_is_right"]
    click.echo(
        f"  somebody is named for {shown['named']}; of {shown['with_evidence']} with evidence for {_percent(named)}"
    )
    click.echo(
        f"  the first is right in {_percent(first)}; {_percent(shown['proofs_that_say_it'])} of the proofs say it"
    )
    for level, row in shown["levels"].items():
        click.echo(f"  {level:<10} {row['people']:>6} shown, {_percent(row['right'])} right")


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{100 * part:.1f} %"
