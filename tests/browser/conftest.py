"""The sample company on a real server, and the system's Chromium to look at it.

Playwright keeps an event loop of its own running, so it ends with these tests: no other test in the process could run one.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, get_args

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests import machine
from tests.clients.running import PASSWORD, Running, running
from weetwie.access.policy import Connection

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

_DIRECTORY = {
    "kind": "ldap",
    "urls": ["ldaps://localhost:1"],
    "bind_dn": "cn=reader,dc=house,dc=example",
    "people_base": "ou=people,dc=house,dc=example",
}
"""One that does not answer, so that its page is there."""

SWITCHED_ON: Final = json.dumps(
    [one for one in get_args(Connection) if one not in ("directory", "saml", "remote_user", "mail_in")]
)
"""All connections but those that need other servers."""


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    theme: str = "light"
    width: int = 1280
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}{'' if self.scripts else '-plain'}"


@pytest.fixture(scope="package")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # By name: browsers make no passkeys for bare numbers.
    folder = tmp_path_factory.mktemp("browser")
    with running(folder, "--sample", host="localhost", WEETWIE_DIRECTORY=json.dumps(_DIRECTORY)) as server:
        yield server


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    found = machine.chromium()
    assert found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(company: Running, chromium: Browser) -> dict[str, str | None]:
    """The cookies of somebody of the sample company, of an administrator, and of nobody: files, by who it is."""
    log = (company.data.parent / "server.log").read_text()
    found = re.search(r"as @(\S+) with the password (\S+)", log)
    assert found, log
    words = ("--email", "admin@example.org", "--name", "Ada Admin", "--admin", "--password-stdin")
    company.command("person", "create", "admin", *words, said=PASSWORD)
    company.command("policy", "set", "connections", SWITCHED_ON)
    return {
        "somebody": _enter(company, chromium, found[1], found[2]),
        "administrator": _enter(company, chromium, "admin", PASSWORD),
        "nobody": None,
    }


def _enter(company: Running, chromium: Browser, name: str, password: str) -> str:
    context = chromium.new_context(base_url=company.address)
    page = context.new_page()
    page.goto("/auth/sign_in")
    page.fill("#name", name)
    page.fill("#password", password)
    page.press("#password", "Enter")
    # At first to the first steps.
    page.wait_for_url(re.compile(r"/(begin)?$"))
    path = company.data.parent / f"{name}.json"
    context.storage_state(path=path)
    context.close()
    return str(path)


Open = Callable[..., Page]


@pytest.fixture
def open_page(company: Running, chromium: Browser, signed_in: dict[str, str | None]) -> Iterator[Open]:
    """Opens a page in a fresh browser; whatever its console or its scripts complain of fails the test, but for what is
    made to fail. `works` lets the service worker work."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str, look: Look | None = None, *, who: str = "somebody", fails: str = "\0", works: bool = False
    ) -> Page:
        look = look or Look()
        context = chromium.new_context(
            base_url=company.address,
            viewport={"width": look.width, "height": 900},
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
            storage_state=signed_in[who],
            service_workers="allow" if works else "block",
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if not look.scripts:
            # Empty files instead of none at all, so that the page can still be examined.
            context.route(
                "**/static/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
            )
        page = context.new_page()
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if is_complaint(said) and fails not in said.text else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(said: ConsoleMessage) -> bool:
    """That a page is not there is told by the page itself."""
    is_page = said.page is not None and said.location["url"] == said.page.url
    return said.type == "error" and not (is_page and "404" in said.text)
