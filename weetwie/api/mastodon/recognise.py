"""Who calls an endpoint: by a token in the header, or in the address of a stream."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.mastodon import streaming
from weetwie.api.refusals import Unauthorized, WrongToken
from weetwie.domain.identity import tokens as kept_tokens
from weetwie.errors import Forbidden, _
from weetwie.runtime import clock

_NOT_HERE: Final = _("This account isn't active right now.")


def recogniser(memory: Memory) -> Callable[[Call], Awaitable[Viewer]]:
    async def recognise(call: Call) -> Viewer:
        """A bad token is refused, but for endpoints that ask nothing of a token: there it is nobody's.

        Hot endpoints take the viewer from memory: their own statement says whether it is still so, and if not they are asked again.
        """
        token = bearer(call)
        viewer = memory.recall(token) if call.endpoint.hot and not call.is_second_try else None
        if viewer is None or _is_shut_out(viewer):
            viewer = await memory.recognise(await call.db(), token=token)
        if viewer is None:
            if call.endpoint.access != "public" or call.endpoint.scopes:
                # An app goes on with the token that it had: that is no guess.
                was_good = token is not None and await kept_tokens.is_known(await call.db(), token)
                raise Unauthorized if was_good or token is None else WrongToken
            viewer = await memory.recognise(await call.db())
        assert viewer is not None, "nobody is always recognised"
        call.renderer.follow(viewer.policy)
        if call.endpoint.access == "person" and _is_shut_out(viewer):
            raise Forbidden(_NOT_HERE)
        return viewer

    return recognise


def _is_shut_out(viewer: Viewer) -> bool:
    return viewer.is_person and not viewers.is_active(viewer, clock.now())


def bearer(call: Call) -> str | None:
    """In the header; for streams also in the address, as browsers give no headers there."""
    kind, _space, token = call.header("authorization").partition(" ")
    if kind.lower() == "bearer":
        return token.strip() or None
    if call.path.startswith(streaming.PATH):
        return dict(parse_qsl(call.query.decode("latin-1"))).get("access_token")
    return None
