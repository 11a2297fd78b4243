"""The steps by which an agent is let in, one by one."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.agents.connecting import AT, BACK
from tests.site import send
from weetwie.events import PersonErased, PersonLeft, PersonSuspended

VERIFIER = "a-verifier-of-enough-characters-0123456789-abcdef"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ADDRESS = "https://agents.example/claude.json"
DOCUMENT = {
    "client_id": ADDRESS,
    "client_name": "Known agent",
    "redirect_uris": ["http://localhost/callback", "https://agents.example/back"],
    "token_endpoint_auth_method": "none",
}


def consent(client_id: str, **more: str | None) -> str:
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": "read:knowledge write:questions",
        "state": "a state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "resource": AT,
    }
    return "/oauth/authorize?" + urlencode({name: one for name, one in (asked | more).items() if one})


async def code_of(site: httpx.AsyncClient, client_id: str, *ticks: str, **more: str | None) -> str:
    answer = await send(site, consent(client_id, **more), decision="allow", **dict.fromkeys(ticks, "on"))
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def change(site: httpx.AsyncClient, client_id: str, **more: str | None) -> httpx.Response:
    given: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "resource": AT,
    }
    return await site.post("/oauth/token", data={name: one for name, one in (given | more).items() if one})


async def refresh(site: httpx.AsyncClient, client_id: str, shown: str, **more: str | None) -> httpx.Response:
    none: dict[str, str | None] = {"redirect_uri": None, "code_verifier": None}
    return await change(
        site, client_id, **(none | {"grant_type": "refresh_token", "refresh_token": shown} | more)
    )


async def asks(site: httpx.AsyncClient, token: str) -> int:
    """What an agent with this token is answered."""
    answer = await site.post("/mcp", json=LIST, headers=HEADERS | {"authorization": f"Bearer {token}"})
    return answer.status_code


FACTS: dict[str, type[PersonLeft | PersonSuspended | PersonErased]] = {
    "leave": PersonLeft,
    "suspend": PersonSuspended,
    "erase": PersonErased,
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"accept": "application/json, text/event-stream"}
