"""What was made for Slack posts here: Slack's own library against a running server."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from slack_sdk.webhook import WebhookClient

from tests.clients.running import PASSWORD, Running, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as one:
        yield one


def test_slacks_own_library_posts_by_a_bot(server: Running) -> None:
    server.command("person", "create", "ada", "--email", "ada@example.org", "--password-stdin", said=PASSWORD)
    server.command("policy", "set", "connections", '["bots"]')
    with httpx.Client(base_url=server.address, follow_redirects=True) as site:

        def form(at: str) -> dict[str, str]:
            found = re.search(r'name="form" value="([0-9a-f]+)"', site.get(at).text)
            assert found
            return {"form": found[1]}

        site.post("/auth/sign_in", data=form("/auth/sign_in") | {"name": "ada", "password": PASSWORD})
        made = site.post(
            "/settings/bots", data=form("/settings/bots") | {"name": "CI", "handle": "ci", "ring": "0"}
        )
        page = str(made.url)
        shown = site.post(f"{page}/hook", data=form(page) | {"hook": "Slack"})
        found = re.search(r'value="(http[^"]*/hooks/[^"]+)"', shown.text)
        assert found, shown.text
        client = WebhookClient(found[1])
        said = client.send(
            text="",
            blocks=[
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": "Build <https://ci.example/42|42> failed"},
                }
            ],
        )
        assert (said.status_code, said.body) == (200, "ok")
        assert "https://ci.example/42" in site.get("/@ci").text
        assert WebhookClient(found[1] + "x").send(text="x").status_code == 404
