"""The whole application in process, asked as a browser or an app would: cookies, forms, redirects."""

import io
import re
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from PIL import Image

from tests.api.conformance import Conforming
from tests.world import Someone, World
from weetwie.app import build
from weetwie.domain.identity import passwords
from weetwie.web.visit import Fetch

HOME = "https://house.example"
CALLBACK = "https://app.example/back"
VERIFIER = "a-verifier-of-enough-characters-0123456789-abcdef"
CHALLENGE = "h1-iY_7fuRfYMHGKa7ZzPSlRspvn2iI9pXyJnB3aq6o"
PASSWORD = "four words in a row"


@dataclass
class Choices:
    """What of the settings the application needs."""

    base_url: str = HOME
    trusted_proxies: list[str] = field(default_factory=list)
    rate_limits: bool = False
    styleguide: bool = False
    slack: str = "https://slack.com"


def browser(
    world: World, choices: Choices | None = None, fetch: Fetch | None = None, **options: Any
) -> httpx.AsyncClient:
    choices = choices or Choices()
    transport = httpx.ASGITransport(
        build(choices, world.database, replace(world.site, base_url=choices.base_url), fetch=fetch),
        client=("192.0.2.7", 1),
        raise_app_exceptions=False,
    )
    return httpx.AsyncClient(transport=Conforming(transport), base_url=choices.base_url, **options)


async def give_password(world: World, someone: Someone, password: str = PASSWORD) -> None:
    await passwords.put(world.db, await world.viewer(someone), someone.id, await passwords.hashed(password))


def form_of(page: httpx.Response) -> dict[str, str]:
    """The hidden proof that a form of ours carries."""
    found = re.search(r'name="form" value="([0-9a-f]{128})"', page.text)
    assert found, page.text
    return {"form": found[1]}


async def send(site: httpx.AsyncClient, at: str, /, **fields: str) -> httpx.Response:
    """Opens a page and sends its form."""
    page = await site.get(at)
    assert page.status_code == 200, page.text
    return await site.post(at, data=form_of(page) | fields)


async def act(site: httpx.AsyncClient, at: str, /, **fields: str) -> httpx.Response:
    """A form of ours, as it stands on the home page."""
    return await site.post(at, data=form_of(await site.get("/settings")) | fields)


async def choose(site: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """What holds here, as an administrator chooses it: seen first, and then made so."""
    shown = await act(site, "/admin/policy", **fields)
    sure = re.search(r'name="sure" value="(\d+)"', shown.text)
    assert sure, shown.text
    return await act(site, "/admin/policy", **fields, sure=sure[1])


async def sign_in(
    site: httpx.AsyncClient, name: str, password: str = PASSWORD, go_on: str = "/"
) -> httpx.Response:
    return await send(site, f"/auth/sign_in?{urlencode({'next': go_on})}", name=name, password=password)


async def register(site: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    given = {"client_name": "An app", "redirect_uris": CALLBACK, "scopes": "read write follow push"} | more
    answer = await site.post("/api/v1/apps", data=given)
    assert answer.status_code == 200, answer.text
    app: dict[str, Any] = answer.json()
    return app


def consent_address(app: dict[str, Any], **more: str | None) -> str:
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "read write",
        "state": "a state",
    }
    return "/oauth/authorize?" + urlencode(
        {name: text for name, text in (asked | more).items() if text is not None}
    )


async def code_for(site: httpx.AsyncClient, app: dict[str, Any], **more: str | None) -> str:
    """Says yes to an app, as whoever is signed in."""
    answer = await send(site, consent_address(app, **more), decision="allow")
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def change(
    site: httpx.AsyncClient, app: dict[str, Any], code: str, **more: str | None
) -> httpx.Response:
    """Asks for the token of a code; what is None is left out."""
    given: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": CALLBACK,
        "code": code,
    }
    return await site.post(
        "/oauth/token", data={name: text for name, text in (given | more).items() if text is not None}
    )


def text_of(page: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.text))


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(file, "PNG")
    return file.getvalue()
