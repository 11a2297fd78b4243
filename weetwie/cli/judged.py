"""A set with judgements as it lies in its folder, and who is who in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from weetwie.domain.knowledge.arrays import Floats

if TYPE_CHECKING:
    from weetwie.access.policy import Policy
    from weetwie.access.viewer import Viewer
    from weetwie.database.pool import Database, Db
    from weetwie.domain.knowledge.answer import ExpertAnswer

SPACE: Final = "evaluation"
_NOBODY_YET: Final = 1
"""The id of a member who wrote nothing."""


class JudgedTopic(msgspec.Struct, frozen=True):
    qid: str
    task: str
    cutoff: float
    asker: str
    question: str


class Case(msgspec.Struct, frozen=True):
    """A set as it lies in its folder."""

    topics: list[JudgedTopic]
    grades: dict[str, dict[str, int]]
    pools: dict[str, set[str]]


def read(folder: Path, task: str | None) -> Case:
    for name in ("topics.tsv", "qrels.tsv"):
        if not (folder / name).is_file():
            raise click.UsageError(f"There is no {name} in {folder}.")
    posts_file(folder)
    topics = [
        JudgedTopic(row[0], row[1], float(row[2]), row[3], " ".join(row[4:]))
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


def questions(path: Path) -> list[str]:
    """One a line; of a file of topics the last column."""
    lines = path.read_text("utf-8").splitlines()
    return [line.rpartition("\t")[2].strip() for line in lines if line.strip()]


def posts_file(folder: Path) -> Path:
    for name in ("posts.jsonl.gz", "posts.jsonl"):
        if (folder / name).is_file():
            return folder / name
    raise click.UsageError(f"There is neither posts.jsonl nor posts.jsonl.gz in {folder}.")


class Community:
    """Who is who in the set and in the database."""

    def __init__(self, keys: list[str], ids: dict[str, int], posts: list[Any], texts: dict[int, str]) -> None:
        self.texts = texts
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
    async def of(cls, database: "Database", folder: Path) -> "Community":
        from weetwie.domain.imports import imported
        from weetwie.imports import posts as imports
        from weetwie.imports.lines import BadLine, LinesFile

        with LinesFile(posts_file(folder)) as file:
            read = [one for one in imports.posts(file.lines()) if not isinstance(one, BadLine)]
        read.sort(key=lambda one: one.at)
        keys = list(dict.fromkeys(one.author.key for one in read))
        at = {key: place for place, key in enumerate(keys)}
        async with database.reading() as db:
            ids = await imported.people(db, SPACE, keys)
            posts = await imported.posts(db, SPACE, [one.key for one in read])
        texts = {posts[one.key]: one.text for one in read if one.key in posts}
        return cls(keys, ids, _with_threads(read, at), texts)

    def candidates(self, topic: JudgedTopic, pool: set[str] | None) -> set[str]:
        """Everybody with a post before the cut-off, or those whom the set names; never the asker."""
        if pool is not None:
            return pool - {topic.asker}
        return {key for key, first in self._first.items() if first < topic.cutoff} - {topic.asker}

    async def viewer(self, db: "Db", policy: "Policy", asker: str) -> "Viewer":
        from weetwie.access.authenticate import Memory
        from weetwie.access.enums import Standing
        from weetwie.access.viewer import Viewer

        known = await Memory().person(db, self._ids[asker]) if asker in self._ids else None
        return known or Viewer(policy=policy, person_id=_NOBODY_YET, standing=Standing.member)

    async def ask(
        self,
        db: "Db",
        viewer: "Viewer",
        topic: JudgedTopic,
        order: str,
        pool: set[str] | None,
        limit: int | None,
    ) -> "ExpertAnswer":
        """Without `limit` everybody for whom there is evidence; with one what a user would see."""
        from weetwie.domain.knowledge.experts import who_knows

        return await who_knows(
            db,
            viewer,
            topic.question,
            order,
            as_of=datetime.fromtimestamp(topic.cutoff, UTC),
            limit=limit,
            among=None if pool is None else [self._ids[key] for key in pool if key in self._ids],
        )

    def key(self, person_id: int) -> str:
        """Empty for somebody who is not of the set."""
        return self._by_id.get(person_id, "")

    def scores(self, answer: "ExpertAnswer") -> dict[str, float]:
        """By person, best first."""
        return {key: one.score for one in answer.people if (key := self.key(one.person_id))}

    def complete(self, answer: dict[str, float], candidates: set[str], topic: JudgedTopic) -> list[str]:
        """Behind those for whom there is evidence come the others: who wrote last comes first."""
        ranked = [person for person in answer if person in candidates]
        rest = candidates - set(ranked)
        last = {
            person: max((time for time in self._times.get(person, ()) if time < topic.cutoff), default=0.0)
            for person in rest
        }
        return ranked + sorted(rest, key=lambda person: (-last[person], person))

    def by_score(self, scores: Floats, candidates: set[str]) -> list[str]:
        return sorted(candidates, key=lambda key: (-scores[self._at[key]] if key in self._at else 0.0, key))


def _with_threads(read: list[Any], authors: dict[str, int]) -> list[Any]:
    """Posts for the baselines: each with the number of its thread."""
    from weetwie.cli.baselines import ChatPost

    threads: dict[str, int] = {}
    of_post: dict[str, int] = {}
    posts = []
    for one in read:
        begun = one.root or one.reply_to
        thread = of_post.get(begun) if begun else None
        if thread is None:
            thread = threads.setdefault(begun or one.key, len(threads))
        of_post[one.key] = thread
        posts.append(ChatPost(authors[one.author.key], one.at.timestamp(), one.text, thread))
    return posts
