"""Writes the ties of a person as CSV, as far as they see whom and what these lead to."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Literal, get_args

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.paging import END, Page
from weetwie.database.pool import Db
from weetwie.domain.lists import lists, members
from weetwie.domain.posts import mark
from weetwie.domain.relations import block, followers, mute
from weetwie.domain.relations.relationship import Relationship, relationships
from weetwie.imports.ties import table
from weetwie.imports.ties.forms import HEADERS, Kind, address, post_address
from weetwie.views import people as seen_people
from weetwie.views.numbered import Numbered
from weetwie.views.posts import SeenPost

Exported = Kind | Literal["followers"]
EXPORTED: Final[tuple[Exported, ...]] = (*get_args(Kind), "followers")
_PAGE: Final = 200

Rows = list[Sequence[str]]
Pages = Callable[[Page], Awaitable[Sequence[Numbered]]]


async def export(context: Context, kind: Exported) -> bytes:
    header = [HEADERS[kind]] if HEADERS[kind] else []
    return table.written([*header, *await _WRITERS[kind](context)])


async def ids(db: Db, viewer: Viewer, kind: Kind | Literal["followers"]) -> list[int]:
    """The people of a tie, the latest first."""
    me = viewer.person_id
    findings: dict[str, Pages] = {
        "follows": lambda page: followers.following(db, viewer, me, page),
        "followers": lambda page: followers.followers(db, viewer, me, page),
        "blocks": lambda page: block.blocks(db, viewer, page),
        "mutes": lambda page: mute.mutes(db, viewer, page),
    }
    return await _all(findings[kind])


async def bookmarked(db: Db, viewer: Viewer) -> list[SeenPost]:
    """The latest first."""
    found: list[SeenPost] = []
    below = END
    while some := await mark.bookmarks(db, viewer, Page(_PAGE, below)):
        found += some
        below = some[-1].key
    return found


async def on_list(db: Db, viewer: Viewer, list_id: int) -> list[int]:
    return await _all(lambda page: members.members(db, viewer, list_id, page))


async def standing(db: Db, viewer: Viewer, people: Sequence[int]) -> dict[int, Relationship]:
    """What the viewer has to do with them, by id."""
    found: dict[int, Relationship] = {}
    for at in range(0, len(people), _PAGE):
        for one in await relationships(db, viewer, list(people[at : at + _PAGE])):
            found[one.id] = one
    return found


async def _all(finding: Pages) -> list[int]:
    found: list[int] = []
    below = END
    while some := await finding(Page(_PAGE, below)):
        found += [one.id for one in some]
        below = some[-1].number
    return found


async def _handles(context: Context, people: Iterable[int]) -> dict[int, str]:
    wanted, found = list(dict.fromkeys(people)), dict[int, str]()
    for at in range(0, len(wanted), _PAGE):
        seen = await seen_people.cards(context.db, context.viewer, wanted[at : at + _PAGE])
        found |= {profile.id: profile.handle for profile in await seen_people.profiles(context.db, seen)}
    return found


async def _follows(context: Context) -> Rows:
    people = await ids(context.db, context.viewer, "follows")
    handles, how = await _handles(context, people), await standing(context.db, context.viewer, people)
    return [
        (
            address(handles[id], context.site.base_url),
            _said(how[id].shows_boosts),
            _said(how[id].notifies),
            ", ".join(how[id].languages or ()),
        )
        for id in people
        if id in handles and id in how
    ]


async def _mutes(context: Context) -> Rows:
    """Those without an end: the form has no place for one."""
    people = await ids(context.db, context.viewer, "mutes")
    handles, how = await _handles(context, people), await standing(context.db, context.viewer, people)
    return [
        (address(handles[id], context.site.base_url), _said(how[id].mutes_notifications))
        for id in people
        if id in handles and id in how and how[id].mute_expires_at is None
    ]


async def _blocks(context: Context) -> Rows:
    return await _addresses(context, "blocks")


async def _followers(context: Context) -> Rows:
    return await _addresses(context, "followers")


async def _addresses(context: Context, kind: Kind | Literal["followers"]) -> Rows:
    people = await ids(context.db, context.viewer, kind)
    handles = await _handles(context, people)
    return [(address(handles[id], context.site.base_url),) for id in people if id in handles]


async def _lists(context: Context) -> Rows:
    found: Rows = []
    for one in await lists.lists(context.db, context.viewer):
        people = await on_list(context.db, context.viewer, one.id)
        handles = await _handles(context, people)
        found += [(one.title, address(handles[id], context.site.base_url)) for id in people if id in handles]
    return found


async def _bookmarks(context: Context) -> Rows:
    posts = await bookmarked(context.db, context.viewer)
    handles = await _handles(context, [post.author.id for post in posts])
    return [
        (post_address(handles[post.author.id], post.post_id, context.site.base_url),)
        for post in posts
        if post.author.id in handles
    ]


def _said(truth: bool) -> str:
    return "true" if truth else "false"


_WRITERS: Final[dict[str, Callable[[Context], Awaitable[Rows]]]] = {
    "follows": _follows,
    "followers": _followers,
    "mutes": _mutes,
    "blocks": _blocks,
    "lists": _lists,
    "bookmarks": _bookmarks,
}
