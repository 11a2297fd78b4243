"""Brings ties in from CSV: each row is an act of the person, under the law; what leads to nobody here is told by its line."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Database, Db
from weetwie.domain.lists import lists, members
from weetwie.domain.people.lookup import lookup_all
from weetwie.domain.posts import mark
from weetwie.domain.relations import block, follow, mute
from weetwie.domain.relations.relationship import Relationship
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, _
from weetwie.flows.exports import ties as export
from weetwie.imports.ties import forms, table
from weetwie.imports.ties.forms import Kind, SkippedRow, TieRow

Mode = Literal["merge", "overwrite"]
Outcome = Literal["new", "known", "asked"]
_LIST_POLICY: Final = 1
"""Replies among the people of the list: what a new list has."""
_AT_ONCE: Final = 500

NOBODY: Final = _("Nobody you can see has this address.")
YOURSELF: Final = _("That's you. Choose someone else.")
NO_POST: Final = _("This post is gone, or you can't see it.")
NOTHING_KNOWN: Final = _("Nobody in this file is here. Nothing was changed.")
ASKED: Final = _("They've been asked to approve you. Import the list again once they have.")


class TiesReport(msgspec.Struct, kw_only=True):
    kind: Kind
    new: int = 0
    known: int = 0
    """So already."""
    asked: int = 0
    """Follows that have to be accepted first."""
    removed: int = 0
    """With `overwrite`: what the file does not hold."""
    skipped: list[SkippedRow] = msgspec.field(default_factory=list)


class Plan(msgspec.Struct, kw_only=True):
    """A file, read and looked up: nothing has been done yet."""

    kind: Kind
    people: dict[str, int]
    """By handle in lower case."""
    rows: list[TieRow]
    """Those that lead to somebody."""
    skipped: list[SkippedRow]


async def plan(context: Context, kind: Kind, content: bytes) -> Plan:
    """Raises Invalid for a file that cannot be read."""
    rows, skipped = forms.rows(kind, table.read(content, forms.HEADS), context.site.base_url)
    people: dict[str, int] = {}
    handles = list({row.handle for row in rows if row.handle})
    for at in range(0, len(handles), _AT_ONCE):
        people |= await lookup_all(context.db, context.viewer, handles[at : at + _AT_ONCE])
    good = []
    for row in rows:
        person_id = people.get(row.handle.lower())
        if kind != "bookmarks" and person_id is None:
            skipped.append(SkippedRow(row.number, row.given, NotFound(NOBODY)))
        elif person_id == context.viewer.person_id and kind != "lists":
            skipped.append(SkippedRow(row.number, row.given, Forbidden(YOURSELF)))
        else:
            good.append(row)
    return Plan(kind=kind, people=people, rows=good, skipped=skipped)


async def bring(
    database: Database,
    viewer: Viewer,
    planned: Plan,
    mode: Mode = "merge",
    moved: Callable[[int, int], None] = lambda _done, _all: None,
) -> TiesReport:
    """Each row in a transaction of its own, from the last one up, as Mastodon writes the latest first.

    With `overwrite` what the file does not hold goes. Raises Forbidden; Invalid where that would be everything.
    """
    allowed.check(viewer, permissions.act_as_person)
    if mode == "overwrite" and not planned.rows:
        raise Invalid(NOTHING_KNOWN, field="file")
    run = _Run(database, viewer, planned)
    await run.look()
    for done, row in enumerate(reversed(planned.rows), 1):
        await run.bring(row)
        moved(done, len(planned.rows))
    if mode == "overwrite":
        await run.remove_others()
    run.report.skipped.sort(key=lambda one: one.number)
    return run.report


class _Run:
    def __init__(self, database: Database, viewer: Viewer, planned: Plan) -> None:
        self._database = database
        self._viewer = viewer
        self._plan = planned
        self._before: dict[int, Relationship] = {}
        self._bookmarks: set[int] = set()
        self._kept_posts: set[int] = set()
        """Those that the file holds."""
        self._lists: dict[str, int] = {}
        self._on_list: dict[str, set[int]] = {}
        self.report = TiesReport(kind=planned.kind, skipped=list(planned.skipped))

    async def look(self) -> None:
        """What is so already."""
        async with self._database.reading() as db:
            ids = sorted({self._id(row) for row in self._plan.rows if row.handle})
            self._before = await export.standing(db, self._viewer, ids)
            if self._plan.kind == "bookmarks":
                self._bookmarks = {post.post_id for post in await export.bookmarked(db, self._viewer)}
            if self._plan.kind == "lists":
                for one in reversed(await lists.lists(db, self._viewer)):
                    self._lists[one.title] = one.id
                    self._on_list[one.title] = set(await export.on_list(db, self._viewer, one.id))

    def _id(self, row: TieRow) -> int:
        return self._plan.people[row.handle.lower()]

    async def bring(self, row: TieRow) -> None:
        try:
            async with self._database.transaction() as db:
                outcome = await self._act(db, row)
        except Refusal as why:
            told = NotFound(NO_POST) if row.post_id and isinstance(why, NotFound) else why
            self.report.skipped.append(SkippedRow(row.number, row.given, told))
            return
        setattr(self.report, outcome, getattr(self.report, outcome) + 1)
        if outcome == "asked" and self._plan.kind == "lists":
            self.report.skipped.append(SkippedRow(row.number, row.given, Forbidden(ASKED)))

    async def _act(self, db: Db, row: TieRow) -> Outcome:
        """Raises Refusal."""
        if self._plan.kind == "bookmarks":
            return await self._bookmark(db, row)
        person_id = self._id(row)
        before = self._before.get(person_id)
        if self._plan.kind == "follows":
            return await self._follow(db, person_id, row, before)
        if self._plan.kind == "lists":
            return await self._enlist(db, person_id, row, before)
        if self._plan.kind == "blocks":
            if before and before.blocks:
                return "known"
            await block.block(db, self._viewer, person_id)
            return "new"
        return await self._mute(db, person_id, row, before)

    async def _follow(self, db: Db, person_id: int, row: TieRow, before: Relationship | None) -> Outcome:
        options = FollowOptions(shows_boosts=row.shows_boosts, notifies=row.notifies, languages=row.languages)
        has_begun = await follow.follow(db, self._viewer, person_id, options)
        if has_begun:
            return "new"
        return "known" if before and (before.follows or before.requested) else "asked"

    async def _mute(self, db: Db, person_id: int, row: TieRow, before: Relationship | None) -> Outcome:
        hides = True if row.hides_notifications is None else row.hides_notifications
        if before and before.mutes and before.mute_expires_at is None and before.mutes_notifications == hides:
            return "known"
        await mute.mute(db, self._viewer, person_id, hides_notifications=hides)
        return "new"

    async def _bookmark(self, db: Db, row: TieRow) -> Outcome:
        post_id = await mark.bookmark(db, self._viewer, row.post_id)
        self._kept_posts.add(post_id)
        is_known = post_id in self._bookmarks
        self._bookmarks.add(post_id)
        return "known" if is_known else "new"

    async def _enlist(self, db: Db, person_id: int, row: TieRow, before: Relationship | None) -> Outcome:
        """Only whom one follows can be on a list: so they are followed, as Mastodon does."""
        on_list = self._on_list.get(row.title, set())
        if person_id in on_list:
            return "known"
        is_followed = person_id == self._viewer.person_id or (before is not None and before.follows)
        if not is_followed and not await follow.follow(db, self._viewer, person_id, FollowOptions()):
            (after,) = (await export.standing(db, self._viewer, [person_id])).values()
            if not after.follows:
                return "asked"
        list_id = self._lists.get(row.title) or await lists.make(
            db, self._viewer, row.title, _LIST_POLICY, is_exclusive=False
        )
        await members.add(db, self._viewer, list_id, [person_id])
        self._lists[row.title] = list_id
        self._on_list.setdefault(row.title, set()).add(person_id)
        return "new"

    async def remove_others(self) -> None:
        """One by one, each in its own transaction."""
        if self._plan.kind == "lists":
            await self._remove_from_lists()
            return
        async with self._database.reading() as db:
            there = await self._there(db)
        kept = self._kept()
        for one in there:
            if one not in kept:
                async with self._database.transaction() as db:
                    await self._undo(db, one)
                self.report.removed += 1

    async def _there(self, db: Db) -> Sequence[int]:
        if self._plan.kind == "bookmarks":
            return [post.post_id for post in await export.bookmarked(db, self._viewer)]
        return await export.ids(db, self._viewer, self._plan.kind)

    def _kept(self) -> set[int]:
        if self._plan.kind == "bookmarks":
            return self._kept_posts
        return {self._id(row) for row in self._plan.rows}

    async def _undo(self, db: Db, one: int) -> None:
        if self._plan.kind == "follows":
            await follow.unfollow(db, self._viewer, one)
        elif self._plan.kind == "blocks":
            await block.unblock(db, self._viewer, one)
        elif self._plan.kind == "mutes":
            await mute.unmute(db, self._viewer, one)
        else:
            await mark.unbookmark(db, self._viewer, one)

    async def _remove_from_lists(self) -> None:
        wanted: dict[str, set[int]] = {}
        for row in self._plan.rows:
            wanted.setdefault(row.title, set()).add(self._id(row))
        for title, list_id in self._lists.items():
            async with self._database.transaction() as db:
                if title not in wanted:
                    await lists.remove(db, self._viewer, list_id)
                    self.report.removed += 1
                elif extra := self._on_list.get(title, set()) - wanted[title]:
                    await members.take_off(db, self._viewer, list_id, sorted(extra))
                    self.report.removed += len(extra)
