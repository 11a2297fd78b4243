"""An administrator's first day: the organisation's sign, its people from a file, a company to look around in."""

import io
import re

import httpx
import msgspec
import pytest
from PIL import Image

from tests.site import HOME, browser, form_of, give_password, picture, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.policy import Emoji, Policy
from weetwie.domain.policy.choose import choose
from weetwie.runtime.finding import Diagnosis
from weetwie.web import emoji
from weetwie.web.site import site as site_of


@pytest.fixture
async def root(world: World) -> Someone:
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    return root


async def send(
    site: httpx.AsyncClient, at: str, file: tuple[str, bytes] | None = None, **fields: str
) -> httpx.Response:
    page = await site.get("/admin/import")
    files = {file[0]: ("file", file[1])} if file else None
    return await site.post(at, data=form_of(page) | fields, files=files)


async def test_the_sign_of_the_organisation_stands_on_every_page_until_it_is_taken_down(
    world: World, root: Someone
) -> None:
    async with browser(world) as site, browser(world) as stranger:
        await sign_in(site, "root")
        assert (await send(site, "/admin/logo", ("logo", picture()))).status_code == 303
        front = await stranger.get("/auth/sign_in")
        address = re.findall(r'"(/logo/[^"]+)"', front.text)[0]
        shown = await stranger.get(address)
        assert shown.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(shown.content)).size == (256, 128)
        assert address in (await site.get("/")).text
        await send(site, "/admin/logo", take_down="1")
        assert "/logo/" not in (await stranger.get("/auth/sign_in")).text
        assert (await stranger.get(address)).status_code == 404


async def test_how_a_file_was_read_and_what_was_left_out_is_told(world: World, root: Someone) -> None:
    file = "Name;E-Mail;Schuhgröße;Eintritt\nJörg Müller;j@corp.example;44;bald\n"
    async with browser(world) as site:
        await sign_in(site, "root")
        page = await send(site, "/admin/import", ("people", file.encode("cp1252")), is_dry="1")
    said = text_of(page)
    assert "Read as Windows-1252, cells separated by “;”." in said
    assert "Columns that are not imported: Schuhgröße." in said
    assert "Cells not understood: 1" in said and "joined" in said


async def test_what_is_no_picture_is_refused_with_a_reason(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        answer = await send(site, "/admin/logo", ("logo", b"<svg onload=alert(1)>"))
        assert answer.status_code == 422
        assert "can't be read" in text_of(answer)
        assert "Choose a file" in text_of(await send(site, "/admin/logo"))


async def test_people_come_from_a_file_once_however_often_it_is_brought(world: World, root: Someone) -> None:
    table = b"name,email,department\nIlse Vos,ilse@example.org,Pumps\nNo Address,,\nJan Bos,jan@example.org,Valves\n"
    async with browser(world) as site:
        await sign_in(site, "root")
        looked = text_of(await send(site, "/admin/import", ("people", table), is_dry="1"))
        assert "Nothing has been changed yet" in looked
        assert "Ilse Vos" not in (await site.get("/admin/people?q=ilse")).text
        brought = text_of(await send(site, "/admin/import", ("people", table)))
        assert re.search(r"2\s+people added", brought) and re.search(r"1\s+skipped rows", brought)
        again = text_of(await send(site, "/admin/import", ("people", table)))
        assert re.search(r"0\s+people added", again)
        assert len(re.findall("<b>Ilse Vos</b>", (await site.get("/admin/people?q=ilse")).text)) == 1


async def test_two_of_one_name_are_two(world: World, root: Someone) -> None:
    table = b"name,email\nJan Bos,jan@example.org\nJan Bos,jan.bos@example.org\nRoot,other@example.org\n"
    async with browser(world) as site:
        await sign_in(site, "root")
        brought = text_of(await send(site, "/admin/import", ("people", table)))
        assert re.search(r"3\s+people added", brought)


async def test_nobody_but_administrators_gets_there(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    assert (await site.get("/admin/import")).status_code == 404
    for at in ("/admin/import", "/admin/logo", "/admin/sample/load", "/admin/sample/remove"):
        form = form_of(await site.get("/settings"))
        assert (await site.post(at, data=form)).status_code == 404


async def test_own_emoji_show_in_posts_and_all_are_found_by_name(
    world: World, root: Someone, ada: Someone, site: httpx.AsyncClient
) -> None:
    own = [Emoji("pump_party", "abc.png")]
    await choose(world.db, await world.viewer(root), {"emojis": msgspec.to_builtins(own)})
    await world.post(
        ada, 'Done :pump_party: at 12:30:15 "<b>:pump_party:</b>" https://x.example/:pump_party:'
    )
    page = (await site.get("/all")).text
    assert page.count('src="/emoji/abc.png" alt=":pump_party:"') == 2
    assert "12:30:15" in page and 'href="https://x.example/:pump_party"' in page
    found = (await site.get("/complete", params={"q": ":pump"})).json()
    assert found[0] == {
        "name": ":pump_party:",
        "called": "",
        "what": ":pump_party:",
        "face": "/emoji/abc.png",
    }
    assert "🚀" in [one["name"] for one in (await site.get("/complete", params={"q": ":rocket"})).json()]
    usual = (await site.get("/complete", params={"q": ":"})).json()
    assert [one["name"] for one in usual] == [":pump_party:", *emoji.USUAL]


def test_an_emoji_is_found_by_any_word_of_its_name_and_names_that_begin_so_come_first() -> None:
    names = [one["what"] for one in emoji.like("face", Policy())]
    assert len(names) == 6 and names[0].startswith("face")
    assert emoji.like("no such thing", Policy()) == []


async def test_the_machine_is_looked_over_for_administrators_alone(
    world: World, root: Someone, ada: Someone
) -> None:
    async def look_over() -> list[Diagnosis]:
        return [
            Diagnosis("disk", "wrong", "3 MB are free", "Free up space."),
            Diagnosis("clock", "good", "{at} UTC", values={"at": "2026-11-30 12:00:00"}),
        ]

    application = site_of(world.database, world.site, look_over=look_over)
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as site:
        await sign_in(site, "root")
        told = text_of(await site.get("/admin/health"))
        assert "1 thing needs attention" in told and told.index("Free up space.") < told.index("Clock")
        await give_password(world, ada)
        await sign_in(site, "ada")
        assert (await site.get("/admin/health")).status_code == 404


async def test_a_token_for_a_directory_is_shown_once_and_can_be_taken_back(
    world: World, root: Someone
) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        form = form_of(await site.get("/admin/directory"))
        made = await site.post("/admin/directory", data=form | {"name": "Entra ID"})
        token = re.findall(r'value="([\w-]{43})"', made.text)[0]
        assert "/scim/v2" in made.text and token not in (await site.get("/admin/directory")).text
        headers = {"authorization": f"Bearer {token}"}
        assert (await site.get("/scim/v2/Users", headers=headers)).json()["totalResults"] == 0
        back = re.findall(r'action="(/admin/directory/\d+/revoke)"', made.text)[0]
        assert (await site.post(back, data=form)).status_code == 303
        assert (await site.get("/scim/v2/Users", headers=headers)).status_code == 401


async def test_administrators_read_the_trail_by_whom_and_what_and_take_it_out(
    world: World, root: Someone, ada: Someone, site: httpx.AsyncClient
) -> None:
    assert (await site.get("/admin/audit")).status_code == 404
    async with browser(world) as there:
        await sign_in(there, "root")
        page = await there.get("/admin/people")
        await there.post("/admin/people/ada/suspend", data=form_of(page))
        told = (await there.get("/admin/audit?by=root&about=ada&act=person.")).text
        assert told.count("<code>person.suspend</code>") == 1 and "192.0.2.7" in told
        assert '<th scope="row"' not in (await there.get("/admin/audit?by=nobody-here")).text
        assert '<th scope="row"' not in (await there.get("/admin/audit?until=2020-01-01")).text
        table = await there.get("/admin/audit.csv?about=ada")
        assert table.headers["content-type"].startswith("text/csv")
        assert table.text.splitlines()[0] == "number,at,actor_id,act,subject_id,ids,door,address"
        assert ",person.suspend," in table.text
        assert "audit.export" in (await there.get("/admin/audit")).text


async def test_a_file_that_was_looked_at_is_imported_without_choosing_it_again(
    world: World, root: Someone
) -> None:
    table = b"name,email\nIlse Vos,ilse@example.org\nNo Address,\n"
    async with browser(world) as site:
        await sign_in(site, "root")
        looked = await send(site, "/admin/import", ("people", table), is_dry="1")
        again = re.findall(r'name="again" value="([^"]+)"', looked.text)
        assert "Import 1 person" in looked.text and again
        skipped = await send(site, "/admin/import", again=again[0], is_dry="1", skipped="1")
        assert skipped.text.splitlines()[0] == "row,reason" and skipped.text.splitlines()[1].startswith("3,")
        done = await send(site, "/admin/import", again=again[0])
        assert "Import finished" in done.text
        assert "Ilse Vos" in (await site.get("/admin/people?q=ilse")).text
        broken = await send(site, "/admin/import", again="not base64!")
        assert broken.status_code == 422
        assert (await site.get("/admin/bring-in")).headers["location"] == "/admin/import"
