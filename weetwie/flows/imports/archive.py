"""Brings the archive of a person in as posts of theirs: first a look at what would come, then batch by batch."""

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

import msgspec

from weetwie.access import permissions, viewer as viewers
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import effective
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Database, Db
from weetwie.domain.imports import imported, ledger
from weetwie.domain.knowledge import evidence
from weetwie.domain.media import import_ as files
from weetwie.domain.media.upload import Prepared
from weetwie.domain.posts import import_ as arriving, imported_ids, renew
from weetwie.domain.posts.import_ import ArrivingPost
from weetwie.domain.search import index
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import audit
from weetwie.flows.imports.run import PASSING, TRIES
from weetwie.imports.archive import mastodon, remembered, twitter
from weetwie.imports.archive.remembered import ArchivedPost, Network, ReadArchive
from weetwie.imports.box import OpenArchive
from weetwie.media.blob import Store
from weetwie.runtime import clock

ORIGINS: Final[dict[Network, int]] = {"mastodon": 2, "twitter": 3}
"""`posts.origin`"""
T = TypeVar("T")
_BATCH, _MOST_FILES = 100, 8
"""In one transaction: live delivery waits for the oldest that is open."""
_LOOKED_UP: Final = 5_000


class ArchivePreview(msgspec.Struct, kw_only=True):
    """What an archive would bring."""

    network: Network
    account: str
    posts: int
    new: int
    first: datetime | None
    last: datetime | None
    languages: dict[str, int]
    """By code, the most frequent first; "?" where it cannot be told."""
    threads: int
    """Posts that go on from one of the writer's own."""
    answers: int
    files: int
    lost_files: int
    skipped: dict[str, int]
    bad: int


class ArchiveReport(msgspec.Struct, kw_only=True):
    """What came of it."""

    import_id: int
    new: int = 0
    known: int = 0
    renewed: int = 0
    """Known ones that the archive tells otherwise than before."""
    files: int = 0
    bad_files: int = 0
    """Too large, of a kind that is not taken, or broken."""
    seconds: float = 0.0


async def read(context: Context, box: OpenArchive, network: Network) -> ReadArchive:
    """What of an archive may come in as this viewer's. Raises Invalid for what is no such archive, or a damaged one."""
    if network == "twitter":
        return await asyncio.to_thread(twitter.read, box)
    story = await asyncio.to_thread(mastodon.read, box, context.site.base_url)
    own = viewers.ring(context.viewer, clock.now())
    here = await _here(context, story)
    kept = []
    for post in story.posts:
        if post.ring is not None and post.ring < own:
            story.skip(remembered.NARROWER)
        elif post.key in here:
            story.skip(remembered.HERE)
        else:
            kept.append(post)
    story.end(kept)
    return story


async def _here(context: Context, story: ReadArchive) -> set[str]:
    """Posts that were written here and still are."""
    address = re.compile(re.escape(context.site.base_url) + r"/people/[^/]+/posts/([0-9]{1,18})")
    ids = {int(found[1]): post.key for post in story.posts if (found := address.fullmatch(post.key))}
    there: set[str] = set()
    for some in _several(list(ids), _LOOKED_UP):
        there |= {ids[id] for id in await arriving.parents(context.db, some)}
    return there


async def look(db: Db, viewer: Viewer, story: ReadArchive) -> ArchivePreview:
    known: dict[str, int] = {}
    for some in _several([post.key for post in story.posts], _LOOKED_UP):
        known |= await imported.posts(db, _space(viewer, story), some)
    languages = Counter(post.language or "?" for post in story.posts)
    return ArchivePreview(
        network=story.network,
        account=story.account,
        posts=len(story.posts),
        new=len(story.posts) - len(known),
        first=story.posts[0].at if story.posts else None,
        last=story.posts[-1].at if story.posts else None,
        languages=dict(languages.most_common()),
        threads=sum(1 for post in story.posts if post.reply_to),
        answers=story.answers,
        files=sum(len(post.media) for post in story.posts),
        lost_files=story.lost_files,
        skipped=dict(story.skipped.most_common()),
        bad=len(story.bad),
    )


async def bring(
    database: Database,
    viewer: Viewer,
    store: Store,
    box: OpenArchive,
    story: ReadArchive,
    audience: Ring | None = None,
    moved: Callable[[int, int], None] = lambda _done, _all: None,
    door: str = "command line",
) -> ArchiveReport:
    """As the viewer's own posts. A run that was stopped goes on; what is in is not brought in twice. Raises Forbidden."""
    began = time.monotonic()
    ring = _ring(viewer, audience)
    edition = hashlib.sha256(msgspec.json.encode(story.posts)).hexdigest()
    async with database.transaction() as db:
        name = f"{story.network} {story.account or 'posts'} of person {viewer.person_id}"
        import_id, done = await ledger.begin(db, story.network, name, edition, viewer.person_id)
        await audit(db, viewer, f"import.{story.network}", import_id, door=door)
    run = _Run(
        database, viewer, store, box, story, ring, audience is not None, ArchiveReport(import_id=import_id)
    )
    for batch in _batches(story.posts[done:]):
        await run.write(batch, done)
        done += len(batch)
        moved(done, len(story.posts))
    async with database.transaction() as db:
        await ledger.end(db, import_id)
    run.report.seconds = time.monotonic() - began
    return run.report


def _ring(viewer: Viewer, audience: Ring | None) -> Ring:
    """For whom what was public elsewhere is here. Raises Forbidden."""
    at = clock.now()
    if not viewer.is_person or not permissions.act(viewer, at):
        raise Forbidden(_("This account can't post."))
    usual = viewer.default_ring if viewer.default_ring is not None else viewer.policy.default_ring
    ring = audience if audience is not None else max(usual, viewers.ring(viewer, at))
    if not permissions.write_for(viewer, effective(ring, viewer.policy), at):
        raise Forbidden(_("You aren't in the audience of this post. Choose a wider audience."))
    return ring


def _space(viewer: Viewer, story: ReadArchive) -> str:
    """Keys are a person's own: two may bring the same archive, as of an account that they wrote together."""
    return f"{story.network} of {viewer.person_id}"


def _several(keys: Sequence[T], count: int) -> Iterator[list[T]]:
    rest = iter(keys)
    while some := list(islice(rest, count)):
        yield some


def _batches(posts: Sequence[ArchivedPost]) -> Iterator[list[ArchivedPost]]:
    batch: list[ArchivedPost] = []
    held = 0
    for post in posts:
        if batch and (len(batch) >= _BATCH or held + len(post.media) > _MOST_FILES):
            yield batch
            batch, held = [], 0
        batch.append(post)
        held += len(post.media)
    if batch:
        yield batch


class _Run:
    """What the writing of all batches shares."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer,
        store: Store,
        box: OpenArchive,
        story: ReadArchive,
        ring: Ring,
        is_chosen: bool,
        report: ArchiveReport,
    ) -> None:
        self._database = database
        self._viewer = viewer
        self._store = store
        self._box = box
        self._story = story
        self._ring = ring
        self._is_chosen = is_chosen
        self._space = _space(viewer, story)
        self._visibilities: dict[str, Visibility] = {}
        for post in story.posts:
            above = self._visibilities.get(post.reply_to, Visibility.public)
            self._visibilities[post.key] = max(post.visibility, above)
        self.report = report

    async def write(self, batch: list[ArchivedPost], done: int) -> None:
        """Files are made ready first: no transaction waits for them."""
        async with self._database.reading() as db:
            known = await imported.posts(db, self._space, [post.key for post in batch])
        media = {post.key: await self._files(post) for post in batch if post.media and post.key not in known}
        for attempt in range(1, TRIES + 1):
            try:
                async with self._database.transaction() as db:
                    await ledger.advance(db, self.report.import_id, done, done + len(batch))
                    counted = await self._write(db, batch, media)
            except PASSING:
                if attempt == TRIES:
                    raise
                await asyncio.sleep(0.05 * attempt)
            else:
                self._count(*counted)
                return

    async def _write(
        self, db: Db, batch: list[ArchivedPost], media: dict[str, list[Prepared]]
    ) -> tuple[int, int, int, int]:
        keys = {key for post in batch for key in (post.key, post.reply_to) if key}
        known = await imported.posts(db, self._space, keys)
        fresh = [post for post in batch if post.key not in known]
        parents = await arriving.parents(db, known.values())
        by_key = {key: parents[id] for key, id in known.items() if id in parents}
        ids = await imported_ids.ids_at(db, [post.at for post in fresh])
        arrivals = []
        for post, post_id in zip(fresh, ids, strict=True):
            arrival = self._arrival(
                post, post_id, by_key.get(post.reply_to), has_media=bool(media.get(post.key))
            )
            by_key[post.key] = arriving.ImportedParent(
                post_id, arrival.root_id, self._viewer.person_id, arrival.ring
            )
            arrivals.append(arrival)
        renewed: list[int] = []
        if arrivals:
            await arriving.bring_in(db, self._viewer, arrivals)
            shown = {id: media[post.key] for post, id in zip(fresh, ids, strict=True) if media.get(post.key)}
            await files.attach(db, self._viewer, shown)
            await index.bring_in(db, ids)
            noted = {post.key: imported.LedgerKey(id) for post, id in zip(fresh, ids, strict=True)}
            await imported.note_posts(db, self.report.import_id, self._space, noted)
        again = [post for post in batch if known.get(post.key)]
        if again:
            told = [self._arrival(post, known[post.key], None) for post in again]
            renewed = await renew.renew(db, self._viewer, told)
            await index.bring_in(db, [known[post.key] for post in again])
        await index.bring_in(db, [*ids, *renewed])
        await evidence.bring_in(db, [*ids, *renewed])
        return len(fresh), len(batch) - len(fresh), len(renewed), sum(map(len, media.values()))

    def _count(self, new: int, known: int, renewed: int, attached: int) -> None:
        self.report.new += new
        self.report.known += known
        self.report.renewed += renewed
        self.report.files += attached

    def _arrival(
        self,
        post: ArchivedPost,
        post_id: int,
        parent: arriving.ImportedParent | None,
        *,
        has_media: bool = False,
    ) -> ArrivingPost:
        ring = self._ring_of(post)
        ring = ring if parent is None else min(ring, parent.ring)
        return ArrivingPost(
            id=post_id,
            author_id=self._viewer.person_id,
            text=post.text,
            ring=ring,
            root_id=parent.root_id if parent else post_id,
            reply_to_id=parent.id if parent else None,
            reply_to_person_id=parent.author_id if parent else None,
            language=post.language,
            warning=post.warning,
            is_sensitive=post.is_sensitive or bool(post.warning),
            visibility=self._visibilities[post.key],
            origin=ORIGINS[self._story.network],
            edited_at=post.edited_at,
            has_media=has_media,
        )

    def _ring_of(self, post: ArchivedPost) -> Ring:
        """What was written here is for whom it was, or for fewer."""
        if post.ring is None:
            return self._ring
        return min(self._ring, post.ring) if self._is_chosen else post.ring

    async def _files(self, post: ArchivedPost) -> list[Prepared]:
        """What cannot be taken is counted, and the post comes without it."""
        async with self._database.reading() as db:
            ids = await files.numbers(db, len(post.media))
        ready = []
        for number, one in zip(ids, post.media, strict=True):
            try:
                content = await asyncio.to_thread(self._box.read, one.name, files.LARGEST)
                if content is None:
                    self.report.bad_files += 1
                    continue
                ready.append(
                    await files.prepare(
                        self._store, number, content, description=one.description, focus=one.focus
                    )
                )
            except Invalid:
                self.report.bad_files += 1
        return ready
