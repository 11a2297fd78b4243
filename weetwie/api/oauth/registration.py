"""What an agent learns before it asks: what it is that it would get access to (RFC 9728), and a number of its own where it has no
address that describes it (RFC 7591). There is none of it while agents are not let in."""

import msgspec

from weetwie.api.call import Answer, Call
from weetwie.api.endpoint import Routes
from weetwie.api.oauth.errors import InvalidClientMetadata, InvalidRedirectUri, refuse
from weetwie.domain.identity import agent_rules, agents
from weetwie.errors import Invalid, NotFound
from weetwie.runtime import clock

routes = Routes("oauth")

REGISTER = "/oauth/register"
RESOURCE = "/.well-known/oauth-protected-resource"


class ResourceMetadata(msgspec.Struct, kw_only=True):
    resource: str
    authorization_servers: list[str]
    scopes_supported: list[str]
    bearer_methods_supported: tuple[str, ...] = ("header",)
    resource_name: str
    resource_documentation: str


class NewAgent(msgspec.Struct, kw_only=True):
    """Of RFC 7591 what is used; the rest is passed over."""

    client_name: str = ""
    redirect_uris: list[str] = []
    client_uri: str | None = None


class RegisteredAgent(msgspec.Struct, kw_only=True):
    client_id: str
    client_id_issued_at: int
    client_name: str
    redirect_uris: list[str]
    client_uri: str | None = None
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    response_types: tuple[str, ...] = ("code",)
    token_endpoint_auth_method: str = "none"  # noqa: S105 - a word of the protocol
    scope: str


def agents_are_on(call: Call) -> bool:
    return "agents" in call.viewer.policy.connections


@routes.get(RESOURCE)
async def resource(call: Call) -> ResourceMetadata:
    """What agents get access to, and where they ask for it; only where agents are let in."""
    if not agents_are_on(call):
        raise NotFound
    return ResourceMetadata(
        resource=call.site.agents_at,
        authorization_servers=[f"{call.base_url}/"],
        scopes_supported=list(agent_rules.USUAL),
        resource_name=call.viewer.policy.name,
        resource_documentation=f"{call.base_url}/about",
    )


@routes.get(f"{RESOURCE}/mcp")
async def resource_at_its_path(call: Call) -> ResourceMetadata:
    """The same, where the path of the address is added."""
    return await resource(call)


@routes.post(REGISTER, answer=RegisteredAgent, status=201, refuse=refuse, rate="register")
async def register(call: Call, new: NewAgent) -> Answer:
    """Register an agent that has no address of its own. It expires after a day unless somebody lets it in."""
    if not agents_are_on(call):
        raise NotFound
    try:
        told = agent_rules.checked(new.client_name, new.redirect_uris, new.client_uri)
    except Invalid as refusal:
        kind = InvalidRedirectUri if refusal.field == "redirect_uris" else InvalidClientMetadata
        raise kind(refusal.sentence, **refusal.values) from None
    app = await agents.register(await call.db(), told)
    answer = RegisteredAgent(
        client_id=app.client_id,
        client_id_issued_at=int(clock.now().timestamp()),
        client_name=app.name,
        redirect_uris=app.redirect_uris,
        client_uri=app.website,
        scope=" ".join(agent_rules.USUAL),
    )
    return Answer(201, answer, {"pragma": "no-cache"})
