"""One's conversations: which there are, what was said last, read them, leave them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Executable, delete, func, or_, select, true, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.errors import NotFound
from weetwie.events import PersonErased, PostEdited, PostPublished
from weetwie.tables.conversations import Conversation
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Mention, Post


class SeenConversation(msgspec.Struct, frozen=True):
    id: int
    last_post_id: int
    """The newest direct post in it that the viewer sees; the list is paged by it."""
    is_unread: bool
    people: list[int]
    """Who wrote that post and who is named in it, without the viewer."""


async def heard(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    """Whoever writes a direct post or is named in one has this conversation. What one writes one has read."""
    await db.run(_HEARD, posts=[fact.post_id for fact in facts])


async def conversations(db: Db, viewer: Viewer, page: Page, *, only: int = 0) -> list[SeenConversation]:
    """Newest first; `only` is one of them, by its id."""
    query = _UP if page.is_upward else _DOWN
    rows = await query.rows(db, viewer, below=page.below, above=page.above, limit=page.limit, only=only)
    found = [SeenConversation(row[0], row[1], row[2], list(row[3] or ())) for row in rows]
    return found[::-1] if page.is_upward else found


async def conversation(db: Db, viewer: Viewer, id: int) -> SeenConversation:
    """Raises NotFound for one that is not there or somebody else's."""
    found = await conversations(db, viewer, Page(1), only=id)
    if not found:
        raise NotFound()
    return found[0]


async def read(db: Db, viewer: Viewer, id: int) -> None:
    """Raises NotFound."""
    talk = await conversation(db, viewer, id)
    await db.run(_READ, id=id, read_up_to=talk.last_post_id)


async def unread(db: Db, viewer: Viewer, id: int) -> None:
    """Raises NotFound."""
    talk = await conversation(db, viewer, id)
    await db.run(_UNREAD, id=id, read_up_to=talk.last_post_id - 1)


async def leave(db: Db, viewer: Viewer, id: int) -> None:
    """Takes it from the list until something is said in it again. Raises NotFound."""
    await conversation(db, viewer, id)
    await db.run(_LEAVE, id=id)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASE, people=[fact.person_id for fact in facts])


def _heard() -> Executable:
    direct = (
        Post.id == func.any(param("posts", ARRAY(BigInteger))),
        Post.visibility == int(Visibility.direct),
    )
    author = select(Post.author_id.label("person_id"), Post.root_id, Post.id.label("read_up_to")).where(
        *direct
    )
    named = (
        select(Mention.person_id, Post.root_id, func.least(0, Post.id))
        .join(Mention, Mention.post_id == Post.id)
        .where(*direct, Mention.person_id != Post.author_id)
    )
    who = union_all(author, named).subquery()
    in_order = select(who.c.person_id, who.c.root_id, func.max(who.c.read_up_to)).group_by(
        who.c.person_id, who.c.root_id
    )
    new = insert(Conversation).from_select(["person_id", "root_id", "read_up_to"], in_order)
    return new.on_conflict_do_update(
        index_elements=["person_id", "root_id"],
        set_={"read_up_to": func.greatest(Conversation.read_up_to, new.excluded.read_up_to)},
    )


def _page(viewer_sql: ViewerSql, *, upward: bool) -> Executable:
    """Plan: the person's conversations by their index, the newest post that they see in each; few enough to be sorted."""
    post, mention = aliased(Post), aliased(Mention)
    only = param("only", BigInteger)
    last = (
        select(post.id, post.author_id)
        .where(
            post.root_id == Conversation.root_id,
            post.visibility == int(Visibility.direct),
            visibility.parent(viewer_sql, post),
        )
        .order_by(post.id.desc())
        .limit(1)
        .lateral()
    )
    others = (
        select(func.array_agg(mention.person_id))
        .where(mention.post_id == last.c.id, mention.person_id != viewer_sql.id)
        .correlate(last)
        .scalar_subquery()
    )
    is_unread = last.c.id > Conversation.read_up_to
    author = func.array_remove(
        func.array_fill(last.c.author_id, func.array(select(1).scalar_subquery())), viewer_sql.id
    )
    return (
        select(
            Conversation.id,
            last.c.id,
            is_unread,
            author.op("||")(func.array_remove(others, last.c.author_id)),
        )
        .select_from(Conversation)
        .join(last, true())
        .where(
            Conversation.person_id == viewer_sql.id,
            or_(only == 0, Conversation.id == only),
            last.c.id < param("below", BigInteger),
            last.c.id > param("above", BigInteger),
        )
        .order_by(last.c.id.asc() if upward else last.c.id.desc())
        .limit(param("limit", BigInteger))
    )


_DOWN = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=False))
_UP = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=True))
_HEARD = Query(_heard)
_ID = param("id", BigInteger)
_READ = Query(
    update(Conversation)
    .where(Conversation.id == _ID)
    .values(read_up_to=func.greatest(Conversation.read_up_to, param("read_up_to", BigInteger)))
)
_UNREAD = Query(
    update(Conversation).where(Conversation.id == _ID).values(read_up_to=param("read_up_to", BigInteger))
)
_LEAVE = Query(delete(Conversation).where(Conversation.id == _ID))
_ERASE = Query(
    delete(Conversation).where(Conversation.person_id == func.any(param("people", ARRAY(BigInteger))))
)
