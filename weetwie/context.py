"""What a use case is given: the database in one transaction, who acts, and what it must know of the place where that is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.database.unavailable import DatabaseAway
from weetwie.errors import or_not_found
from weetwie.media.blob import Store
from weetwie.runtime.log import logger
from weetwie.settings import Directory, MailIn, Provider, RemoteUser, SamlProvider

log = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Site:
    """One installation, as use cases know it."""

    base_url: str
    """Without a slash at its end."""
    memory: Memory = field(default_factory=Memory)
    sends_mail: bool = False
    store: Store | None = None
    """Where the bytes of media lie."""
    data: Path | None = None
    """The data folder, where there is one."""
    directory: Directory | None = None
    """The organisation's directory, where it is asked by LDAP."""
    sso: tuple[Provider, ...] = ()
    """With whom people sign in by OpenID Connect."""
    saml: tuple[SamlProvider, ...] = ()
    """With whom people sign in by SAML."""
    mail_in: MailIn | None = None
    """Where replies by mail come in, where they do."""
    remote_user: RemoteUser | None = None
    """The proxy that says who somebody is, where there is one."""

    @property
    def agents_at(self) -> str:
        """The one address that tokens of agents open."""
        return f"{self.base_url}/mcp"


@dataclass(frozen=True, slots=True)
class Context:
    db: Db
    viewer: Viewer
    site: Site

    def address(self, path: str) -> str:
        """Of a page of ours."""
        return f"{self.site.base_url}/{path}"

    async def find_person(self, person_id: int) -> Viewer | None:
        return await self.site.memory.person(self.db, person_id)

    async def person(self, person_id: int) -> Viewer:
        """A person as a viewer, as they are now. Raises NotFound."""
        return or_not_found(await self.find_person(person_id))

    @asynccontextmanager
    async def apart(self, what: str, about: int) -> AsyncIterator[None]:
        """For one of many: what fails is undone and logged with the id `about`, and holds up none of the others."""
        try:
            async with self.db.savepoint():
                yield
        except DatabaseAway:
            raise
        except Exception:
            log.exception(what, about=about)

    def by(self, viewer: Viewer) -> "Context":
        """The same, done by somebody else."""
        return replace(self, viewer=viewer)

    @property
    def by_system(self) -> "Context":
        return self.by(viewers.system(self.viewer.policy))


async def of_system(db: Db, site: Site, policy_version: int | None = None) -> Context:
    """What nobody in particular does: reactions, the schedule. `policy_version`: where it has just been read."""
    return Context(db, viewers.system(await site.memory.policy(db, policy_version)), site)
