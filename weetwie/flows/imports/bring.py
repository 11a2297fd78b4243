"""Brings in people from a file, posts from a file, or the commits of a repository as posts."""

import asyncio
import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.domain.imports import imported
from weetwie.domain.knowledge import evidence
from weetwie.domain.people import import_ as arriving_people
from weetwie.domain.posts import import_ as arriving_posts
from weetwie.flows.imports import run as runs, write_people, write_posts
from weetwie.flows.imports.crowd import Crowd
from weetwie.flows.imports.run import ImportReport, R, Run, Source, Terms, Watch
from weetwie.imports.git import Repository
from weetwie.imports.lines import BadLine, LinesFile
from weetwie.imports.people import FileReading, people
from weetwie.imports.posts import posts
from weetwie.imports.records import SourcePerson

_BEGINNING: Final = 1 << 16
"""Bytes of a file that its name in the ledger is made of."""


async def bring_people(
    database: Database, viewer: Viewer, path: Path, terms: Terms, watch: Watch
) -> ImportReport:
    with LinesFile(path) as file:
        found = await asyncio.to_thread(people, file)
        source = _of_file("people", path, file, terms, found.records, found.reading)
        left = write_people.OpenAddresses()
        write = partial(write_people.write, left=left)
        report = await runs.run(database, viewer, source, terms, watch, write)
    run = Run(viewer, terms, report, report.import_id or 0, {})
    async with database.transaction() as db:
        still_taken = await write_people.settle(db, run, left)
    for one in still_taken:
        runs.note(report, watch, one)
    await _look_up_managers(database, run)
    await runs.end(database, report)
    return report


async def bring_posts(
    database: Database, viewer: Viewer, path: Path, terms: Terms, watch: Watch
) -> ImportReport:
    with LinesFile(path) as file:
        source = _of_file("posts", path, file, terms, posts(file.lines()))
        write = partial(write_posts.write, space=terms.space, watch=watch)
        report = await runs.run(database, viewer, source, terms, watch, write, write_posts.catch_up)
    await look_up_answers(database, report.import_id or 0, terms.space)
    await runs.end(database, report)
    return report


async def bring_commits(
    database: Database, viewer: Viewer, folder: Path, terms: Terms, watch: Watch
) -> ImportReport:
    """Raises Wrong when the folder is no repository."""
    repository = Repository(folder)
    source = Source(
        kind="git",
        name=f"git {repository.name} {repository.first[:16]}",
        edition=repository.head,
        size=repository.size,
        position=lambda: repository.position,
        records=repository.posts(),
    )
    write = partial(write_posts.write, space=write_posts.COMMITS, watch=watch)
    report = await runs.run(database, viewer, source, terms, watch, write, write_posts.catch_up)
    await runs.end(database, report)
    return report


def _of_file(
    kind: str,
    path: Path,
    file: LinesFile,
    terms: Terms,
    records: Iterator[R | BadLine],
    reading: FileReading | None = None,
) -> Source[R]:
    with path.open("rb") as beginning:
        digest = hashlib.sha256(beginning.read(_BEGINNING)).hexdigest()
    stat = path.stat()
    return Source(
        kind=kind,
        name=f"{kind} {path.name} {digest[:16]} in {terms.space}",
        edition=f"{stat.st_size} {stat.st_mtime_ns}",
        size=file.size,
        position=lambda: file.position,
        records=records,
        reading=reading,
    )


async def _look_up_managers(database: Database, run: Run) -> None:
    """At the end, when everyone is there who can be somebody's manager."""
    last = 0
    while True:
        async with database.transaction() as db:
            waiting = await imported.waiting_people(db, run.import_id, last)
            if not waiting:
                return
            crowd = await Crowd.of(db, run, map(SourcePerson, waiting.values()))
            found = {person_id: crowd.id(SourcePerson(named)) for person_id, named in waiting.items()}
            await arriving_people.manage(
                db, {person_id: manager for person_id, manager in found.items() if manager}
            )
            run.report.managers_not_found += sum(not manager for manager in found.values())
            last = max(waiting)


async def look_up_answers(database: Database, import_id: int, space: str) -> None:
    """At the end, because an answer stands below its question."""
    last = 0
    while True:
        async with database.transaction() as db:
            waiting = await imported.waiting_posts(db, import_id, last)
            if not waiting:
                return
            answers = await imported.posts(db, space, waiting.values())
            accepted = {post_id: answers[key] for post_id, key in waiting.items() if key in answers}
            await arriving_posts.accept(db, accepted)
            await evidence.bring_in(db, accepted.values())
            last = max(waiting)
