"""The sample company on a real server, and the system's Chromium to look at it.

Playwright keeps an event loop of its own running, so it ends with these tests: no other test in the process could run one.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests import machine
from tests.clients.running import PASSWORD, Running, running
from tests.patience import PATIENCE
from weetwie.access.policy import Connection

expect.set_options(timeout=1000 * PATIENCE)

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


def _context(
    company: Running, chromium: Browser, look: Look, cookies: str | None, *, works: bool = False
) -> BrowserContext:
    context = chromium.new_context(
        base_url=company.address,
        viewport={"width": look.width, "height": 900},
        color_scheme="dark" if look.theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        storage_state=cookies,
        service_workers="allow" if works else "block",
    )
    context.set_default_timeout(1000 * PATIENCE)
    if not look.scripts:
        # Empty files instead of none at all, so that the page can still be examined.
        context.route("**/static/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    return context


def _listen(page: Page, complaints: list[str], fails: str = "\0") -> None:
    page.on(
        "console",
        lambda said: complaints.append(said.text) if is_complaint(said) and fails not in said.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))


@pytest.fixture
def open_page(company: Running, chromium: Browser, signed_in: dict[str, str | None]) -> Iterator[Open]:
    """Opens a page in a fresh browser; whatever its console or its scripts complain of fails the test, but for what is
    made to fail. `works` lets the service worker work."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str, look: Look | None = None, *, who: str = "somebody", fails: str = "\0", works: bool = False
    ) -> Page:
        context = _context(company, chromium, look or Look(), signed_in[who], works=works)
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints, fails)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


class Tabs:
    """One for each person with and without scripts: to open a new browser takes longer than most pages do."""

    def __init__(self, company: Running, chromium: Browser, signed_in: dict[str, str | None]) -> None:
        self.complaints: list[str] = []
        self._company, self._chromium, self._signed_in = company, chromium, signed_in
        self._who = ""
        self._pages: dict[bool, Page] = {}

    def open(self, path: str, look: Look, who: str) -> Page:
        """With nothing left of what was looked at before but files that do not change."""
        if who != self._who:
            self.close()
            self._who = who
        page = self._pages.get(look.scripts) or self._new(look)
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light")
        self.complaints.clear()
        page.goto(path)
        return page

    def leave(self) -> None:
        """Forgets what the page that was looked at has put down in the browser."""
        cookies = self._signed_in[self._who]
        for page in self._pages.values():
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
            page.context.clear_cookies()
            if cookies:
                page.context.add_cookies(json.loads(Path(cookies).read_text())["cookies"])

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()
        self._pages.clear()

    def _new(self, look: Look) -> Page:
        page = _context(self._company, self._chromium, look, self._signed_in[self._who]).new_page()
        _listen(page, self.complaints)
        self._pages[look.scripts] = page
        return page


@pytest.fixture(scope="package")
def tabs(company: Running, chromium: Browser, signed_in: dict[str, str | None]) -> Iterator[Tabs]:
    tabs = Tabs(company, chromium, signed_in)
    yield tabs
    tabs.close()


@pytest.fixture
def look_at(tabs: Tabs) -> Iterator[Callable[[str, Look, str], Page]]:
    """Opens a page to look at it and no more, in a tab that others have used; complaints fail the test as with `open_page`."""
    yield tabs.open
    tabs.leave()
    assert tabs.complaints == []


def is_complaint(said: ConsoleMessage) -> bool:
    """That a page is not there is told by the page itself."""
    is_page = said.page is not None and said.location["url"] == said.page.url
    return said.type == "error" and not (is_page and "404" in said.text)
