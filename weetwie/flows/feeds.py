"""Somebody makes a secret address for a feed, of something that they see."""

from weetwie.context import Context
from weetwie.domain.feeds import addresses, rules
from weetwie.domain.identity import account
from weetwie.domain.lists import lists
from weetwie.domain.people.lookup import lookup
from weetwie.domain.search.query import read
from weetwie.errors import Invalid, NotFound, _
from weetwie.text.signs import whole_number
from weetwie.text.text import tag_key


async def make(context: Context, kind: str, about: str) -> tuple[int, str]:
    """Its id, and the secret, which is shown this once. Raises Invalid, Forbidden, TooMany."""
    about = await _found(context, kind, rules.check(kind, about))
    id, secret = await addresses.make(context.db, context.viewer, kind, about)
    await account.changed(
        context.db, context.viewer, "feed.make", context.viewer.person_id, is_mailed=False, feed_id=id
    )
    return id, secret


async def _found(context: Context, kind: str, about: str) -> str:
    try:
        match kind:
            case "person":
                return str(await lookup(context.db, context.viewer, about.lstrip("@")))
            case "topic":
                return tag_key(about.lstrip("#"))
            case "list":
                list_id = whole_number(about) or 0
                return str((await lists.own_list(context.db, context.viewer, list_id)).id)
            case "search":
                read(about)
    except NotFound:
        raise Invalid(_("This doesn't exist, or you can't see it."), field="about") from None
    return about
