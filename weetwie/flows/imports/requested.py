"""What administrators ask of an export on a page is done by the worker: looked at, brought in, removed; with how far it is."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from weetwie.access import permissions
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway
from weetwie.domain.imports import working
from weetwie.domain.imports.requests import Act, RequestedImport, Stage
from weetwie.errors import Forbidden, NotFound, Refusal, Unavailable, _
from weetwie.flows.imports import evidence
from weetwie.flows.imports.evidence_report import EvidenceReport, EvidenceTerms
from weetwie.flows.imports.picture import first_picture
from weetwie.flows.imports.remove import RemovalReport, remove
from weetwie.imports.sources import people_map
from weetwie.imports.sources.form import Asked, Trouble
from weetwie.imports.sources.people_map import PeopleMap
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.runtime.log import logger
from weetwie.text.language import translate

log = logger(__name__)

_TELLS: Final = 1.0
"""Seconds between two words of how far it is."""
_GONE: Final = _("The file is no longer here. Choose it again.")
_FAILED: Final = _("Something went wrong on our side. The server log says what. You can try again.")
_HOPELESS: Final = _(
    "The server stopped three times while it worked on this. Its log may say why. You can try again."
)
_NOT_ANY_MORE: Final = _("The person who asked for this is no longer an administrator.")


class WantedImport(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator chooses on the page."""

    since: datetime | None = None
    lists: tuple[str, ...] = ()
    address: str = ""
    channels: tuple[str, ...] = ()
    audience: str = ""
    may_rank: bool = False
    keeps_addresses: bool = False

    def terms(self, kind: str, *, is_dry: bool) -> EvidenceTerms:
        return EvidenceTerms(
            kind=kind,
            asked=Asked(since=self.since, lists=self.lists, address=self.address),
            channels=self.channels,
            audience=Ring[self.audience] if self.audience else None,
            may_rank=self.may_rank,
            keeps_addresses=self.keeps_addresses,
            is_dry=is_dry,
        )


def wanted(request: RequestedImport) -> WantedImport:
    return msgspec.convert(request.terms, WantedImport)


def folder(site: Site) -> Path | None:
    """Where an administrator of the server puts what is too large for a browser."""
    return site.data / "import" if site.data is not None else None


def in_folder(site: Site) -> list[str]:
    """What lies there: files and folders, but no links."""
    here = folder(site)
    if here is None or not here.is_dir():
        return []
    return sorted(
        path.name for path in here.iterdir() if not path.is_symlink() and not path.name.startswith(".")
    )


async def work(database: Database, site: Site, store: Store) -> bool:
    """Says whether there was anything to be done."""
    async with database.transaction() as db:
        claimed = await working.claim(db)
        viewer = await site.memory.person(db, claimed.person_id) if claimed else None
    if claimed is None:
        return False
    progress = _Progress(claimed.report)
    state, why = Stage.done, ""
    try:
        if viewer is None or not permissions.administer(viewer, clock.now()):
            raise Forbidden(_NOT_ANY_MORE)
        if claimed.is_hopeless:
            raise Unavailable(_HOPELESS)
        is_whole = await _told_of(
            database, claimed, progress, _act(database, site, store, claimed, viewer, progress)
        )
        state = Stage.done if is_whole else Stage.stopped
    except DatabaseAway:
        raise
    except Refusal as refusal:
        state, why = (
            Stage.failed,
            translate(refusal.sentence, viewer.language if viewer else "en", **refusal.values),
        )
    except Exception:
        log.exception("an import failed", request=claimed.id)
        state, why = Stage.failed, translate(_FAILED, viewer.language if viewer else "en")
    async with database.transaction() as db:
        await working.ended(
            db, claimed.id, state, progress.report, why=why, import_id=_import_of(claimed, progress, state)
        )
    return True


def _import_of(request: RequestedImport, progress: "_Progress", state: Stage) -> int | None:
    """None once it is gone."""
    if request.act == Act.remove and state is Stage.done:
        return None
    return progress.import_id or request.import_id


async def _act(
    database: Database,
    site: Site,
    store: Store,
    request: RequestedImport,
    viewer: Viewer,
    progress: "_Progress",
) -> None:
    if request.act == Act.remove:
        if request.import_id is None:
            raise NotFound(_GONE)
        await remove(database, viewer, request.import_id, progress.removed, door="page")
        return
    terms = wanted(request).terms(request.kind, is_dry=request.act == Act.look)
    async with _given(site, store, request) as (path, mapping):
        report = await evidence.bring_in(database, viewer, path, terms, mapping, progress, door="page")
    progress.moved(report, 1, 1)
    if report.import_id is not None and not report.dry_run:
        async with database.reading() as db:
            progress.add("picture", await first_picture(db, viewer, report.import_id))


async def _told_of(
    database: Database, request: RequestedImport, progress: "_Progress", act: Awaitable[None]
) -> bool:
    """Until it is done, or somebody stops it: then false."""
    task = asyncio.ensure_future(act)
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_TELLS)
            async with database.transaction() as db:
                goes_on = await working.moved(db, request.id, progress.part, progress.report)
            if not goes_on:
                return False
        await task
        return True
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Progress:
    """Looks on: how far it is, and what has come of it."""

    def __init__(self, before: Mapping[str, Json]) -> None:
        self.part = 0
        self.report: Mapping[str, Json] = before
        self.import_id: int | None = None

    def trouble(self, trouble: Trouble) -> None: ...  # the first of them stand in the report

    def moved(self, report: EvidenceReport, position: int, size: int) -> None:
        self.part = min(99, 100 * position // size) if size else 0
        self.import_id = report.import_id
        self.report = msgspec.to_builtins(report)

    def removed(self, report: RemovalReport) -> None:
        self.add("taken_out", report)

    def add(self, name: str, told: msgspec.Struct) -> None:
        self.report = {**self.report, name: msgspec.to_builtins(told)}


@asynccontextmanager
async def _given(
    site: Site, store: Store, request: RequestedImport
) -> AsyncIterator[tuple[Path, PeopleMap | None]]:
    """The export as a file or a folder of this machine, for as long as it is read, and the table of people. Raises NotFound."""
    with tempfile.TemporaryDirectory(prefix="weetwie-import-") as place:
        path = Path(place) / Path(request.name).name
        if request.file:
            await _fetch(store, request.file, path)
        else:
            here = folder(site)
            if here is None or request.name not in in_folder(site):
                raise NotFound(_GONE)
            path = here / request.name
        mapping = None
        if request.map_file:
            try:
                mapping = people_map.parsed(await store.whole(request.map_file))
            except NotFound as error:
                raise NotFound(_GONE) from error
        yield path, mapping


async def _fetch(store: Store, file: str, path: Path) -> None:
    try:
        size = await store.size(file)
        pieces = await store.read(file, 0, size)
    except NotFound as error:
        raise NotFound(_GONE) from error
    with path.open("wb") as content:
        async for piece in pieces:
            await asyncio.to_thread(content.write, piece)
