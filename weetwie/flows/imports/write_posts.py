"""Writes a batch of posts that were read, with their people, and finds them their place in every home."""

from datetime import UTC, datetime, timedelta
from typing import Final

from weetwie.database.pool import Db
from weetwie.domain.imports import imported
from weetwie.domain.knowledge import evidence, seal
from weetwie.domain.posts import import_ as arriving, imported_ids
from weetwie.domain.search import index
from weetwie.domain.timelines import import_ as homes
from weetwie.flows.imports import run as runs
from weetwie.flows.imports.crowd import Crowd
from weetwie.flows.imports.run import Run, Watch
from weetwie.imports.lines import BadLine
from weetwie.imports.records import PostRecord
from weetwie.runtime import clock
from weetwie.text import text as texts

COMMITS: Final = "commits"
"""The space in which keys are the hashes of commits."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OVERLAP: Final = timedelta(seconds=10)


async def write(db: Db, run: Run, batch: list[PostRecord], *, space: str, watch: Watch) -> list[int]:
    named = {key for record in batch for key in (record.key, record.reply_to, record.root) if key}
    known = await imported.posts(db, space, named)
    fresh = _fresh(batch, known, run, watch)
    programs = {record.author for record in batch if record.author.is_program}
    named_people = [who for record in fresh for who in (record.author, *record.endorsers, *record.co)]
    crowd = await Crowd.of(
        db,
        run,
        [*named_people, *programs],
        (name for record in fresh for name in _mentioned(record, space)),
    )
    for record in fresh:
        for who in (record.author, *record.endorsers, *record.co):
            crowd.expect(record.number, who)
    await crowd.make()
    await crowd.mark_programs(programs)
    run.report.posts_new += len(fresh)
    if run.terms.is_dry or not fresh:
        return []
    parents = await arriving.parents(db, known.values())
    ids = await imported_ids.ids_at(db, [record.at for record in fresh])
    arrivals = _arrivals(
        fresh, ids, {key: parents[id] for key, id in known.items() if id in parents}, crowd, run, space
    )
    await arriving.bring_in(db, run.viewer, arrivals)
    await index.bring_in(db, ids)
    await evidence.bring_in(db, ids)
    rows = {
        record.key: imported.LedgerKey(post_id, waits_for=record.accepted or None)
        for record, post_id in zip(fresh, ids, strict=True)
    }
    await imported.note_posts(db, run.import_id, space, rows)
    run.report.endorsements += sum(len(arrival.endorsements) for arrival in arrivals)
    run.report.home_entries += await homes.bring_in(db, ids)
    return ids


def _fresh(batch: list[PostRecord], known: dict[str, int], run: Run, watch: Watch) -> list[PostRecord]:
    """Those that are not in yet. One with the id of another post is told as bad."""
    fresh: dict[str, PostRecord] = {}
    for record in batch:
        at = _milliseconds(record.at)
        if record.key in known or record.key in fresh:
            stands_at = (
                known[record.key] >> 16 if record.key in known else _milliseconds(fresh[record.key].at)
            )
            if stands_at in (at, 0):
                run.report.posts_known += 1
            else:
                reason = f"the id {record.key[:60]} is that of another post, of another time; is this another set (--set)?"
                runs.tell(run.report, watch, BadLine(record.number, reason))
            continue
        fresh[record.key] = record
    return list(fresh.values())


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _mentioned(record: PostRecord, space: str) -> list[str]:
    """Handles that a text names; in a commit they are of some other place."""
    if "@" not in record.text or space == COMMITS:
        return []
    return [piece.target for piece in texts.pieces(record.text) if piece.kind == "mention" and not piece.host]


def _arrivals(
    fresh: list[PostRecord],
    ids: list[int],
    parents: dict[str, arriving.ImportedParent],
    crowd: Crowd,
    run: Run,
    space: str,
) -> list[arriving.ArrivingPost]:
    """In the order of the file: a reply finds its parent only above itself, so it does not matter where a batch begins."""
    audience = run.terms.audience if run.terms.audience is not None else run.viewer.policy.default_ring
    arrivals = []
    for record, post_id in zip(fresh, ids, strict=True):
        parent = parents.get(record.reply_to) or parents.get(record.root)
        if parent is None and record.reply_to:
            run.report.replies_without_target += 1
        author_id = _sure(crowd.id(record.author))
        ring = min(audience, parent.ring) if parent else audience
        root_id = parent.root_id if parent else post_id
        parents[record.key] = arriving.ImportedParent(post_id, root_id, author_id, ring)
        mentions = (crowd.id_before(name, record.number) for name in _mentioned(record, space))
        arrivals.append(
            arriving.ArrivingPost(
                id=post_id,
                author_id=author_id,
                text=record.text,
                ring=ring,
                root_id=root_id,
                reply_to_id=parent.id if parent else None,
                reply_to_person_id=parent.author_id if parent else None,
                language=record.language,
                is_question=record.is_question,
                tags=record.tags,
                mentions=tuple(person_id for person_id in mentions if person_id),
                endorsements=_endorsements(record, author_id, crowd),
            )
        )
    return arrivals


def _endorsements(record: PostRecord, author_id: int, crowd: Crowd) -> tuple[tuple[int, str], ...]:
    """Those who said that it was good, and those who wrote it together with the author; nobody for their own."""
    named = [(who, "imported") for who in record.endorsers] + [(who, "coauthored") for who in record.co]
    found = ((_sure(crowd.id(who)), kind) for who, kind in named)
    return tuple((person_id, kind) for person_id, kind in found if person_id != author_id)


def _sure(person_id: int | None) -> int:
    assert person_id is not None, "everyone whom a record names is expected, and made if new"
    return person_id


async def catch_up(db: Db, ids: list[int], took: float) -> int:
    """For those who began to follow while the batch was written; and evidence is packed where enough has gathered."""
    await seal.seal(db)
    return await homes.catch_up(db, ids, clock.now() - timedelta(seconds=took) - _OVERLAP)
