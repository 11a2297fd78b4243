"""Frames in other sites: the script, the frame, what it shows, and the window in which a site is allowed."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import brotli
import httpx
import pytest

from tests.site import HOME, Choices, act, browser, choose, form_of, give_password, sign_in
from tests.world import Someone, World
from weetwie.domain.identity import embedded, sessions
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.security.ratelimit import LIMITS, Limit
from weetwie.web.assets import Assets
from weetwie.web.embed import KINDS

INTRANET = "https://intranet.example.org"
OTHER = "https://wiki.example.org"


@pytest.fixture(autouse=True)
async def listed(world: World) -> None:
    await world.policy(connections=["embedding"], framed_by=[INTRANET, OTHER])


@pytest.fixture
async def stranger(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        yield site


async def look(
    site: httpx.AsyncClient,
    kind: str = "who-knows",
    token: str = "",
    headers: dict[str, str] | None = None,
    **asked: Any,
) -> httpx.Response:
    """As the frame's own script asks."""
    sent = {"origin": HOME, "content-type": "application/json"} | (headers or {})
    if token:
        sent["authorization"] = f"Bearer {token}"
    return await site.post(f"/embed/{kind}", json={"origin": INTRANET} | asked, headers=sent)


async def allow(site: httpx.AsyncClient, origin: str = INTRANET) -> str:
    at = f"/embed/allow?origin={origin}"
    page = await site.get(at)
    assert page.status_code == 200, page.text
    answer = await site.post(at, data=form_of(page))
    found = re.search(r'data-token="([\w-]+)" data-origin="([^"]+)"', answer.text)
    assert found and found[2] == origin, answer.text
    return found[1]


async def test_nothing_is_there_until_it_is_switched_on(world: World, site: httpx.AsyncClient) -> None:
    await world.policy(connections=[])
    for at in ("/embed.js", "/embed/ask", f"/embed/allow?origin={INTRANET}", "/embed/open?kind=ask"):
        assert (await site.get(at)).status_code == 404, at
    assert (await look(site)).status_code == 404


async def test_the_script_is_the_same_for_everybody_small_and_may_be_loaded_from_anywhere(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    answers = [await one.get("/embed.js", headers={"accept-encoding": "gzip"}) for one in (site, stranger)]
    assert answers[0].content == answers[1].content and "set-cookie" not in answers[1].headers
    assert answers[0].headers["cross-origin-resource-policy"] == "cross-origin"
    assert answers[0].headers["content-type"].startswith("text/javascript")
    assert "Wer weiß etwas über diese Seite?" in answers[0].text
    assert 500 < int(answers[0].headers["content-length"]) < 4 * 1024


def test_all_that_a_frame_loads_is_light() -> None:
    assets = Assets()
    names = ("embed.js", "embed-frame.js", "embed.css")
    assert sum(len(brotli.compress(assets.text(one).encode())) for one in names) < 20 * 1024


@pytest.mark.parametrize("kind", KINDS)
async def test_a_frame_is_the_same_for_everybody(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient, kind: str
) -> None:
    answers = [await one.get(f"/embed/{kind}?lang=de&theme=dark") for one in (site, stranger)]
    assert answers[0].status_code == 200 and answers[0].text == answers[1].text
    assert 'lang="de" data-theme="dark"' in answers[0].text
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert f"frame-ancestors {INTRANET} {OTHER} {HOME};" in answer.headers["content-security-policy"]
    assert answers[0].headers == answers[1].headers


async def test_a_kind_that_is_not_there_is_not_found(site: httpx.AsyncClient) -> None:
    assert (await site.get("/embed/everything")).status_code == 404
    assert (await look(site, "everything")).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": INTRANET},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
    ],
    ids=str,
)
async def test_no_other_page_is_answered_whoever_its_reader_is(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answers = [await look(one, "person", value="ada", headers=headers) for one in (site, stranger)]
    assert [one.status_code for one in answers] == [403, 403]
    assert "Pumps" not in answers[0].text and "access-control-allow-origin" not in answers[0].headers


async def test_what_is_not_in_the_frames_form_is_refused(site: httpx.AsyncClient) -> None:
    sent = {"origin": HOME, "content-type": "application/json"}
    for body in (b"", b"{", b"[" * 20_000, b'{"origin": 1}', b"\xff"):
        answer = await site.post("/embed/ask", content=body, headers=sent)
        assert answer.status_code == 422, body
    long = await site.post("/embed/ask", content=b" " * 70_000, headers=sent)
    assert long.status_code == 413
    assert (await look(site, "topic", value="x" * 5000)).status_code == 200
    assert (await look(site, "person", value="\x00")).status_code == 200


async def test_on_the_same_site_the_session_shows_what_its_owner_sees(site: httpx.AsyncClient) -> None:
    answer = await look(site, "person", value="@ada")
    assert answer.status_code == 200 and "Pumps" in answer.text
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_site_that_is_not_listed_is_refused_like_a_wrong_one(site: httpx.AsyncClient) -> None:
    answer = await site.post(
        "/embed/person", json={"origin": "https://evil.example", "value": "ada"}, headers={"origin": HOME}
    )
    assert answer.status_code == 403
    assert (await site.get("/embed/allow?origin=https://evil.example")).status_code == 403


async def test_a_stranger_is_offered_to_log_in_whatever_there_is(stranger: httpx.AsyncClient) -> None:
    answers = [await look(stranger, "person", value=one) for one in ("ada", "nobody")]
    assert answers[0].text == answers[1].text and "data-allow" in answers[0].text
    assert "set-cookie" not in answers[0].headers


async def test_a_token_shows_on_its_own_site_alone_what_its_owner_sees(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = await allow(site)
    assert "Pumps" in (await look(stranger, "person", token, value="ada")).text
    elsewhere = await look(stranger, "person", token, value="ada", origin=OTHER)
    assert "Pumps" not in elsewhere.text and "data-allow" in elsewhere.text


async def test_a_token_of_a_frame_opens_nothing_else(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = await allow(site)
    headers = {"authorization": f"Bearer {token}"}
    assert (await stranger.get("/api/v1/accounts/verify_credentials", headers=headers)).status_code == 401
    assert (await stranger.get("/mcp", headers=headers)).status_code in (401, 404, 405)
    assert (await stranger.get("/people", headers=headers)).status_code == 303


async def test_a_frame_that_was_handed_its_token_is_known_to_later_pages_of_its_site(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    answer = await look(stranger, "person", await allow(site), value="ada", stays=True)
    cookie = answer.headers["set-cookie"]
    for part in ("__Host-weetwie-embed=", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie, cookie
    sent = {"cookie": cookie.partition(";")[0]}
    assert "Pumps" in (await look(stranger, "person", value="ada", headers=sent)).text
    assert "Pumps" not in (await look(stranger, "person", value="ada", origin=OTHER, headers=sent)).text


async def test_nobody_stays_who_came_without_a_token(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for one in (site, stranger):
        assert "set-cookie" not in (await look(one, "ask", stays=True)).headers


async def test_all_of_it_ends_with_the_session(
    world: World, site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = await allow(site)
    cookie = (await look(stranger, "person", token, value="ada", stays=True)).headers["set-cookie"]
    await act(site, "/auth/sign_out")
    sent = {"cookie": cookie.partition(";")[0]}
    for answer in (
        await look(stranger, "person", token, value="ada"),
        await look(stranger, "person", value="ada", headers=sent),
    ):
        assert "data-allow" in answer.text and "Pumps" not in answer.text


async def test_a_handed_token_lasts_an_hour(
    world: World, ada: Someone, site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = await allow(site)
    await world.connection.execute(
        "update tokens set expires_at = now() - interval '1 second' where resource is not null"
    )
    assert "data-allow" in (await look(stranger, "person", token, value="ada")).text
    assert embedded.HANDED_LASTS.total_seconds() == 3600 and sessions.LASTS == embedded.KEPT_LASTS
    assert await embedded.sweep(world.db) == 1


@pytest.mark.parametrize("ends", [World.leave, World.suspend])
async def test_whoever_leaves_or_is_suspended_is_shown_nothing_any_more(
    world: World,
    ada: Someone,
    site: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    ends: Callable[[World, Someone], Awaitable[None]],
) -> None:
    token = await allow(site)
    assert "Pumps" in (await look(stranger, "person", token, value="ada")).text
    await ends(world, ada)
    assert "data-allow" in (await look(stranger, "person", token, value="ada")).text


async def test_one_sees_which_sites_show_it_and_logs_each_out(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token, other = await allow(site), await allow(site, OTHER)
    page = (await site.get("/settings/apps")).text
    id = re.search(
        r"/settings/apps/(\d+)/remove_site\"[^>]*>(?:(?!</form>).)*Log https://intranet", page, re.DOTALL
    )
    assert id, page
    await act(site, f"/settings/apps/{id[1]}/remove_site")
    assert "data-allow" in (await look(stranger, "person", token, value="ada")).text
    assert "Pumps" in (await look(stranger, "person", other, value="ada", origin=OTHER)).text


async def test_nobody_logs_out_a_site_of_somebody_else(
    world: World, site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = await allow(site)
    await give_password(world, await world.member("bo"))
    await sign_in(stranger, "bo")
    id = await world.connection.fetchval("select id from tokens where resource is not null")
    await act(stranger, f"/settings/apps/{id}/remove_site")
    assert "Pumps" in (await look(stranger, "person", token, value="ada", headers={"cookie": ""})).text


async def test_push_and_frames_of_one_session_do_not_end_each_other(
    world: World, site: httpx.AsyncClient
) -> None:
    token = await allow(site)
    await act(site, "/settings/push/off")
    assert "Pumps" in (await look(site, "person", token, value="ada")).text
    assert await world.connection.fetchval("select count(*) from tokens where resource is not null") == 1


async def test_the_window_is_never_in_a_frame_and_takes_its_own_form_alone(
    site: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    at = f"/embed/allow?origin={INTRANET}"
    page = await site.get(at)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert (await site.post(at, data={"form": "00"})).status_code == 403
    answer = await stranger.get(at)
    assert answer.status_code == 303 and answer.headers["location"].startswith(
        "/auth/sign_in?next=/embed/allow"
    )


async def test_the_link_leads_to_the_page_and_tells_an_administrator_what_is_missing(
    world: World, site: httpx.AsyncClient
) -> None:
    for kind, value, leads_to in (
        ("who-knows", "Pump K7", "/who-knows?q=Pump+K7"),
        ("topic", "#K7", "/tags/K7"),
        ("person", "@ada", "/@ada"),
        ("people", "Pumps", "/people?unit=Pumps"),
        ("questions", "", "/questions?tab=open&topic="),
        ("ask", "", "/"),
        ("person", "", "/"),
    ):
        answer = await site.get(
            "/embed/open", params={"kind": kind, "value": value, "from": "https://new.example.org"}
        )
        assert answer.headers.get("location") == leads_to
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as admin:
        await sign_in(admin, "root")
        for origin, said in (
            ("https://new.example.org", "This site isn&#39;t listed"),
            (INTRANET, f"frame-src {HOME}"),
        ):
            told = await admin.get("/embed/open", params={"kind": "ask", "from": origin})
            assert told.status_code == 200 and said.replace("&#39;", "’") in told.text.replace("&#39;", "’")
            assert origin in told.text or "frame-src" in told.text
        for wrong in ("javascript:alert(1)", "https://a.example/path", "https://a.example;x", "https://["):
            told = await admin.get("/embed/open", params={"kind": "ask", "from": wrong})
            assert told.status_code == 303, wrong


async def test_the_test_says_what_is_missing_and_the_preview_shows_each_kind(world: World) -> None:
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as admin:
        await sign_in(admin, "root")
        assert "Works on the sites listed" in (await act(admin, "/admin/connections/embedding/test")).text
        await world.policy(framed_by=[])
        answer = await act(admin, "/admin/connections/embedding/test")
        assert answer.status_code == 422 and "No site is listed yet" in answer.text
        for kind in KINDS:
            page = await admin.get(f"/admin/connections/embedding/preview?kind={kind}")
            assert f'data-weetwie="{kind}"' in page.text and "&lt;script async" in page.text
            assert "frame-src 'self'" in page.headers["content-security-policy"]


async def test_it_is_told_how_many_people_allowed_a_site(world: World, site: httpx.AsyncClient) -> None:
    await allow(site)
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as admin:
        await sign_in(admin, "root")
        page = (await admin.get("/admin/connections")).text
        assert f"<b>{INTRANET}</b><small>1 person" in page
        await world.policy(works_council=True)
        assert f"<b>{INTRANET}</b><small>Fewer than 10 people" in (await admin.get("/admin/connections")).text


async def test_who_asks_too_much_or_tries_tokens_waits_and_the_office_behind_them_does_not(
    world: World, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "search", Limit(3, 300))
    token = await allow(site)
    async with browser(world, Choices(rate_limits=True)) as office:
        said = [(await look(office, "person", token, value="ada")).status_code for _time in range(4)]
        assert said == [200, 200, 200, 429]
        guesses = [
            (await look(office, "person", f"guess-{number}")).status_code
            for number in range(WRONG_TOKENS.free + 1)
        ]
        assert guesses == [200] * WRONG_TOKENS.free + [429]
        assert "data-allow" in (await look(office, "person", value="ada")).text


async def test_a_listed_site_is_kept_as_browsers_write_it(world: World) -> None:
    await give_password(world, await world.member("root", is_admin=True))
    async with browser(world) as admin:
        await sign_in(admin, "root")
        given = (
            "https://Intranet.Example.org:443/ http://b\u00fccher.example:80 https://wiki.example.org:8443"
        )
        fields = {"name": "House", "longest_post": "1000", "framed_by": given}
        await choose(admin, **fields)
        held = (await world.memory.policy(world.db)).framed_by
        assert held == (
            "https://intranet.example.org",
            "http://xn--bcher-kva.example",
            "https://wiki.example.org:8443",
        )
        wrong = await act(admin, "/admin/policy", **{**fields, "framed_by": "https://a..example"})
        assert wrong.status_code == 422
