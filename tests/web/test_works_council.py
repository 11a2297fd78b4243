"""Works-council mode, and changes of what holds here, in the browser without a script."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, choose, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.domain.audit.trail import TrailFilter, entries
from weetwie.domain.identity.keys import key
from weetwie.domain.policy import statement

CHOICE = {
    "name": "Weetwie",
    "longest_post": "1000",
    "guests_see_only_their_circle": "on",
    "guests_invited_by": "on",
}


@pytest.fixture
async def root(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async for one in _administrator(world, "root"):
        yield one


@pytest.fixture
async def rita(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async for one in _administrator(world, "rita"):
        yield one


async def _administrator(world: World, handle: str) -> AsyncIterator[httpx.AsyncClient]:
    someone = await world.member(handle, name=handle.title(), is_admin=True)
    await give_password(world, someone)
    async with browser(world) as site:
        await sign_in(site, handle)
        yield site


async def council_act(site: httpx.AsyncClient, verb: str) -> httpx.Response:
    page = await site.get("/admin/works-council")
    waiting = re.search(r'name="proposal" value="(\d+)"', page.text)
    return await act(site, f"/admin/policy/works-council/{verb}", proposal=waiting[1] if waiting else "0")


async def switch(root: httpx.AsyncClient, rita: httpx.AsyncClient) -> None:
    assert (await council_act(root, "propose")).status_code == 303
    assert (await council_act(rita, "confirm")).status_code == 303


async def test_two_administrators_switch_it_in_the_browser_and_everybody_is_told(
    site: httpx.AsyncClient, root: httpx.AsyncClient, rita: httpx.AsyncClient, world: World
) -> None:
    await council_act(root, "propose")
    page = await root.get("/admin/works-council")
    assert "Root proposes to turn it on" in page.text and "works-council/confirm" not in page.text
    alone = await council_act(root, "confirm")
    assert alone.status_code == 422 and "Another administrator has to confirm" in text_of(alone)
    assert not re.search("Works.council mode is on", (await site.get("/about")).text)
    assert (await council_act(rita, "confirm")).status_code == 303
    assert re.search("Works.council mode is on", (await site.get("/about")).text)
    assert "nobody, administrators included, can see how much" in text_of(await site.get("/"))
    assert (await act(site, "/admin/policy/works-council/propose")).status_code == 404
    assert (await act(root, "/admin/policy/works-council/nothing")).status_code == 404


async def test_a_link_that_an_administrator_makes_for_another_stands_in_the_trail(
    root: httpx.AsyncClient, rita: httpx.AsyncClient, world: World
) -> None:
    """By it one could be both of the two: so it bars the other from switching the mode off for a while."""
    await switch(root, rita)
    await council_act(root, "propose")
    assert (await act(root, "/admin/people/rita/link")).status_code == 200
    late = await council_act(rita, "confirm")
    assert late.status_code == 422 and "created a login link for you" in text_of(late)


_COUNTED = r">\s*471\b"
"""As a number that is shown: ids may have the same digits."""


async def test_pages_tell_nobodys_activity(
    site: httpx.AsyncClient, ada: Someone, root: httpx.AsyncClient, rita: httpx.AsyncClient, world: World
) -> None:
    bo = await world.member("bo", name="Bo")
    for author in (ada, bo):
        await act(site, "/posts", text="x") if author is ada else await world.post(author, "About turbines")
    await world.connection.execute("update people set posts_in_ring = '{471,0,0}'")
    before = {at: (await site.get(at)).text for at in ("/@bo", "/people", "/search?q=turbines")}
    assert "recently active" in before["/people"]
    found = before["/search?q=turbines"]
    assert "most recently today" in found and "<time" in found.split("proofs")[1]
    await switch(root, rita)
    bos = (await site.get("/@bo")).text
    assert re.search(_COUNTED, before["/@bo"]) and not re.search(_COUNTED, bos)
    assert "<time" in bos, "posts keep their times"
    assert "recently active" not in (await site.get("/people?order=active")).text
    experts = (await site.get("/search?q=turbines")).text.split('class="knows')[1].split("</ol>")[0]
    assert (
        "<time" not in experts and "most recently" not in experts and "About <mark>turbines</mark>" in experts
    )


async def test_the_audit_trail_does_not_say_when_others_sign_in(
    site: httpx.AsyncClient, ada: Someone, root: httpx.AsyncClient, rita: httpx.AsyncClient, world: World
) -> None:
    at = "/admin/audit?act=session."
    assert "@ada" in (await root.get(at)).text
    await switch(root, rita)
    shown = await root.get(at)
    assert "@ada" not in shown.text and "@root" in shown.text
    assert str(ada.id) not in (await root.get("/admin/audit.csv?act=session.")).text
    assert "works_council.confirm" in (await root.get("/admin/audit")).text


async def test_the_statement_is_a_signed_file_for_administrators(
    site: httpx.AsyncClient, root: httpx.AsyncClient, rita: httpx.AsyncClient, world: World
) -> None:
    await switch(root, rita)
    answer = await root.get("/admin/policy/statement.json")
    assert "attachment" in answer.headers["content-disposition"]
    async with world.database.transaction() as db:
        seed = await key(db, statement.SEED)
    found = statement.verify(
        await world.viewer(await world.member("zoe", is_admin=True)), answer.content, seed
    )
    assert found.works_council and found.is_of_now
    assert json.loads(answer.content)["statement"]["works_council"]["since"]
    assert (await site.get("/admin/policy/statement.json")).status_code == 404


async def test_a_change_shows_for_whom_it_is_before_it_is_made(
    root: httpx.AsyncClient, ada: Someone, world: World
) -> None:
    await world.alumnus("al")
    for number in range(3):
        await world.post(ada, f"For the network {number}", ring=Ring.network)
    changed = CHOICE | {"widest_ring": "0", "rules": "Be kind"}
    shown = await act(root, "/admin/policy", **changed)
    assert shown.status_code == 200
    assert "alumni and guests (1) will no longer see: 3" in text_of(shown)
    assert "Be kind" in shown.text and 'name="widest_ring" value="0"' in shown.text
    assert (await world.viewer()).policy.widest_ring is Ring.network, "nothing has changed yet"
    again = await act(root, "/admin/policy", **changed, again="1")
    assert (
        re.search(r'name="widest_ring" value="0" checked>', again.text)
        and ">Be kind</textarea>" in again.text
    )
    assert (await choose(root, **changed)).status_code == 303
    assert (await world.viewer()).policy.widest_ring is Ring.colleagues
    async with world.database.reading() as db:
        viewer = await world.viewer(await world.member("zoe", is_admin=True))
        (entry,) = await entries(db, viewer, TrailFilter(act="policy.choose"))
    assert (entry.ids["widest_ring"], entry.ids["rules"]) == (0, 1)


async def test_one_is_sure_of_what_one_saw(root: httpx.AsyncClient, world: World) -> None:
    shown = await act(root, "/admin/policy", **CHOICE, rules="Be kind")
    sure = re.search(r'name="sure" value="(\d+)"', shown.text)
    assert sure
    await choose(root, **CHOICE, description="Another changed it meanwhile")
    late = await act(root, "/admin/policy", **CHOICE, rules="Be kind", sure=sure[1])
    assert late.status_code == 200 and "Preview changes" in late.text
    assert (await world.viewer()).policy.rules == ()


async def test_what_changes_nothing_asks_nothing(root: httpx.AsyncClient, world: World) -> None:
    first = await choose(root, **CHOICE, description="x")
    assert first.status_code == 303
    version = (await world.viewer()).policy.version
    assert (await act(root, "/admin/policy", **CHOICE, description="x")).status_code == 303
    assert (await world.viewer()).policy.version == version


async def test_what_goes_on_being_edited_is_marked_as_not_saved(root: httpx.AsyncClient) -> None:
    assert "data-unsaved" not in (await root.get("/admin/policy")).text
    edited = await act(root, "/admin/policy", **CHOICE, description="New", again="1")
    assert "data-changes data-unsaved" in edited.text and ">New</textarea>" in edited.text
    refused = await act(root, "/settings", name="x" * 500)
    assert refused.status_code == 422 and "data-changes data-unsaved" in refused.text


async def test_who_changed_a_choice_lately_stands_beside_it(root: httpx.AsyncClient, world: World) -> None:
    page = (await root.get("/admin/policy")).text
    assert "changed by" not in page
    edited = {**CHOICE, "headline": "Ask Peilwerk", "sure": str((await world.viewer()).policy.version)}
    assert (await act(root, "/admin/policy", **edited)).status_code == 303
    page = (await root.get("/admin/policy")).text
    assert "Ask Peilwerk · changed by Root on" in page
    async with browser(world) as stranger:
        assert "<h1>Ask Peilwerk</h1>" in (await stranger.get("/")).text
