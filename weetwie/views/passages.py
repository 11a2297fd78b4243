"""Passages as a viewer sees them: with where they are from, and who wrote them, be it a person or but a name."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, and_, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import passages as law, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Record, param
from weetwie.database.sql import BoolSql
from weetwie.errors import NotFound
from weetwie.runtime.ids import moment_of
from weetwie.tables.declared import aliased
from weetwie.tables.imports import Import
from weetwie.tables.passages import SourceChannel, SourcePassage
from weetwie.tables.people import Person

MOST_OF_A_THREAD: Final = 500
SOURCES: Final = {
    "slack": "Slack",
    "mattermost": "Mattermost",
    "teams": "Microsoft Teams",
    "zulip": "Zulip",
    "mbox": "Mail",
    "discourse": "Discourse",
    "stack": "Stack",
    "jira": "Jira",
    "confluence": "Confluence",
}
"""What people call them, by kind of import."""


class SeenPassage(msgspec.Struct, frozen=True):
    id: int
    kind: str
    """Of source: `slack`."""
    channel: str
    channel_link: str
    author_id: int | None
    """None also where the viewer does not see who it is."""
    author_name: str
    """As it was written there, or what they are called here."""
    title: str
    text: str
    language: str | None
    link: str
    """Back to where it stands; empty where nobody knows."""
    files: list[str]
    ring: int
    """The ring in effect."""
    is_question: bool
    is_own: bool
    is_hidden: bool
    is_accepted: bool
    root_id: int | None
    edited_at: datetime | None

    @property
    def at(self) -> datetime:
        return moment_of(self.id)

    @property
    def words(self) -> str:
        """The title goes above the text."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def address(self) -> str:
        """Of its page here."""
        return f"/elsewhere/{self.id}"

    @property
    def source(self) -> str:
        return SOURCES.get(self.kind, self.kind)

    @property
    def search(self) -> str:
        """What finds all of its channel."""
        place = f"{self.kind}/{self.channel}"
        return f'in:"{place}"' if " " in place else f"in:{place}"


def _seen(
    viewer_sql: ViewerSql, which: Callable[[type[SourcePassage]], BoolSql], most: int | None = None
) -> Executable:
    passage, author, root = aliased(SourcePassage), aliased(Person), aliased(SourcePassage)
    shows_author = and_(author.id.is_not(None), visibility.person(viewer_sql, author))
    name = case((and_(shows_author, author.name != ""), author.name), else_=passage.author_name)
    return (
        select(
            passage.id,
            Import.kind,
            SourceChannel.name.label("channel"),
            SourceChannel.link.label("channel_link"),
            case((shows_author, passage.author_id)).label("author_id"),
            name.label("author_name"),
            passage.title,
            passage.text,
            passage.language,
            passage.link,
            passage.files,
            func.least(passage.ring, viewer_sql.widest).label("ring"),
            passage.is_question,
            func.coalesce(passage.author_id == viewer_sql.id, False).label("is_own"),
            passage.is_hidden,
            func.coalesce(root.accepted_key == passage.key, False).label("is_accepted"),
            root.id.label("root_id"),
            passage.edited_at,
        )
        .select_from(passage)
        .join(Import, Import.id == passage.import_id)
        .join(SourceChannel, SourceChannel.id == passage.channel_id)
        .outerjoin(author, author.id == passage.author_id)
        .outerjoin(root, and_(root.id == passage.root_id, law.passage(viewer_sql, root)))
        .where(which(passage), law.passage(viewer_sql, passage))
        .order_by(passage.id)
        .limit(most)
    )


def _asked(viewer_sql: ViewerSql) -> Executable:
    return _seen(viewer_sql, lambda passage: passage.id == func.any(param("ids", ARRAY(BigInteger))))


def _thread(viewer_sql: ViewerSql) -> Executable:
    """All that stands in the thread of one of them, whether or not what began it is here."""
    one = aliased(SourcePassage)
    given = select(one.import_id, one.thread_key).where(one.id == param("id", BigInteger)).subquery()

    def of_it(passage: type[SourcePassage]) -> BoolSql:
        return and_(
            passage.import_id == select(given.c.import_id).scalar_subquery(),
            passage.thread_key == select(given.c.thread_key).scalar_subquery(),
        )

    return _seen(viewer_sql, of_it, MOST_OF_A_THREAD)


_ASKED = VisibleQuery(_asked)
_THREAD = VisibleQuery(_thread)


def _as_seen(row: Record) -> SeenPassage:
    return SeenPassage(*row)


async def passages(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPassage]:
    """Those of them that the viewer sees, in the order asked for."""
    asked = list(ids)
    if not asked:
        return []
    found = {row["id"]: _as_seen(row) for row in await _ASKED.rows(db, viewer, ids=asked)}
    return [found[id] for id in asked if id in found]


async def thread(db: Db, viewer: Viewer, passage_id: int) -> list[SeenPassage]:
    """What stands in the same thread, oldest first. Raises NotFound where the viewer does not see this passage."""
    if not await passages(db, viewer, [passage_id]):
        raise NotFound
    return [_as_seen(row) for row in await _THREAD.rows(db, viewer, id=passage_id)]
