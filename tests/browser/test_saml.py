"""Signing in by SAML in a real browser, with all that it does with cookies when a page of another site posts an answer."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import saml_provider as providers
from tests.clients.running import Running, running
from tests.patience import PATIENCE
from tests.saml_provider import SamlIdp

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def idp() -> Iterator[SamlIdp]:
    with providers.saml_idp() as idp:
        idp.attributes = {"displayName": ["Dee"], "uid": ["dee"], "mail": ["dee@house.example"]}
        yield idp


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, idp: SamlIdp) -> Iterator[Running]:
    """By another name than the provider, so that the two are different sites."""
    told = {"key": "house", "name": "House", "entity_id": idp.entity_id, "metadata_url": f"{idp.at}/metadata"}
    with running(
        tmp_path_factory.mktemp("saml"), host="localhost", WEETWIE_SAML=json.dumps([told])
    ) as server:
        server.command("policy", "set", "connections", '["saml"]')
        yield server


def opened(house: Running, chromium: Browser) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(base_url=house.address, locale="en-GB")
    context.set_default_timeout(1000 * PATIENCE)
    return context, context.new_page()


def test_somebody_comes_in_through_the_provider_and_goes_out_by_it(
    house: Running, chromium: Browser, idp: SamlIdp
) -> None:
    context, page = opened(house, chromium)
    page.goto("/auth/sign_in?next=/people")
    page.get_by_role("link", name="Log in with House").click()
    page.wait_for_url(f"{house.address}/people")
    page.goto("/auth/sign_out")
    page.click("main button")
    page.wait_for_url(f"{idp.at}/slo?**")
    page.goto("/settings")
    assert page.url.startswith(f"{house.address}/auth/sign_in")
    context.close()


def test_a_hostile_page_cannot_sign_anybody_in_as_somebody_else(
    house: Running, chromium: Browser, idp: SamlIdp
) -> None:
    ours, page = opened(house, chromium)
    page.goto("/auth/sign_in")
    theirs, other = opened(house, chromium)
    idp.holds = True
    other.goto("/auth/sign_in")
    other.get_by_role("link", name="Log in with House").click()
    other.wait_for_url(f"{idp.at}/sso?**")
    form = other.content()  # an answer of theirs that nobody has taken yet
    idp.holds = False
    page.goto(f"{idp.at}/hostile")
    page.set_content(form)
    page.evaluate("document.forms[0].submit()")
    page.get_by_text("began in another browser").wait_for()
    page.goto("/settings")
    assert page.url.startswith(f"{house.address}/auth/sign_in")
    ours.close()
    theirs.close()
