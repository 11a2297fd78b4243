"""Every page over the sample company, looked at in both themes, on phones and desktops, with and without a script."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Look, Open
from tests.browser.pictures import PICTURES, look_changed
from tests.clients.running import PASSWORD, Running
from weetwie.web.site import PAGES

pytestmark = pytest.mark.xdist_group("browser")

LOOKS: Final = (
    Look("light", 1280),
    Look("dark", 390),
    Look("dark", 1280, scripts=False),
    Look("light", 390, scripts=False),
)
SHOWN: Final = {
    "home": "/",
    "all": "/all",
    "who-knows": "/who-knows?q=H2S",
    "search": "/search?q=has:image",
    "nobody": "/who-knows?q=xylophonist",
    "person": "/@marloes",
    "person-answers": "/@marloes?tab=answers",
    "person-followers": "/@marloes?tab=followers",
    "myself": "/@priya",
    "topic": "/tags/k7",
    "people": "/people",
    "people-found": "/people?q=ilse",
    "notifications": "/notifications",
    "messages": "/messages",
    "messages-new": "/messages/new",
    "vouch": "/@marloes/vouch",
    "bookmarks": "/bookmarks",
    "favourites": "/favourites",
    "lists": "/lists",
    "you": "/you",
    "keyboard": "/keyboard",
    "scheduled": "/scheduled",
    "settings": "/settings",
    "appearance": "/settings/appearance",
    "privacy": "/settings/privacy",
    "apps": "/settings/apps",
    "email": "/settings/email",
    "meeting": "/settings/meeting",
    "export": "/settings/export",
    "held-back": "/notifications/held",
    "told": "/settings/notifications",
    "bots": "/settings/bots",
    "written elsewhere": "/settings/elsewhere",
    "webhooks": "/settings/webhooks",
    "feeds": "/settings/feeds",
    "chat": "/settings/chat",
    "filters": "/settings/filters",
    "glossary": "/glossary",
    "blocked": "/settings/blocked",
    "knowledge": "/settings/knowledge",
    "questions": "/questions",
    "answers": "/questions?tab=answers",
    "question-settings": "/settings/questions",
    "reading-list": "/reading-list",
    "department-settings": "/settings/departments",
    "own-sign-in": "/settings/sign-in",
    "invitations": "/invitations",
    "decisions": "/decisions",
    "contacts": "/people/contacts",
    "handover": "/settings/handover",
    "sign-out": "/auth/sign_out",
    "begin": "/begin",
    "begin-topics": "/begin/topics",
    "begin-people": "/begin/people",
    "people-table": "/people?as=table&standing=alumnus",
    "report": "/@marloes/report",
    "about": "/about",
    "why": "/about/why",
    "benefit": "/settings/benefit",
    "survey": "/survey",
    "tour": "/?tour=1",
    "tour-end": "/settings/knowledge?tour=5",
    "api": "/docs/api",
    "api-group": "/docs/api/statuses",
    "api-entities": "/docs/api/entities",
    "offline": "/offline",
    "nothing-there": "/@nobody-of-this-name",
}
FOR_ADMINISTRATORS: Final = {
    "admin": "/admin",
    "admin-people": "/admin/people",
    "admin-benefit": "/admin/benefit",
    "admin-survey": "/admin/benefit/survey",
    "admin-launch": "/admin/launch",
    "admin-policy": "/admin/policy",
    "admin-import": "/admin/import",
    "admin-import-invite": "/admin/import/invite",
    "admin-works-council": "/admin/works-council",
    "admin-invitations": "/invitations",
    "admin-reports": "/admin/reports",
    "admin-health": "/admin/health",
    "admin-audit": "/admin/audit",
    "admin-erase": "/admin/people/marloes/erase",
    "admin-retention": "/admin/retention",
    "admin-directory": "/admin/directory",
    "admin-ldap": "/admin/directory/ldap",
    "admin-connections": "/admin/connections",
    "admin-embedding": "/admin/connections/embedding/preview",
    "admin-chat": "/admin/connections/chat",
    "admin-saml": "/admin/connections/saml",
    "admin-documentation": "/admin/documentation/mail-in",
    "admin-announcements": "/admin/announcements",
}
FOR_STRANGERS: Final = {
    "front": "/",
    "sign-in": "/auth/sign_in",
    "about-for-strangers": "/about",
    "why-for-strangers": "/about/why",
}
NOT_ALONE: Final = {
    "/elsewhere/{id:int}": "needs an import, see tests/law/test_pages.py",
    "/questions/{id:int}": "an answered question, see tests/web/test_questions_pages.py",
    "/questions/{id:int}/{verb}": "leads to the question",
    "/settings/questions/{id:int}/{verb}": "leads to the settings",
    "/settings/email/preview": "an email, see tests/web/test_week.py",
    "/beyond/off": "a form sends to it",
    "/first-weeks": "a form sends to it",
    "/introductions/{id:int}/{verb}": "a form sends to it",
    "/posts": "a form sends to it",
    "/posts/{id:int}/{verb}": "leads to the post, or asks before it is deleted",
    "/tags/{tag}/{verb}": "leads to the topic",
    "/settings/webhooks/{id:int}": "needs a webhook, see tests/hooks",
    "/settings/webhooks/{id:int}/{verb}": "a form sends to it",
    "/settings/chat/{token}": "needs a link that a chat showed, see tests/chat",
    "/settings/chat/{id:int}/unlink": "a form sends to it",
    "/admin/connections/chat/{id:int}": "needs a chat, see tests/chat",
    "/admin/connections/chat/{id:int}/remove": "a form sends to it",
    "/settings/bots/{id:int}": "needs a bot, see tests/web",
    "/settings/bots/{id:int}/{verb}": "a form sends to it",
    "/settings/feeds/{id:int}/{verb}": "a form sends to it",
    "/settings/filters/{id:int}/{verb}": "a form sends to it",
    "/settings/apps/{id:int}/{verb}": "a form sends to it",
    "/notifications/held/{id:int}/{verb}": "a form sends to it",
    "/scheduled/{id:int}/{verb}": "a form sends to it",
    "/admin/people/{handle}/{verb}": "a form sends to it",
    "/admin/directory/{id:int}/{verb}": "a form sends to it",
    "/admin/directory/leavers": "a form sends to it",
    "/admin/connections/{name}/{verb}": "a form sends to it",
    "/embed.js": "no page",
    "/embed/allow": "for a frame, see test_embedding.py",
    "/embed/open": "leads to a page",
    "/embed/{kind}": "in pages of other sites, see test_embedding.py",
    "/admin/directory/ldap/{verb}": "a form sends to it",
    "/admin/audit.csv": "a file",
    "/admin/people.csv": "a file",
    "/admin/bring-in": "leads to the import",
    "/admin/selected/{verb}": "a form sends to it",
    "/admin/retention/holds": "a form sends to it",
    "/admin/retention/holds/{id:int}/{verb}": "a form sends to it",
    "/settings/push/on": "a form sends to it",
    "/settings/push/off": "a form sends to it",
    "/settings/export/file": "a file",
    "/settings/export/{kind}.csv": "a file",
    "/admin/import/sources": "a form sends to it",
    "/admin/import/sources/{id:int}": "once a file is handed in, see tests/web/test_sources.py",
    "/admin/import/sources/{id:int}/names": "a form sends to it",
    "/admin/import/sources/{id:int}/{verb}": "a form sends to it",
    "/admin/logo": "a form sends to it",
    "/admin/policy/statement.json": "a file",
    "/admin/policy/works-council/{verb}": "a form sends to it",
    "/admin/sample/{verb}": "a form sends to it",
    "/logo/{name}": "no page",
    "/admin/reports/{id:int}/{verb}": "a form sends to it",
    "/admin/announcements/{id:int}/{verb}": "a form sends to it",
    "/announcements/{id:int}/{verb}": "a form sends to it",
    "/live": "a stream",
    "/admin/benefit.pdf": "a file",
    "/admin/launch/{sheet}.pdf": "a file",
    "/admin/benefit.csv": "a file",
    "/tour": "leads to home",
    "/handover/{handle}": "once somebody shares something, see tests/web",
    "/invitations/{id:int}/{verb}": "a form sends to it",
    "/invitations/guests/{handle}/{verb}": "a form sends to it",
    "/stay/{token}": "needs a link of its own, see tests/web",
    "/letters/stop/{token}": "needs a link of its own, see tests/web",
    "/appeal/{token}": "needs a link of its own, see tests/web",
    "/admin/appeals/{id:int}/{verb}": "a form sends to it",
    "/inspections": "for compliance, see tests/web",
    "/inspections/{id:int}": "for compliance, see tests/web",
    "/inspections/{id:int}/{verb}": "a form sends to it",
    "/join": "needs a mail server, see tests/web",
    "/join/{token}": "needs a link of its own, see below",
    "/auth/address/{token}": "needs a link of its own, see tests/web",
    "/reset": "needs a mail server",
    "/auth/link": "needs a mail server",
    "/auth/link/{token}": "needs a link of its own, see tests/web",
    "/auth/passkey/{verb}": "a script asks it",
    "/complete": "data for a script",
    "/who-knows/while-typing": "a piece of a page, see the flows",
    "/not-about": "about one post, see tests/web",
    "/who-knows/watch": "a form sends to it",
    "/@{handle}/card": "a piece of a page, shown where one points",
    "/messages/{id:int}": "opened from the messages below",
    "/messages/{id:int}/{verb}": "a form sends to it",
    "/glossary/{id:int}/{verb}": "about one term, see tests/web",
    "/posts/reach": "a script asks it",
    "/posts/again": "a form sends to it",
    "/who-knows/while-asking": "a piece of a page, see the flows",
    "/admin/policy/compliance/{verb}": "a form sends to it",
    "/manifest.webmanifest": "no page",
    "/theme/{accent}.css": "no page",
    "/you/theme": "a form sends to it",
    "/farewell/{token}": "needs a link of its own, see tests/web",
    "/auth/proxy": "a proxy names who comes, see tests/web",
    "/auth/sso/{key}": "leads to a provider, see tests/web",
    "/auth/sso/{key}/callback": "a provider leads to it, see tests/web",
    "/auth/sso/{key}/logout": "a provider asks it",
    "/settings/sign-in/{verb}": "a form sends to it",
    "/worker.js": "no page",
    "/auth/saml/{key}": "leads to a provider, see tests/browser/test_saml.py",
    "/auth/saml/{key}/acs": "a provider sends people to it, see tests/browser/test_saml.py",
    "/auth/saml/{key}/callback": "a provider leads to it, see tests/browser/test_saml.py",
    "/auth/saml/{key}/logout": "a provider leads to it, see tests/web",
    "/auth/saml/{key}/metadata": "for programs",
    "/admin/connections/saml/keys/{verb}": "a form sends to it",
    "/auth/password/{token}": "needs a link of its own, see tests/web",
    "/welcome/{token}": "needs a link of its own, see tests/web",
    "/oauth/authorize": "needs an app, see tests/web",
    "/lists/{id:int}": "opened from the lists below",
    "/lists/{id:int}/{verb}": "opened from the lists below",
    "/@{handle}/{id:int}": "opened from home below",
}

# Rules of the tool that speak of pages as a whole or are a matter of taste are in; none is left out.
_AXE: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # what is in order is not described, which took half the time
}


def looks(number: int) -> tuple[Look, Look]:
    """Two of the four for each page, so that every pair of theme, width and scripts is seen again and again."""
    return LOOKS[number % 4], LOOKS[(number + 1 + number // 4 % 3) % 4]


ALL: Final = [
    pytest.param(path, look, who, id=f"{name}-{look}")
    for number, (name, path, who) in enumerate(
        (name, path, who)
        for who, pages in (
            ("somebody", SHOWN),
            ("administrator", FOR_ADMINISTRATORS),
            ("nobody", FOR_STRANGERS),
        )
        for name, path in pages.items()
    )
    for look in looks(number)
]


def check(page: Page, name: str) -> None:
    """Nothing sticks out at the side, nothing keeps anybody out, no picture is broken."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    assert not (changed := look_changed(name)), changed
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px stick out"
    broken = page.evaluate(
        "[...document.images].filter(one => one.complete && !one.naturalWidth && one.src).map(one => one.src)"
    )
    assert broken == []
    kept_out = complaints(page)
    assert not kept_out, "\n".join(kept_out)


def complaints(page: Page) -> list[str]:
    """What keeps people out, by the rules of axe."""
    found = Axe().run(page, options=_AXE).response
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize(("path", "look", "who"), ALL)
def test_a_page_is_whole_and_keeps_nobody_out(
    look_at: Callable[[str, Look, str], Page], path: str, look: Look, who: str, request: pytest.FixtureRequest
) -> None:
    page = look_at(path, look, who)
    assert page.locator("h1").count() == 1
    check(page, re.sub(r".*\[|\]", "", request.node.name))


def test_posts_threads_and_lists_are_whole_too(open_page: Open) -> None:
    for look, (at, click) in zip(
        (*LOOKS[:2], LOOKS[1], LOOKS[0], LOOKS[1]),
        (
            ("/", "article.post:has(.parent) .who .end a"),
            ("/lists", ".lists .person"),
            ("/lists", ".lists .b"),
            ("/messages", "a[href^='/messages/1']"),
            ("/messages", "a[href^='/messages/1']"),
        ),
        strict=True,
    ):
        page = open_page(at, look)
        page.locator(click).last.click()
        page.wait_for_load_state()
        check(page, f"{at.strip('/') or 'thread'}-opened-{look}")


def test_pages_that_a_link_leads_to_are_whole_too(open_page: Open, company: Running) -> None:
    """A farewell in all its steps, the codes of a phone, an app that asks."""
    company.command(
        "person", "create", "leaver", "--email", "l@example.org", "--password-stdin", said=PASSWORD
    )
    company.command("person", "leave", "leaver")
    link = urlsplit(company.command("person", "farewell", "leaver").split()[-1]).path
    for look in LOOKS[:2]:
        check(open_page(link, look, who="nobody"), f"farewell-{look}")
    page = open_page("/invitations", LOOKS[0])
    page.click("form.invite .next button")
    page.wait_for_load_state()
    link = urlsplit(page.locator("input[readonly]").first.input_value()).path
    for look in LOOKS[:2]:
        check(open_page(link, look, who="nobody"), f"come-{look}")
    app = httpx.post(
        f"{company.address}/api/v1/apps",
        data={"client_name": "An app", "redirect_uris": "https://app.example/"},
    ).json()
    asked = {"client_id": app["client_id"], "redirect_uri": "https://app.example/", "response_type": "code"}
    check(open_page(f"/oauth/authorize?{urlencode(asked)}", LOOKS[1]), "consent")
    page = open_page("/settings/sign-in", LOOKS[0])
    page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
    page.click("form[action$='/codes'] button")
    page.wait_for_load_state()
    check(page, "codes")


def test_that_the_directory_does_not_answer_is_said_on_a_whole_page(open_page: Open) -> None:
    for look in (*LOOKS[:2], LOOKS[3]):
        page = open_page("/admin/directory/ldap", look, who="administrator", fails="422")
        page.click("form[action$='/ldap/preview'] button")
        page.wait_for_load_state()
        assert page.locator("text=/directory isn't responding/").count() >= 1
        check(page, f"admin-ldap-away-{look}")


def test_what_a_change_of_policy_would_do_is_whole_too(open_page: Open) -> None:
    """And a proposal of works-council mode, made and taken back."""
    for look in (*LOOKS[:2], LOOKS[3]):
        page = open_page("/admin/policy", look, who="administrator")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        page.check("[name=widest_ring][value='0']", force=True)
        page.fill("[name=rules]", "Be kind\nBe brief")
        page.uncheck("[name=guests_see_only_their_circle]", force=True)
        page.click("text=Preview changes")
        page.wait_for_load_state()
        assert page.locator("text=/alumni and guests .* will no longer see/").count() == 2
        check(page, f"admin-policy-preview-{look}")
        page.click("text=Keep editing")
        page.wait_for_load_state()
        assert page.is_checked("[name=widest_ring][value='0']")
        page.goto("/admin/works-council")
        page.click("text=Propose to turn it on")
        page.wait_for_load_state()
        check(page, f"admin-policy-proposed-{look}")
        page.click("text=Withdraw proposal")
        page.wait_for_load_state()


def test_a_survey_is_whole_from_its_start_to_its_end(open_page: Open) -> None:
    """People are completed as one types; who answered is thanked."""
    administration = open_page("/admin/benefit/survey", LOOKS[0], who="administrator")
    administration.click("text=Start round")
    administration.wait_for_load_state()
    check(administration, "admin-survey-open")
    check(open_page("/", LOOKS[1]), "home-with-survey")
    check(open_page("/survey", LOOKS[1]), f"survey-open-{LOOKS[1]}")
    page = open_page("/survey", LOOKS[0])
    check(page, f"survey-open-{LOOKS[0]}")
    page.locator("#person-0").press_sequentially("marlo")
    page.locator("[role=option]").first.click()
    assert page.input_value("#person-0") == "@marloes"
    page.click("text=Send answers")
    page.wait_for_load_state()
    assert page.locator("text=Thank you").count() == 1
    check(page, "survey-thanks")
    administration.click("text=End and count now")
    check(administration, "survey-before-its-end")
    administration.click("text=End round")
    administration.wait_for_load_state()
    assert administration.locator("text=Too few to show").count() == 3
    check(administration, "admin-survey-counted")


@pytest.mark.parametrize(
    ("path", "width"), [("/", 820), ("/", 1920), ("/@marloes", 820), ("/@marloes", 1920), ("/", 360)]
)
def test_home_and_person_are_at_ease_at_every_width(open_page: Open, path: str, width: int) -> None:
    check(open_page(path, Look("light", width)), f"{path.strip('/@') or 'home'}-{width}")


def test_every_page_there_is_is_looked_at() -> None:
    seen = {
        path.partition("?")[0]
        for path in (*SHOWN.values(), *FOR_ADMINISTRATORS.values(), *FOR_STRANGERS.values())
    }
    patterns = {
        path: re.compile(re.sub(r"\\\{\w+(:\w+)?\\\}", "[^/]+", re.escape(path)).replace("\\:", ":"))
        for path in PAGES
    }
    unseen = {path for path, pattern in patterns.items() if not any(pattern.fullmatch(one) for one in seen)}
    assert unseen - set(NOT_ALONE) == set()
