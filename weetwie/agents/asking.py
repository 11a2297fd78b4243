"""One request of an agent: for whom it asks, and how it gets at what they see."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import StaleViewer
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import agent_tokens
from weetwie.errors import Forbidden, _
from weetwie.events import audit
from weetwie.runtime import clock

ASKING: Final = "weetwie.asking"
"""Where it stands in the scope of the request."""

T = TypeVar("T")
Act = Callable[[Context], Awaitable[T]]


class TokenEnded(Forbidden):
    """Since the request was admitted."""

    default = _("This connection has ended.")


async def recognise(db: Db, site: Site, token: str) -> Viewer | None:
    """The person, as they are now; None where the token is not good for this, or the person may not act."""
    viewer = await site.memory.recognise_for(db, token, site.agents_at)
    return viewer if viewer is not None and viewers.is_active(viewer, clock.now()) else None


@dataclass(frozen=True)
class Asking:
    """Who asks is read anew for each thing that is done."""

    database: Database
    site: Site
    token: str
    token_id: int
    scopes: frozenset[str]
    language: str

    async def read(self, act: Act[T]) -> T:
        try:
            async with self.database.reading() as db:
                return await act(await self._context(db))
        except StaleViewer:  # something has changed between two statements
            async with self.database.reading() as db:
                return await act(await self._context(db))

    async def write(self, act: Act[T]) -> T:
        async with self.database.transaction() as db:
            return await act(await self._context(db))

    async def note(self, tool: str) -> None:
        """For those who may have to answer for it: that something was asked, never what."""

        async def write(context: Context) -> None:
            viewer = context.viewer
            await audit(
                context.db,
                viewer,
                f"agent.{tool}",
                viewer.person_id,
                door="mcp",
                app_id=viewer.app_id,
                token_id=viewer.token_id,
            )
            await agent_tokens.use(context.db, viewer)

        await self.write(write)

    async def _context(self, db: Db) -> Context:
        viewer = await recognise(db, self.site, self.token)
        if viewer is None:
            raise TokenEnded
        return Context(db, viewer, self.site)
