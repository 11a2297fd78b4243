"""Compliance: two together, for a case, for a time, as far as the policy lets them; written down, and the person is told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in
from tests.world import Someone, World
from weetwie.access.words import Visibility
from weetwie.domain.people import assistant
from weetwie.domain.policy.choose import choose
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Forbidden

Sites = dict[str, httpx.AsyncClient]


@pytest.fixture
async def sites(world: World, ada: Someone) -> AsyncIterator[Sites]:
    """Ada is inspected; kim and lea are of compliance, root is an administrator."""
    await world.policy(compliance_reads="posts")
    async with world.database.transaction() as db:
        await assistant.stand_ready(db, await world.memory.policy(db))
    bo = await world.member("bo")
    for text, visibility in (
        ("Open plans", Visibility.public),
        ("Among followers", Visibility.private),
        ("@bo a secret for you", Visibility.direct),
    ):
        async with world.database.transaction() as db:
            await publish(db, await world.viewer(ada), Draft(text=text, visibility=visibility))
    async with world.database.transaction() as db:
        await publish(
            db, await world.viewer(bo), Draft(text="@ada from bo alone", visibility=Visibility.direct)
        )
    async with browser(world) as kim, browser(world) as lea, browser(world) as root, browser(world) as of_ada:
        found = {"kim": kim, "lea": lea, "root": root, "ada": of_ada}
        for name, site in found.items():
            one = ada
            if name != "ada":
                one = await world.member(name, is_admin=name == "root", is_compliance=name in ("kim", "lea"))
                await give_password(world, one)
            await sign_in(site, name)
        yield found


async def asked(sites: Sites, world: World, **more: str) -> int:
    given = {"handle": "@ada", "reason": "2026/114", "days": "3"} | more
    answer = await act(sites["kim"], "/inspections", **given)
    assert answer.status_code == 303, answer.text
    return int(await world.connection.fetchval("select max(id) from inspections"))


async def test_one_alone_reads_nothing_and_two_read_what_the_policy_lets_them(
    sites: Sites, world: World
) -> None:
    id = await asked(sites, world)
    assert (await sites["kim"].get(f"/inspections/{id}")).status_code == 404
    assert (await act(sites["kim"], f"/inspections/{id}/confirm")).status_code == 422
    assert (await sites["lea"].get(f"/inspections/{id}")).status_code == 404
    assert (await act(sites["lea"], f"/inspections/{id}/confirm")).status_code == 303
    for name in ("kim", "lea"):
        page = (await sites[name].get(f"/inspections/{id}")).text
        assert "Open plans" in page and "Among followers" in page
        assert "a secret" not in page and "from bo alone" not in page
    await world.policy(compliance_reads="everything")
    page = (await sites["lea"].get(f"/inspections/{id}")).text
    assert "a secret" in page and "from bo alone" not in page, "what others wrote is never read"
    rows = await world.connection.fetch(
        "select act, actor_id from audit where act like 'inspection.%' order by id"
    )
    assert [row["act"] for row in rows] == ["inspection.ask", "inspection.confirm"] + ["inspection.read"] * 3


async def test_nobody_else_is_let_in_administrators_neither(sites: Sites, world: World) -> None:
    id = await asked(sites, world)
    await act(sites["lea"], f"/inspections/{id}/confirm")
    mia = await world.member("mia", is_compliance=True)
    await give_password(world, mia)
    async with browser(world) as third:
        await sign_in(third, "mia")
        assert (await third.get(f"/inspections/{id}")).status_code == 404, "not one of the two"
    for name in ("root", "ada"):
        assert (await sites[name].get("/inspections")).status_code == 404
        assert (await sites[name].get(f"/inspections/{id}")).status_code == 404
        assert (await act(sites[name], f"/inspections/{id}/end")).status_code == 404


async def test_the_person_is_told_unless_the_law_forbids_it(sites: Sites, world: World) -> None:
    id = await asked(sites, world, is_silent="on")
    await act(sites["lea"], f"/inspections/{id}/confirm")
    assert "2026/114" not in (await sites["ada"].get("/decisions")).text
    assert "2026/114" not in (await sites["ada"].get("/messages")).text
    id = await asked(sites, world, reason="2026/115")
    await act(sites["lea"], f"/inspections/{id}/confirm")
    assert "2026/115" in (await sites["ada"].get("/decisions")).text
    assert "2026/115" in (await sites["ada"].get("/messages")).text


async def test_it_is_over_on_its_day_when_ended_and_when_the_policy_or_the_role_goes(
    sites: Sites, world: World
) -> None:
    id = await asked(sites, world)
    await act(sites["lea"], f"/inspections/{id}/confirm")
    at = f"/inspections/{id}"
    await world.policy(compliance_reads="nothing")
    assert (await sites["kim"].get(at)).status_code == 404
    await world.policy(compliance_reads="posts")
    assert (await sites["kim"].get(at)).status_code == 200
    kim_id = await world.connection.fetchval("select id from people where handle = 'kim'")
    await world.change(Someone(kim_id, "kim"), is_compliance=False)
    assert (await sites["kim"].get(at)).status_code == 404
    await world.connection.execute("update inspections set ends_at = now()")
    assert (await sites["lea"].get(at)).status_code == 404
    another = await asked_again(sites, world)
    assert (await sites["lea"].get(f"/inspections/{another}")).status_code == 200
    assert (await act(sites["lea"], f"/inspections/{another}/end")).status_code == 303
    assert (await sites["lea"].get(f"/inspections/{another}")).status_code == 404


async def asked_again(sites: Sites, world: World) -> int:
    kim_id = await world.connection.fetchval("select id from people where handle = 'kim'")
    await world.change(Someone(kim_id, "kim"), is_compliance=True)
    id = await asked(sites, world)
    await act(sites["lea"], f"/inspections/{id}/confirm")
    return id


async def test_what_is_asked_wrongly_comes_back_with_a_sentence(sites: Sites, world: World) -> None:
    for wrong in (
        {"reason": "because of\nhim"},
        {"days": "15"},
        {"days": "x"},
        {"handle": "nobody"},
        {"handle": "kim"},
    ):
        given = {"handle": "ada", "reason": "1", "days": "3"} | wrong
        answer = await act(sites["kim"], "/inspections", **given)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    late = await asked(sites, world)
    await world.connection.execute(
        "update inspections set asked_at = asked_at - $1::interval", timedelta(days=8)
    )
    assert (await act(sites["lea"], f"/inspections/{late}/confirm")).status_code == 404


async def test_in_works_council_mode_compliance_is_not_let_read_more(world: World, ada: Someone) -> None:
    chief = await world.viewer(await world.member("chief", is_admin=True))
    await world.policy(works_council=True)
    with pytest.raises(Forbidden, match="works-council"):
        await choose(
            world.db, await world.viewer(Someone(chief.person_id, "chief")), {"compliance_reads": "posts"}
        )
