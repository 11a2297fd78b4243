"""An account in a chat is linked with somebody, and unlinked; both are told to whose account it is."""

from weetwie.access import allowed, permissions
from weetwie.context import Context
from weetwie.domain.chat import accounts
from weetwie.domain.identity import account
from weetwie.errors import NotFound


async def link(context: Context, token: str) -> None:
    """Raises Forbidden, and NotFound where the link was used or its time is over."""
    db, viewer = context.db, context.viewer
    _check(context)
    id, before = await accounts.link(db, viewer, token)
    await account.changed(db, viewer, "chat.link", viewer.person_id, account_id=id)
    if before is not None:
        await account.changed(db, viewer, "chat.unlink", before)


async def unlink(context: Context, id: int) -> None:
    """Raises NotFound."""
    await accounts.unlink(context.db, context.viewer, id)
    await account.changed(
        context.db, context.viewer, "chat.unlink", context.viewer.person_id, is_mailed=False, account_id=id
    )


def _check(context: Context) -> None:
    """Raises Forbidden for those who may not act, and NotFound while chat is off."""
    if "chat" not in context.viewer.policy.connections:
        raise NotFound
    allowed.check(context.viewer, permissions.act)
