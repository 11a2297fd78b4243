"""Pages on a real server: what is new is told while they are open."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.clients.running import PASSWORD, Running
from tests.patience import PATIENCE
from tests.site import form_of

Client = Callable[[str], Any]


def test_an_open_page_hears_what_arrives_and_what_one_is_told(client: Client, server: Running) -> None:
    ada, bo = client("ada"), client("bo")
    handle = ada.me().username
    ada.account_follow(bo.me().id)
    with httpx.Client(base_url=server.address, timeout=PATIENCE) as site:
        form = form_of(site.get("/auth/sign_in"))
        site.post("/auth/sign_in", data=form | {"name": handle, "password": PASSWORD})
        with site.stream("GET", "/live?of=home") as open_:
            assert open_.headers["content-type"].startswith("text/event-stream")
            lines = open_.iter_lines()
            assert next(lines) == ": open"
            post = bo.status_post(f"@{handle} hello", visibility="public")
            heard: list[str] = []
            while not {"event: post", "event: notification"} <= set(heard):
                heard.append(next(lines))
        assert f"data: {post.id} 0" in heard
    with httpx.Client(base_url=server.address) as stranger:
        assert stranger.get("/live").status_code == 204
