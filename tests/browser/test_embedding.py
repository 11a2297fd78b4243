"""Frames in pages of other sites, in Chromium with third-party cookies blocked: what their readers see, and that those pages learn nothing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import SWITCHED_ON
from tests.browser.test_pages import complaints
from tests.clients.running import Running
from tests.machine import chromium as found_chromium
from tests.pages import Pages, served
from weetwie.web.embed import KINDS

pytestmark = pytest.mark.xdist_group("browser")

VALUES: Final = {"topic": "k7", "person": "marloes", "people": "Engineering"}
TITLE: Final = "H2S alarm"
LONG: Final = 30_000
"""Milliseconds: the first answers of a server take theirs."""
WATCH: Final = """<script>
const seen = [];
addEventListener("message", (event) => seen.push(["message", event.origin, event.data]));
new MutationObserver(() => {
  const frame = document.querySelector("iframe");
  if (frame && !frame.watched) for (const name of (frame.watched = ["load", "error"])) frame.addEventListener(name, () => seen.push([name]));
}).observe(document, { childList: true, subtree: true });
</script>"""
"""Writes down all that a page can notice of a frame."""
NOTICED: Final = """() => {
  const frame = document.querySelector("iframe");
  const loaded = performance.getEntriesByName(frame.src).map(({ initiatorType, transferSize, encodedBodySize, decodedBodySize, responseStatus }) =>
    ({ initiatorType, transferSize, encodedBodySize, decodedBodySize, responseStatus }));
  const { width, height } = frame.getBoundingClientRect();
  let inside = "nothing";
  try { inside = String(frame.contentWindow.document.body); } catch (error) { inside = error.name; }
  return JSON.stringify({ seen, loaded, width, height, inside, frames: window.length, within: frame.contentWindow.length, history: history.length,
    names: performance.getEntriesByType("resource").map((one) => one.name).sort(), cookies: document.cookie, all: document.documentElement.outerHTML });
}"""


@dataclass(frozen=True)
class Sites:
    """Pages of others: a site that is listed, by two names, and one that is not."""

    pages: Pages
    listed: str
    other: str
    """Listed too, and another site."""
    hostile: str
    """Not listed, though on the same site as the first."""
    hostile_pages: Pages


def page_of(body: str, policy: str = "") -> tuple[int, dict[str, str], bytes]:
    head = (
        # An icon of its own: else Chromium asks for one whenever it finds the time, and the page sees that.
        f"<title>{TITLE}</title><link rel=icon href='data:,'>"
        "<meta name=description content='What to do when the compressor reports gas'>"
    )
    headers = {"content-type": "text/html; charset=utf-8"} | (
        {"content-security-policy": policy} if policy else {}
    )
    return (
        200,
        headers,
        f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>".encode(),
    )


def line(company: Running, kind: str, **data: str) -> str:
    more = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return f'<h1>Gas</h1><script async src="{company.address}/embed.js" data-weetwie="{kind}"{more}></script><p>after</p>'


@pytest.fixture(scope="module")
def sites(company: Running, signed_in: dict[str, str | None]) -> Iterator[Sites]:
    listed_pages: Pages = {}
    hostile_pages: Pages = {}
    with served(listed_pages) as listed, served(hostile_pages) as hostile:
        other = listed.replace("127.0.0.1", "wiki.localhost")
        for kind in KINDS:
            value = {"value": VALUES[kind]} if kind in VALUES else {}
            listed_pages[f"/{kind}"] = page_of(WATCH + line(company, kind, **value))
            hostile_pages[f"/{kind}"] = page_of(WATCH + line(company, kind, **value))
        company.command("policy", "set", "connections", SWITCHED_ON)
        company.command("policy", "set", "framed_by", json.dumps([listed, other]))
        yield Sites(listed_pages, listed, other, hostile, hostile_pages)


@pytest.fixture(scope="module")
def strict(chromium: Browser) -> Iterator[Browser]:
    """With third-party cookies blocked, as browsers are about to do for everybody."""
    flags = ["--no-sandbox", "--disable-gpu", "--test-third-party-cookie-phaseout"]
    browser = chromium.browser_type.launch(executable_path=found_chromium(), args=flags)
    yield browser
    browser.close()


Enter = Callable[..., BrowserContext]


@pytest.fixture
def enter(strict: Browser, signed_in: dict[str, str | None]) -> Iterator[Enter]:
    contexts: list[BrowserContext] = []

    def enter_(who: str = "somebody", **options: Any) -> BrowserContext:
        calm: Any = {
            "locale": "en-GB",
            "reduced_motion": "reduce",
        }  # a colour on its way to another is none of ours
        context = strict.new_context(storage_state=signed_in[who], **calm, **options)
        context.set_default_timeout(LONG)
        contexts.append(context)
        return context

    yield enter_
    for context in contexts:
        context.close()


def allow(page: Page, *, by_keyboard: bool = False) -> None:
    """As a reader does once for each site."""
    button = page.frame_locator("iframe").get_by_role("button", name="Log in")
    expect(button).to_be_visible(timeout=LONG)
    with page.expect_popup() as opened:
        if by_keyboard:
            page.bring_to_front()
            page.keyboard.press("Tab")
            expect(button).to_be_focused()
            page.keyboard.press("Enter")
        else:
            button.click()
    window = opened.value
    window.get_by_role("button", name="Show it").click()
    expect(button).to_be_hidden(timeout=LONG)
    expect(page.frame_locator("iframe").locator("main > *").first).to_be_visible()
    if not window.is_closed():
        window.wait_for_event("close")


def test_every_kind_is_shown_on_another_site_and_its_reader_allows_it_once(
    sites: Sites, enter: Enter, company: Running
) -> None:
    context = enter()
    page = context.new_page()
    page.goto(f"{sites.listed}/who-knows")
    frame = page.frame_locator("iframe")
    allow(page)
    expect(frame.locator(".proof").first).to_be_visible()
    expect(frame.locator("mark").first).to_be_visible()
    page.reload()
    expect(frame.locator(".proof").first).to_be_visible()
    shown = {
        "ask": "textarea",
        "topic": "a[href='/tags/k7']",
        "person": "a[href='/@marloes']",
        "people": "main a.person >> nth=2",
        "questions": "main .line >> nth=0",
    }
    for kind, what in shown.items():
        page.goto(f"{sites.listed}/{kind}")
        expect(frame.locator(what)).to_be_visible()
    # The page around it has got a frame after the script, and nothing else.
    assert (
        page.evaluate("[...document.body.children].map((one) => one.tagName).slice(-4).join()")
        == "H1,SCRIPT,IFRAME,P"
    )
    cookies = [one for one in context.cookies() if one["name"].endswith("embed")]
    assert (
        len(cookies) == 1
        and cookies[0]["httpOnly"]
        and cookies[0]["secure"]
        and cookies[0]["sameSite"] == "None"
    )
    page.goto(f"{sites.other}/person")
    expect(frame.get_by_role("button", name="Log in")).to_be_visible()


def test_where_no_cookie_stays_the_frame_holds_its_token_as_long_as_its_page(
    sites: Sites, enter: Enter
) -> None:
    context = enter()
    page = context.new_page()
    sent: list[dict[str, str]] = []
    context.on(
        "request",
        lambda request: (
            sent.append(request.all_headers())
            if request.method == "POST" and "/embed/person" in request.url
            else None
        ),
    )
    page.goto(f"{sites.other}/person")
    allow(page)
    frame = page.frame_locator("iframe")
    expect(frame.locator("a[href='/@marloes']")).to_be_visible()
    assert sent[-1]["authorization"].startswith("Bearer ") and "weetwie-session" not in sent[-1].get(
        "cookie", ""
    )
    context.clear_cookies(name="weetwie-embed")
    page.reload()
    expect(frame.get_by_role("button", name="Log in")).to_be_visible()


def test_it_is_used_by_keyboard_and_dark_where_its_reader_likes_that(sites: Sites, enter: Enter) -> None:
    page = enter(color_scheme="dark").new_page()
    page.goto(f"{sites.other}/person")
    expect(page.frame_locator("iframe").get_by_role("button", name="Log in")).to_be_visible()
    allow(page, by_keyboard=True)
    frame = page.frames[1]
    frame.wait_for_selector("a[href='/@marloes']")
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 26, 28)"
    page.keyboard.press("Tab")
    assert frame.evaluate("document.activeElement.matches('main a')")


def test_frames_and_the_window_keep_nobody_out(sites: Sites, enter: Enter, company: Running) -> None:
    page = enter().new_page()
    for kind in KINDS:
        # By itself: axe sees into no other site's frame.
        page.goto(f"{company.address}/embed/{kind}")
        assert complaints(page) == [], kind
    page.goto(f"{company.address}/embed/allow?origin={sites.listed}")
    assert complaints(page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_cannot_tell_who_reads_it_nor_whether_they_are_logged_in(
    sites: Sites, enter: Enter, company: Running, kind: str
) -> None:
    noticed = {}
    for who in ("somebody", "administrator", "nobody"):
        page = enter(who).new_page()
        page.goto(f"{sites.listed}/{kind}")
        if who != "nobody" and kind != "ask":
            allow(page)
            page.reload()
        page.frames[1].wait_for_selector("main > *")
        assert page.frames[1].locator("[data-allow]").count() == (who == "nobody" and kind != "ask")
        page.wait_for_load_state("networkidle")  # what was loaded is listed once it is over
        noticed[who] = page.evaluate(NOTICED)
        page.context.close()
    first = json.loads(noticed["nobody"])
    assert [one for one in first["seen"] if one[0] == "message"] == [
        ["message", company.address, "weetwie:ready"]
    ]
    assert ["load"] in first["seen"] and first["inside"] == "SecurityError" and first["within"] == 0
    assert noticed["somebody"] == noticed["nobody"] == noticed["administrator"]


def test_a_site_that_is_not_listed_gets_a_plain_link_and_an_administrator_the_line_to_add(
    sites: Sites, enter: Enter
) -> None:
    for who in ("somebody", "administrator"):
        page = enter(who).new_page()
        page.goto(f"{sites.hostile}/who-knows")
        link = page.get_by_role("link", name="Who knows about this page?")
        expect(link).to_be_visible()
        assert page.locator("iframe").count() == 0
        with page.expect_popup() as opened:
            link.click()
        window = opened.value
        if who == "administrator":
            expect(window.locator(".code")).to_have_text(sites.hostile)
        else:
            window.wait_for_url("**/who-knows?q=H2S+alarm")
        assert json.loads(page.evaluate("JSON.stringify(seen.filter((one) => one[0] === 'message'))")) == []


def test_a_hostile_page_gets_nothing_out_of_what_frames_ask_and_windows_hand_over(
    sites: Sites, enter: Enter, company: Running
) -> None:
    """On the same site as one that is listed, so that the browser would send its cookies along."""
    context = enter()
    page = context.new_page()
    page.goto(f"{sites.listed}/person")
    allow(page)
    hostile = context.new_page()
    sites.hostile_pages["/open"] = page_of(
        f"{WATCH}<button onclick=\"window.open('{company.address}/embed/allow?origin={sites.listed}')\">Win</button>"
    )
    hostile.goto(f"{sites.hostile}/open")
    answers = hostile.evaluate(
        """async (at) => {
          const asked = JSON.stringify({ origin: at.listed, value: "marloes" });
          const one = async (options) => { try { const answer = await fetch(at.embed, { method: "POST", body: asked, credentials: "include", ...options });
            return [answer.type, answer.status, (await answer.text()).length]; } catch (error) { return error.name; } };
          return [await one({ mode: "no-cors" }), await one({ mode: "cors" }), await one({ headers: { "content-type": "application/json" } })];
        }""",
        {"listed": sites.listed, "embed": f"{company.address}/embed/person"},
    )
    assert answers == [["opaque", 0, 0], "TypeError", "TypeError"]
    with hostile.expect_popup() as opened:
        hostile.click("button")
    window = opened.value
    window.get_by_role("button", name="Show it").click()
    if not window.is_closed():
        window.wait_for_event("close")  # it has handed its token over by then
    assert hostile.evaluate("seen") == []


def test_a_frame_hears_its_page_once_and_takes_no_token_from_it(sites: Sites, enter: Enter) -> None:
    page = enter().new_page()
    page.goto(f"{sites.other}/person")
    expect(page.frame_locator("iframe").get_by_role("button", name="Log in")).to_be_visible()
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.method) if "/embed/person" in request.url else None
    )
    page.evaluate(
        """() => { const frame = document.querySelector("iframe").contentWindow;
        frame.postMessage({ value: "priya" }, "*"); frame.postMessage({ token: "x".repeat(43), origin: location.origin }, "*"); }"""
    )
    page.evaluate("() => new Promise((go) => requestIdleCallback(go))")
    page.evaluate("() => new Promise((go) => setTimeout(go, 100))")
    assert asked == []


def test_a_second_click_that_was_meant_for_the_page_behind_allows_nothing(
    sites: Sites, enter: Enter, company: Running
) -> None:
    """However late the script of the window comes."""
    page = enter().new_page()
    late: list[Route] = []
    script = "**/embed-allow*.js"
    page.route(script, lambda route: late.append(route))
    with page.expect_request(script):
        page.goto(f"{company.address}/embed/allow?origin={sites.listed}", wait_until="commit")
    button = page.get_by_role("button", name="Show it")
    button.wait_for()
    expect(button).to_be_disabled()
    late.pop().continue_()
    expect(button).to_be_enabled()


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        ("default-src 'none'; script-src {at}; frame-src {at}", "iframe"),
        ("default-src 'none'; script-src {at}", "a.made"),
        ("frame-src 'self'", "a.made"),
        ("script-src 'none'", "a.own"),
    ],
    ids=["allowed", "no frames", "own frames", "no scripts"],
)
def test_it_lives_with_the_security_policy_of_the_page(
    sites: Sites, enter: Enter, company: Running, policy: str, what: str
) -> None:
    page = enter().new_page()
    warned: list[str] = []
    page.on("console", lambda said: warned.append(said.text) if said.type == "warning" else None)
    own = f'<a class=own href="{company.address}/who-knows">Who knows about this?</a>'
    sites.pages["/policy"] = page_of(own + line(company, "who-knows"), policy.format(at=company.address))
    page.goto(f"{sites.listed}/policy")
    if what == "iframe":
        expect(page.frame_locator("iframe").get_by_role("button", name="Log in")).to_be_visible()
    elif what == "a.own":
        expect(page.locator("a.own")).to_be_visible()
        assert page.locator("a").count() == 1
    else:
        expect(page.get_by_role("link", name="Who knows about this page?")).to_be_visible()
        assert page.locator("iframe").count() == 0
        assert any(f"frame-src {company.address}" in one for one in warned), warned


def test_it_lives_in_a_page_that_is_isolated(sites: Sites, enter: Enter, company: Running) -> None:
    status, headers, body = page_of(line(company, "person", value="marloes"))
    isolated = {
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-opener-policy": "same-origin-allow-popups",
    }
    sites.pages["/isolated"] = (status, headers | isolated, body)
    page = enter().new_page()
    page.goto(f"{sites.listed}/isolated")
    allow(page)
    frame = page.frame_locator("iframe")
    expect(frame.locator("a[href='/@marloes']")).to_be_visible()
    page.bring_to_front()  # a page behind another one draws nothing, and loads no picture before it is drawn
    loaded = "async (images) => (await Promise.all(images.map((one) => one.decode()))).length"
    assert frame.locator("img").evaluate_all(loaded) > 0


def test_a_listed_page_within_a_page_that_is_not_shows_nothing(sites: Sites, enter: Enter) -> None:
    sites.hostile_pages["/around"] = page_of(f'<iframe src="{sites.listed}/person"></iframe>')
    page = enter().new_page()
    page.goto(f"{sites.hostile}/around")
    inner = page.frame_locator("iframe")
    expect(inner.get_by_role("link", name="Who is this?")).to_be_visible()
    assert inner.locator("iframe").count() == 0


def test_what_is_asked_opens_in_a_window_of_ours_and_is_posted_by_nobody_else(
    sites: Sites, enter: Enter
) -> None:
    page = enter().new_page()
    page.goto(f"{sites.listed}/ask")
    frame = page.frame_locator("iframe")
    frame.locator("textarea").fill("Who has a spare K7?")
    with page.expect_popup() as opened:
        frame.get_by_role("button").click()
    expect(opened.value.locator("textarea[name=text]").first).to_have_value("Who has a spare K7?")
    assert opened.value.evaluate("opener") is None


def test_a_frame_without_the_script_shows_what_its_address_says(
    sites: Sites, enter: Enter, company: Running
) -> None:
    sites.pages["/alone"] = page_of(
        f'<iframe title="Marloes" src="{company.address}/embed/person?alone=1&value=marloes"></iframe>'
    )
    page = enter().new_page()
    page.goto(f"{sites.listed}/alone")
    allow(page)
    expect(page.frame_locator("iframe").locator("a[href='/@marloes']")).to_be_visible()
    page.reload()
    expect(page.frame_locator("iframe").locator("a[href='/@marloes']")).to_be_visible()


def test_the_preview_shows_administrators_each_kind_in_a_page_of_ours(
    sites: Sites, enter: Enter, company: Running
) -> None:
    page = enter("administrator").new_page()
    for kind in KINDS:
        value = f"&value={VALUES[kind]}" if kind in VALUES else ""
        page.goto(f"{company.address}/admin/connections/embedding/preview?kind={kind}{value}")
        frame = page.frame_locator("iframe")
        expect(frame.locator("main > *").first).to_be_visible()
        assert page.frames[1].locator("[data-allow]").count() == 0
