"""What is special where an agent asks to be let in: who it is, what it will see in plain words, and what one leaves out of that."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring
from weetwie.access.plain_words import RINGS
from weetwie.domain.identity import agent_rules, agents
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.errors import Invalid, _
from weetwie.http.fetch import Fetched, Fetcher, FetchFailed
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_SEES: Final = {
    Ring.colleagues: _("Posts you can see, including those only for colleagues"),
    Ring.network: _("Posts you can see, including those for colleagues, alumni and guests"),
    Ring.world: _("Posts that anyone can see"),
}


async def agent_at(visit: Visit, client_id: str) -> RegisteredApp | None:
    """The agent that the document at this address describes. It is fetched for those who are signed in alone, now and then, and
    while no connection to the database waits. Raises Invalid, SignInFirst and TooMany."""
    if "agents" not in visit.viewer.policy.connections:
        return None
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        app = await agents.read_lately(db, client_id)
    if app is not None:
        return app
    visit.count("register")
    try:
        found = await (visit.site.fetch or _fetch)(client_id, "application/", agent_rules.LARGEST_DOCUMENT)
    except FetchFailed as failure:
        raise Invalid(
            _("The agent's description at {place} can't be read: {why}."),
            place=urlsplit(client_id).netloc,
            why=str(failure),
        ) from None
    if found.url != client_id:
        raise Invalid(_("The agent's description is of another agent."))
    told = agent_rules.read_document(client_id, found.content)
    async with visit.site.database.transaction() as db:
        return await agents.described(db, client_id, told)


async def _fetch(url: str, content_type: str, largest: int) -> Fetched:
    fetcher = Fetcher("Weetwie")
    try:
        return await fetcher.fetch(url, content_type, largest)
    finally:
        await fetcher.close()


def check(visit: Visit, challenge: str | None) -> None:
    """Raises Invalid for what agents have to send and did not."""
    if "agents" not in visit.viewer.policy.connections:
        raise Invalid(_("Agents aren't allowed here. Ask an administrator."))
    if challenge is None:
        raise Invalid(_("The app uses an unsafe way to log in. Only S256 is accepted."))
    resource = visit.request.query_params.get("resource")
    if resource and not agent_rules.is_resource(resource, visit.site.agents_at):
        raise Invalid(_("The agent asks for access to something else than this installation."))


def told(visit: Visit, app: RegisteredApp, redirect_uri: str, scopes: list[str]) -> dict[str, Shown]:
    """For the page: who asks, and what they would see."""
    ring = viewers.ring(visit.viewer, clock.now())
    return {
        "app": app,
        "from_where": urlsplit(app.client_id).netloc if agent_rules.is_address(app.client_id) else "",
        "sees": _SEES[ring],
        "ring": RINGS[ring],
        "may_ask": agent_rules.QUESTIONS in scopes,
        "is_local": agent_rules.is_local(redirect_uri),
    }


def chosen(scopes: list[str], given: Mapping[str, str]) -> list[str]:
    """What the person lets it do: reading goes without saying, the rest as they have ticked it."""
    return [
        agent_rules.KNOWLEDGE,
        *([agent_rules.QUESTIONS] if agent_rules.QUESTIONS in scopes and "may_ask" in given else []),
        *([agent_rules.PRIVATE] if "reads_private" in given else []),
    ]
