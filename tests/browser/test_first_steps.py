"""From the first login to a home with posts: five clicks, whichever way somebody came."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clients.running import PASSWORD, Running

pytestmark = pytest.mark.usefixtures("signed_in")

_COUNTED = """addEventListener("pointerdown", event => {
  if (event.isTrusted) sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks")));
}, true)"""
"""What a hand does, and nothing that a script does for it."""


def _arrive(company: Running, chromium: Browser, name: str, width: int) -> Page:
    """Made on the command line; logs in for the first time."""
    words = ("--email", f"{name}@example.org", "--password-stdin")
    company.command("person", "create", name, *words, said=PASSWORD)
    page = chromium.new_context(
        base_url=company.address, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    ).new_page()
    page.goto("/auth/sign_in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/begin")
    page.context.add_init_script(_COUNTED)
    page.reload()
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_five_clicks_after_the_first_login_home_has_posts(
    company: Running, chromium: Browser, width: int
) -> None:
    page = _arrive(company, chromium, f"stepper{width}", width)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/begin/topics")
    page.locator("label.chip:has([name=learns_too])").first.click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/begin/people")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/begin/hello")
    page.get_by_role("button", name="Post introduction").click()
    page.wait_for_url(f"{company.address}/")
    expect(page.locator("article.post").nth(3)).to_be_visible()
    assert page.locator("article.post .who").filter(has_not_text=f"stepper{width}").count() > 2
    assert page.evaluate("Number(sessionStorage.getItem('clicks'))") == 5
    page.context.close()
