"""Passkeys, with the browser's own virtual device."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import is_complaint
from tests.clients.running import PASSWORD, Running
from tests.patience import PATIENCE

pytestmark = pytest.mark.xdist_group("browser")


def device(page: Page) -> None:
    """One that has a finger on it: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/"""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_signs_in_without_a_name_and_is_removed(
    company: Running, chromium: Browser
) -> None:
    company.command(
        "person", "create", "key", "--email", "key@example.org", "--password-stdin", said=PASSWORD
    )
    context = chromium.new_context(base_url=company.address, locale="en-GB")
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    device(page)
    page.goto("/auth/sign_in")
    page.fill("#name", "key")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("/begin")
    page.goto("/settings/sign-in")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_label("Name of the passkey")).to_have_value(re.compile("Chrome"))
    page.get_by_role("button", name="Add passkey").click()
    expect(page.locator("form[data-passkey] .wrong")).to_contain_text("already")
    page.goto("/auth/sign_out")
    page.click("main button")
    page.goto("/auth/sign_in?next=/people")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{company.address}/people")
    page.goto("/settings/sign-in")
    page.locator("summary", has_text="Chrome").click()
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.get_by_label("Name of the passkey")).to_have_count(0)
    page.goto("/auth/sign_out")
    page.click("main button")
    page.goto("/auth/sign_in")
    complaints.clear()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("main [role=alert]:visible").first).to_contain_text("known here")
    context.close()
    assert [one for one in complaints if "422" not in one] == []
