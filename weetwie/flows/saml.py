"""Somebody signs in with a provider that speaks SAML: asked there, answered, believed, and out again. What it needs is loaded with the
first of it."""

import asyncio
import time
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.access import viewer as viewers
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import claims, identities, keys as secrets, saml, sign_on
from weetwie.errors import Forbidden, Invalid, Unavailable, _
from weetwie.flows import sign_on as entering
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.runtime.shared_fetch import SharedFetch
from weetwie.security.oidc import LEEWAY, Notice, SignedIn
from weetwie.settings import SamlProvider

if TYPE_CHECKING:
    from weetwie.saml.keys import OwnKeys
    from weetwie.saml.logout import LoggedOut
    from weetwie.saml.metadata import Ourselves, TrustedProvider

log = logger(__name__)

KEYS: Final = "saml keys"
_LASTS: Final = 3600.0
"""For so long what a provider says of itself is believed unasked (seconds)."""
_BETWEEN_LOOKS: Final = 10.0
"""A signature with an unknown key makes us look again, but not more often than this."""
_MISSET: Final = _(
    "Logging in with {provider} isn't set up correctly: {why}. Ask an administrator to fix this."
)
_UNSOLICITED: Final = _(
    "{provider} sent you here without being asked, which isn't allowed. Log in from here instead."
)

_NO_SESSION: Final = _("{provider} didn't say which session has ended.")
_AGAIN: Final = _("{provider} sent this logout before.")


class WayOn(msgspec.Struct, frozen=True):
    """Where a browser goes next: by an address, or by a form that is posted there."""

    address: str
    form: dict[str, str] = {}


class SamlSignOn:
    """One provider, with what it says of itself as last read."""

    between_looks = _BETWEEN_LOOKS

    def __init__(self, told: SamlProvider, database: Database, site: Site) -> None:
        self.told = told
        self._database = database
        self._site = site
        self._metadata = SharedFetch(self._read)

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        """Reading what others sent takes a processor; some of them are for everybody else."""
        return asyncio.Semaphore(2)

    async def trusted(self, lasts: float = _LASTS) -> "TrustedProvider":
        """Raises Unavailable, and Forbidden for metadata that cannot be right."""
        found = await self._metadata.get(lasts)
        if found.valid_until and found.valid_until < time.time():
            raise Forbidden(_MISSET, provider=self.told.name, why=_("its metadata has expired"))
        return found

    async def newest(self) -> "TrustedProvider":
        """As it says right now, and nothing that was kept. Raises Unavailable, Forbidden."""
        from weetwie.saml import fetching, metadata, xml

        told = self.told
        document = await fetching.fetched(told.name, told.metadata_url, told.metadata_file)
        try:
            return await asyncio.to_thread(metadata.read, document, told.entity_id)
        except xml.UnreadableXml as wrong:
            raise self._refusal(wrong) from wrong

    async def ourselves(self) -> "Ourselves":
        from weetwie.saml import metadata

        return metadata.ourselves(
            self._site.base_url, self.told.key, await own_keys(self._database, self._site)
        )

    async def way_there(
        self, browser: str, go_on: str, person_id: int | None = None, *, is_again: bool = False
    ) -> str:
        """The address at which somebody signs in with the provider."""
        from weetwie.saml import requests

        them, us = await self.trusted(), await self.ourselves()
        async with self._database.transaction() as db:
            state, id = await saml.begin(db, self.told.key, browser, go_on, person_id)
        asked = requests.asks_who(us, them, id, time.time(), is_again=is_again)
        return requests.way(them.sign_on, "SAMLRequest", asked, us.keys.keys[0], state)

    async def answer(self, text: str, state: str) -> str:
        """What the provider says is kept for the browser that asked; gives the code to go on with, or nothing where the provider has to be
        asked first. Raises Invalid, Forbidden, Unavailable."""
        from weetwie.saml import responses

        content = responses.decoded(text, self.told.name)
        async with self._turns:
            is_asked = await asyncio.to_thread(responses.answers_to, content, self.told.name)
        if not is_asked:
            # Nobody knows in whose browser this is: it may be the answer to somebody else's sign-in, slipped to them.
            if self.told.begins_there and not state:
                return ""
            raise Invalid(_UNSOLICITED, provider=self.told.name)
        async with self._database.reading() as db:
            id = await saml.asked(db, self.told.key, state)
        said, assertion_id, until = await self._checked(content, id)
        async with self._database.transaction() as db:
            return await saml.answered(db, self.told.key, state, said, assertion_id, until)

    async def _checked(self, content: bytes, id: str) -> tuple[SignedIn, str, float]:
        """With certificates that are new to us, what the provider says of itself is read again."""
        them = await self.trusted()
        try:
            return await self._read_answer(content, id, them)
        except Invalid:
            fresh = them if self.told.metadata_file else await self.trusted(self.between_looks)
            if fresh.certificates == them.certificates:
                raise
        return await self._read_answer(content, id, fresh)

    async def _read_answer(
        self, content: bytes, id: str, them: "TrustedProvider"
    ) -> tuple[SignedIn, str, float]:
        from weetwie.saml import attributes, responses

        us, name = await self.ourselves(), self.told.name
        async with self._turns:
            said = await asyncio.to_thread(responses.checked, content, us, them, name, id, time.time())
        claims = {
            **attributes.as_claims(said.attributes, said.friendly),
            "sub": responses.subject(said, self.told.subject_attribute, name),
            "sid": said.person.session,
            "auth_time": said.signed_on_at,
        }
        named = msgspec.json.encode(said.person).decode()
        return SignedIn(claims, named), said.id, said.expires_at + LEEWAY

    async def come_back(
        self, context: Context, browser: str, code: str, agent: str, before: str | None
    ) -> tuple[str, str]:
        """The session of who comes in, in place of the one `before` (none where somebody connects their account), and where they
        go on. Raises Invalid, Forbidden, Conflict."""
        db, viewer, told = context.db, context.viewer, self.told
        begun, said = await saml.take(db, told.key, browser, code)
        if begun.person_id is not None:
            if not viewers.is_active(viewer, clock.now()) or viewer.person_id != begun.person_id:
                raise Forbidden
            await identities.connect(db, viewer, begun.person_id, told.issuer, said.subject)
            return "", f"{begun.go_on}?saved=1"
        claimed = claims.read(told, said.claims)
        token, _is_new = await entering.enter(context, told, told.issuer, said, claimed, agent, before)
        return token, begun.go_on

    async def way_out(self, named: str) -> str:
        """Where one signs out of the provider too; empty where there is no such place."""
        from weetwie.saml import requests

        them = await self.trusted()
        if not named or not them.logout or them.logout_is_posted:
            return ""
        us, person = await self.ourselves(), msgspec.json.decode(named, type=requests.NamedSubject)
        asked = requests.logs_out(us, them, person, time.time())
        return requests.way(them.logout, "SAMLRequest", asked, us.keys.keys[0])

    async def signed_out(self, query: str, form: dict[str, str]) -> WayOn:
        """The provider says that somebody has signed out there: their sessions that began before it end here too. Gives the way on
        to the provider, which waits for an answer. Raises Invalid, Unavailable."""
        from weetwie.saml import logout, requests

        them, us = await self.trusted(), await self.ourselves()
        name, now = self.told.name, time.time()
        async with self._turns:
            told = await (
                asyncio.to_thread(logout.by_form, form, us, them, name, now)
                if form
                else asyncio.to_thread(logout.by_redirect, query, us, them, name, now)
            )
        async with self._database.transaction() as db:
            await self._end_sessions(db, told)
        answer = requests.is_logged_out(us, them, told.id, time.time())
        key = us.keys.keys[0]
        if them.logout_is_posted:
            return WayOn(them.logout_answers, requests.form("SAMLResponse", answer, key, told.relay_state))
        return WayOn(requests.way(them.logout_answers, "SAMLResponse", answer, key, told.relay_state))

    async def _end_sessions(self, db: Db, told: "LoggedOut") -> None:
        is_named = not self.told.subject_attribute
        if not is_named and not told.sessions:
            raise Invalid(_NO_SESSION, provider=self.told.name)
        if not await saml.is_new(db, self.told.key, told.id, told.issued_at + _LASTS):
            raise Invalid(_AGAIN, provider=self.told.name)
        for session in told.sessions or ("",):
            subject = told.name_id if is_named else ""
            await sign_on.signed_out(db, self.told.issuer, Notice(subject, session, int(told.issued_at)))

    async def _read(self) -> "TrustedProvider":
        from weetwie.saml import fetching, metadata, xml

        told = self.told
        try:
            document = await fetching.fetched(told.name, told.metadata_url, told.metadata_file)
            found = await asyncio.to_thread(metadata.read, document, told.entity_id)
        except (Unavailable, xml.UnreadableXml) as away:
            async with self._database.reading() as db:
                kept = await saml.metadata(db, told.key)
            if not kept:
                raise self._refusal(away) from away
            log.warning("the metadata of a provider were not read; those of before are used", why=str(away))
            return await asyncio.to_thread(metadata.read, kept, told.entity_id)
        async with self._database.transaction() as db:
            if await saml.metadata(db, told.key) != document:
                await saml.keep_metadata(db, told.key, document)
        return found

    def _refusal(self, away: Exception) -> Exception:
        if isinstance(away, Unavailable):
            return away
        return Forbidden(_MISSET, provider=self.told.name, why=str(away))


async def own_keys(database: Database, site: Site) -> "OwnKeys":
    """Those of this installation, made at their first use."""
    from weetwie.saml import keys

    async with database.reading() as db:
        kept = await secrets.given(db, KEYS)
    if not kept:
        host = urlsplit(site.base_url).hostname or "weetwie"
        made = keys.written(await asyncio.to_thread(keys.first, host))
        async with database.transaction() as db:
            kept = await secrets.begin(db, KEYS, made)
    return keys.read(kept)


async def change_keys(database: Database, viewer: Viewer, site: Site, *, is_next: bool) -> "OwnKeys":
    """Makes the next key, which providers read beside the one of now; afterwards goes on with the newest alone. Raises Forbidden."""
    from weetwie.saml import keys

    kept = await own_keys(database, site)
    changed = await asyncio.to_thread(kept.with_next) if is_next else kept.on_next()
    async with database.transaction() as db:
        await secrets.put(db, viewer, KEYS, keys.written(changed))
    return changed
