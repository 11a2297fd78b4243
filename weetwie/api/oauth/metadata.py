"""What an app may know of the sign-in here before it begins (RFC 8414), and who it is that signed in."""

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.oauth.registration import REGISTER, agents_are_on
from weetwie.domain.identity import agent_rules, rules
from weetwie.views import people as seen_people

routes = Routes("oauth")


class ServerMetadata(msgspec.Struct, kw_only=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    app_registration_endpoint: str
    service_documentation: str
    scopes_supported: list[str]
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    grant_types_supported: tuple[str, ...] = (
        "authorization_code",
        "client_credentials",
    )
    token_endpoint_auth_methods_supported: tuple[str, ...] = (
        "client_secret_basic",
        "client_secret_post",
    )
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = True
    registration_endpoint: str | msgspec.UnsetType = msgspec.UNSET
    """Here and below: where agents are let in."""
    client_id_metadata_document_supported: bool | msgspec.UnsetType = msgspec.UNSET


class UserInfo(msgspec.Struct, kw_only=True):
    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


@routes.get("/.well-known/oauth-authorization-server")
async def metadata(call: Call) -> ServerMetadata:
    """Where and how apps log in."""
    base = call.base_url
    told = _of_apps(base)
    if not agents_are_on(call):
        return told
    return msgspec.structs.replace(
        told,
        scopes_supported=[*told.scopes_supported, *agent_rules.SCOPES],
        grant_types_supported=(*told.grant_types_supported, "refresh_token"),
        token_endpoint_auth_methods_supported=(*told.token_endpoint_auth_methods_supported, "none"),
        registration_endpoint=f"{base}{REGISTER}",
        client_id_metadata_document_supported=True,
    )


def _of_apps(base: str) -> ServerMetadata:
    return ServerMetadata(
        issuer=f"{base}/",
        authorization_endpoint=f"{base}/oauth/authorize",
        token_endpoint=f"{base}/oauth/token",
        revocation_endpoint=f"{base}/oauth/revoke",
        userinfo_endpoint=f"{base}/oauth/userinfo",
        app_registration_endpoint=f"{base}/api/v1/apps",
        service_documentation="https://docs.joinmastodon.org/",
        scopes_supported=list(rules.SCOPES),
    )


@routes.get("/oauth/userinfo", scopes=["profile"])
async def userinfo(call: Call) -> UserInfo:
    """The person who logged in, in OpenID Connect's format."""
    db = await call.db()
    seen = await seen_people.person(db, call.viewer, call.viewer.person_id)
    [profile] = await seen_people.profiles(db, [seen])
    return UserInfo(
        iss=f"{call.base_url}/",
        sub=f"{call.base_url}/users/{profile.handle}",
        name=profile.name or profile.handle,
        preferred_username=profile.handle,
        profile=f"{call.base_url}/@{profile.handle}",
        picture=profile.face or f"{call.base_url}/static/face.png",
    )
