"""What a push says is shown by the browser, also when no page of ours is open to it."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.clients.running import Running

pytestmark = pytest.mark.xdist_group("browser")

_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 40; tries++) {
    const [one] = await registration.getNotifications();
    if (one) return `${one.title}: ${one.body}`;
    await new Promise((later) => setTimeout(later, 100));
  }
  return "";
}"""


def test_a_push_is_shown(open_page: Open, company: Running) -> None:
    page = open_page("/settings/notifications", works=True)
    page.context.grant_permissions(["notifications"])
    expect(page.get_by_role("button", name="Turn on")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(50)
    message = {"title": "Bo mentioned you", "body": "Look at this", "notification_id": "1"}
    given = {"origin": company.address, "registrationId": registrations[-1], "data": json.dumps(message)}
    shown = ""
    while not shown:  # a worker that is only just awake may not hear the first one
        devtools.send("ServiceWorker.deliverPushMessage", given)
        shown = page.evaluate(_SHOWN)
    assert shown == "Bo mentioned you: Look at this"
