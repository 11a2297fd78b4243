"""Compliance: two together, for a case, for a time, as far as the policy lets them; written down, and the person is told."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from tests.site import PASSWORD, act, browser, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Role, Visibility
from weetwie.access.settled import SETTLED
from weetwie.access.viewer import system
from weetwie.domain.identity import identities, passwords
from weetwie.domain.people import assistant, roles
from weetwie.domain.policy import proposals
from weetwie.domain.policy.choose import choose
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Forbidden, Invalid
from weetwie.runtime import clock

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
    assert "Open plans" in page and "a secret" not in page, "what was asked for before gains nothing"
    later = await asked(sites, world)
    await act(sites["lea"], f"/inspections/{later}/confirm")
    page = (await sites["lea"].get(f"/inspections/{later}")).text
    assert "a secret" in page and "from bo alone" not in page, "what others wrote is never read"
    rows = await world.connection.fetch(
        "select act, actor_id from audit where act like 'inspection.%' order by id"
    )
    opened = ["inspection.ask", "inspection.confirm"]
    read = ["inspection.read"]
    assert [row["act"] for row in rows] == opened + read * 3 + opened + read


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


async def id_of(world: World, handle: str) -> int:
    return int(await world.connection.fetchval("select id from people where handle = $1", handle))


Attack = Callable[[Sites, World], Awaitable[None]]


async def gives_the_role(sites: Sites, world: World) -> None:
    await act(sites["root"], "/admin/people/lea/roles")
    await act(sites["root"], "/admin/people/lea/roles", role="compliance")
    assert (await world.viewer(Someone(await id_of(world, "lea"), "lea"))).is_compliance


async def gives_the_role_on_the_command_line(sites: Sites, world: World) -> None:
    async with world.database.transaction() as db:
        machine = system(await world.memory.policy(db))
        for holds in (False, True):
            await roles.give(db, machine, await id_of(world, "lea"), {Role.compliance: holds})


async def makes_a_link(sites: Sites, world: World) -> None:
    assert (await act(sites["root"], "/admin/people/lea/link")).status_code == 200


async def lets_back_in(sites: Sites, world: World) -> None:
    await act(sites["root"], "/admin/people/lea/suspend")
    await act(sites["root"], "/admin/people/lea/unsuspend")
    await sign_in(sites["lea"], "lea")


async def connects_a_provider(sites: Sites, world: World) -> None:
    async with world.database.transaction() as db:
        machine = system(await world.memory.policy(db))
        await identities.connect(db, machine, await id_of(world, "lea"), "https://idp.example", "mallory")


async def sets_a_password(sites: Sites, world: World) -> None:
    hash = await passwords.hashed("another four words")
    async with world.database.transaction() as db:
        machine = system(await world.memory.policy(db))
        await passwords.put(db, machine, await id_of(world, "lea"), hash)


ATTACKS: list[Attack] = [
    gives_the_role,
    gives_the_role_on_the_command_line,
    makes_a_link,
    lets_back_in,
    connects_a_provider,
    sets_a_password,
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_one_administrator_cannot_make_or_take_over_the_second_one(
    sites: Sites, world: World, attack: Attack
) -> None:
    id, opened = await asked(sites, world), await asked(sites, world)
    await act(sites["lea"], f"/inspections/{opened}/confirm")
    await attack(sites, world)
    lea = sites["lea"]
    assert (await act(lea, "/inspections", handle="ada", reason="1", days="3")).status_code == 422
    confirmed = await act(lea, f"/inspections/{id}/confirm")
    assert confirmed.status_code == 403 and "In the last 7 days" in text_of(confirmed)
    assert (await lea.get(f"/inspections/{opened}")).status_code == 403, "nor do they read what is open"
    assert (
        await world.connection.fetchval("select confirmed_by_id from inspections where id = $1", id) is None
    )
    clock.stop(clock.now() + SETTLED + timedelta(minutes=1))
    await sign_in(lea, "lea", "another four words" if attack is sets_a_password else PASSWORD)
    await sign_in(sites["kim"], "kim")
    fresh = await asked(sites, world)
    assert (await act(lea, f"/inspections/{fresh}/confirm")).status_code == 303


async def test_an_administrator_who_gives_the_role_to_themselves_waits_too(
    sites: Sites, world: World
) -> None:
    page = await act(sites["root"], "/admin/people/root/roles", role="administrator")
    async with world.database.transaction() as db:
        root = await world.viewer(Someone(await id_of(world, "root"), "root"))
        await roles.give(db, root, root.person_id, {Role.compliance: True})
    assert page.status_code < 400
    refused = await act(sites["root"], "/inspections", handle="ada", reason="1", days="3")
    assert refused.status_code == 422 and "you were given this role" in text_of(refused)


async def test_a_role_that_has_nothing_to_do_with_it_bars_nobody(sites: Sites, world: World) -> None:
    await world.connection.execute("update people set is_moderator = false")
    async with world.database.transaction() as db:
        root = await world.viewer(Someone(await id_of(world, "root"), "root"))
        await roles.give(db, root, await id_of(world, "kim"), {Role.moderator: True})
    await asked(sites, world)


async def test_what_was_asked_by_somebody_who_has_lost_the_role_is_not_confirmed(
    sites: Sites, world: World
) -> None:
    id = await asked(sites, world)
    await act(sites["root"], "/admin/people/kim/roles")
    refused = await act(sites["lea"], f"/inspections/{id}/confirm")
    assert "no longer in compliance" in text_of(refused)
    assert await world.connection.fetchval("select begins_at from inspections where id = $1", id) is None


async def propose(site: httpx.AsyncClient, verb: str, **given: str) -> httpx.Response:
    page = await site.get("/admin/policy")
    waiting = re.search(r'compliance/\w+">.*?name="proposal" value="(\d+)"', page.text)
    return await act(
        site, f"/admin/policy/compliance/{verb}", **{"proposal": waiting[1] if waiting else "0"} | given
    )


async def reads(world: World) -> str:
    return (await world.viewer()).policy.compliance_reads


async def test_that_compliance_reads_more_takes_two_administrators_who_have_been_that_for_a_while(
    sites: Sites, world: World
) -> None:
    root, choice = sites["root"], {"name": "Weetwie", "longest_post": "1000"}
    refused = await act(root, "/admin/policy", **choice, compliance_reads="everything")
    assert refused.status_code == 422 and "takes two administrators" in text_of(refused)
    machine = system((await world.viewer()).policy)
    async with world.database.transaction() as db:
        with pytest.raises(Invalid, match="two administrators"):
            await choose(db, machine, {"compliance_reads": "everything"})
        with pytest.raises(Forbidden, match="two administrators"):
            await proposals.propose(db, machine, "compliance_reads", "everything")
    assert (await propose(root, "propose", reads="everything")).status_code == 303
    assert (await propose(root, "propose", reads="everything")).status_code == 422
    alone = await propose(root, "confirm")
    assert alone.status_code == 422 and "Another administrator has to confirm" in text_of(alone)
    await act(root, "/admin/people/kim/roles", role="administrator")
    await sign_in(sites["kim"], "kim")
    puppet = await propose(sites["kim"], "confirm")
    assert puppet.status_code == 422 and "In the last 7 days" in text_of(puppet)
    assert await reads(world) == "posts"
    mona = await world.member("mona", is_admin=True)
    await give_password(world, mona)
    async with browser(world) as other:
        await sign_in(other, "mona")
        assert (await propose(other, "confirm")).status_code == 303
        assert await reads(world) == "everything"
    acts = await world.connection.fetch(
        "select act, actor_id from audit where act like 'policy.compliance_reads.%' order by id"
    )
    assert [(row["act"].rsplit(".", 1)[1], row["actor_id"]) for row in acts] == [
        ("propose", await id_of(world, "root")),
        ("confirm", mona.id),
    ]


async def test_that_compliance_reads_less_takes_one_and_holds_for_good_for_what_is_open(
    sites: Sites, world: World
) -> None:
    await world.policy(compliance_reads="everything")
    id = await asked(sites, world)
    await act(sites["lea"], f"/inspections/{id}/confirm")
    assert "a secret" in (await sites["lea"].get(f"/inspections/{id}")).text
    async with world.database.transaction() as db:
        root = await world.viewer(Someone(await id_of(world, "root"), "root"))
        await choose(db, root, {"compliance_reads": "posts"})
    assert "a secret" not in (await sites["lea"].get(f"/inspections/{id}")).text
    mona = await world.viewer(await world.member("mona", is_admin=True))
    async with world.database.transaction() as db:
        root = await world.viewer(Someone(await id_of(world, "root"), "root"))
        await proposals.propose(db, root, "compliance_reads", "everything")
        waiting = await proposals.waiting(db, mona, "compliance_reads")
        assert waiting is not None
        await proposals.confirm(db, mona, "compliance_reads", waiting.id)
    assert await reads(world) == "everything"
    page = await sites["lea"].get(f"/inspections/{id}")
    assert "Open plans" in page.text and "a secret" not in page.text
    async with world.database.transaction() as db:
        root = await world.viewer(Someone(await id_of(world, "root"), "root"))
        await choose(db, root, {"compliance_reads": "nothing"})
    await world.policy(compliance_reads="everything")
    assert (await sites["lea"].get(f"/inspections/{id}")).status_code == 404, "it has ended"


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
    with pytest.raises(Forbidden, match="works council"):
        await choose(
            world.db, await world.viewer(Someone(chief.person_id, "chief")), {"compliance_reads": "posts"}
        )
