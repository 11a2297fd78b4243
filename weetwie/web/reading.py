"""What every page for people who are signed in is made of: their own person, what is new for them, the page of a list."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page, page
from weetwie.database.pool import Db
from weetwie.domain.conversations import rooms
from weetwie.domain.identity import account, links
from weetwie.domain.identity.account import AccountChange
from weetwie.domain.notifications.list import unread
from weetwie.errors import Forbidden, NotFound, Refusal, _, or_not_found
from weetwie.runtime import clock
from weetwie.text.signs import whole_number
from weetwie.views.posts import SeenPost
from weetwie.web.items import items
from weetwie.web.shown import Shown
from weetwie.web.there import EVERYWHERE, on_every_page
from weetwie.web.visit import Visit

LENGTH = 20


class SignInFirst(Forbidden):
    """This page is for those who are signed in."""


class SignInAgain(SignInFirst):
    """This page is for those who have shown lately who they are."""

    default = _("Log in again to do this. Nothing was changed.")


Read = Callable[[Db, Page], Awaitable[Sequence[SeenPost]]]


async def show(visit: Visit, db: Db, template: str, status: int = 200, /, **values: Shown) -> Response:
    """A page within the frame of those who are signed in, or of strangers."""
    me = (
        await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
        if visit.is_signed_in
        else None
    )
    visit.is_living = me is not None
    there = await on_every_page(visit, db) if me else dict.fromkeys(EVERYWHERE, False)
    news = await unread(db, visit.viewer, limit=99) if there["notifications"] else 0
    talks = await rooms.unread_count(db, visit.viewer) if there["messages"] else 0
    by_others = await done_by_others(visit, db) if there["by_others"] else []
    return visit.show(
        template, status, **{"me": me, "news": news, "talks": talks, "by_others": by_others, **values}
    )


async def page_if_refused(
    visit: Visit, act: Awaitable[Response], page: Callable[..., Awaitable[Response]]
) -> Response:
    """What an act answers; where it is refused the page that it came from, with the reason. What isn't there is not found."""
    try:
        return await act
    except NotFound:
        raise
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await page(visit, db, 422, error=refusal)


async def done_by_others(visit: Visit, db: Db) -> list[tuple[AccountChange, str]]:
    """What others did to how one signs in, until it is read in this browser, and who it was."""
    return await with_names(visit, db, await account.unread(db, visit.viewer))


async def with_names(visit: Visit, db: Db, happened: list[AccountChange]) -> list[tuple[AccountChange, str]]:
    """Empty for what one did oneself, and where nobody in particular did it."""
    others = dict.fromkeys(one.by_id for one in happened if one.by_id and one.by_id != one.person_id)
    people = await visit.site.presenter.cards(db, visit.viewer, others) if others else {}
    names = {id: f"{one.called} (@{one.handle})" for id, one in people.items()}
    return [(one, names.get(one.by_id or 0, "")) for one in happened]


def asked(visit: Visit) -> Page:
    """The stretch of a list that the address asks for."""
    given = visit.request.query_params
    return page(LENGTH, whole_number(given.get("max_id")), None, whole_number(given.get("min_id")))


async def timeline(
    visit: Visit, db: Db, read: Read, context: str = "public", *, folds: bool = False
) -> dict[str, Shown]:
    """A page of posts, through the filters that hold in this context, and where the next one is. `folds`: several replies of one
    conversation are one item."""
    found = await read(db, asked(visit))
    posts = await visit.site.presenter.posts(db, visit.viewer, found, context)
    return {
        "posts": await items(visit, db, posts, context, folds=folds),
        "older": older(visit, found[-1].key if len(found) == LENGTH else 0),
    }


def older(visit: Visit, key: int) -> str:
    """The address of the page behind the item with this key; empty where there is none."""
    if not key:
        return ""
    kept = {
        name: value for name, value in visit.request.query_params.items() if name not in ("max_id", "min_id")
    }
    return f"{visit.request.url.path}?{urlencode(kept | {'max_id': str(key)})}"


@contextmanager
def or_sign_in(visit: Visit) -> Iterator[None]:
    """What a stranger does not find may be there for them once they have signed in. Raises SignInFirst."""
    try:
        yield
    except NotFound as missing:
        if visit.is_signed_in:
            raise
        raise SignInFirst from missing


async def person_of_link(visit: Visit, db: Db, purpose: links.Purpose) -> Viewer:
    """Whose link this page was opened by. Raises NotFound for one that is not good (any more)."""
    link = await links.look(db, purpose, visit.request.path_params["token"])
    return or_not_found(await visit.site.memory.person(db, link.person_id or 0))


def check_signed_in(visit: Visit) -> None:
    """Raises SignInFirst."""
    if not visit.is_signed_in:
        raise SignInFirst


def check_allowed(visit: Visit, rule: Callable[[Viewer, datetime], bool]) -> None:
    """For everybody else there is nothing here. Raises NotFound."""
    if not rule(visit.viewer, clock.now()):
        raise NotFound
