"""Lists, filters, posts for later, whom one no longer reads: each on its page, without a script."""

import re
from datetime import timedelta

import httpx
import pytest

from tests.site import act, form_of, picture, text_of
from tests.world import Someone, World
from weetwie.context import of_system
from weetwie.flows.publish import publish_due
from weetwie.runtime import clock


async def test_a_list_is_made_filled_read_and_deleted(site: httpx.AsyncClient, world: World) -> None:
    bo, cleo = await world.member("bo", name="Bo"), await world.member("cleo", name="Cleo")
    await world.post(bo, "bo writes")
    await world.post(cleo, "cleo writes")
    await act(site, "/@bo/follow")
    made = await act(site, "/lists", title="Those I learn from")
    at = made.headers["location"].removesuffix("/edit")
    assert (await act(site, f"{at}/add", handle="@bo")).status_code == 303
    refused = await act(site, f"{at}/add", handle="cleo")
    assert (refused.status_code, "follow" in text_of(refused)) == (404, True)
    read = await site.get(at)
    assert "bo writes" in read.text
    assert "cleo writes" not in read.text
    await act(site, f"{at}/edit", title="Teachers", replies_policy="2", is_exclusive="on")
    assert "Teachers" in (await site.get("/lists")).text
    assert "bo writes" not in (await site.get("/")).text
    await act(site, f"{at}/take_off", handle="bo")
    assert "bo writes" not in (await site.get(at)).text
    assert (await act(site, f"{at}/delete")).headers["location"] == "/lists"
    assert (await site.get(at)).status_code == 404


async def test_a_filter_folds_or_leaves_out_what_others_write(site: httpx.AsyncClient, world: World) -> None:
    bo = await world.member("bo", name="Bo")
    await world.post(bo, "about the match on Sunday")
    await world.post(bo, "about the pump")
    await act(site, "/@bo/follow")
    assert (await act(site, "/settings/filters", words=" ", context="home")).status_code == 422
    await act(
        site, "/settings/filters", words="match, goal", context="home", is_whole_word="on", title="Football"
    )
    home = await site.get("/")
    assert "Hidden by your filter: Football" in home.text
    assert "Folded" not in (await site.get("/all")).text
    await act(site, "/settings/filters", words="pump", context="public", action="hide", lasts="3600")
    assert "about the pump" in (await site.get("/")).text
    assert "about the pump" not in (await site.get("/all")).text
    (first, second) = re.findall(
        r'action="(/settings/filters/\d+/delete)"', (await site.get("/settings/filters")).text
    )
    await act(site, first)
    await act(site, second)
    assert "Folded" not in (await site.get("/")).text


async def test_what_is_written_for_later_waits_and_comes(site: httpx.AsyncClient, world: World) -> None:
    at = (clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    sent = await act(site, "/posts", text="good morning", at=at, minutes_off="-60", option="tea")
    assert sent.status_code == 422, "a poll has two choices at least"
    sent = await act(site, "/posts", text="good morning", at=at, minutes_off="-60")
    assert sent.headers["location"] == "/scheduled"
    assert "good morning" in (await site.get("/scheduled")).text
    assert "good morning" not in (await site.get("/all")).text
    wrong = await act(site, "/posts", text="words that stay", at="the day after")
    assert (wrong.status_code, "words that stay" in wrong.text) == (422, True)
    (id,) = re.findall(r'action="/scheduled/(\d+)/move"', (await site.get("/scheduled")).text)
    soon = (clock.now() + timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M")
    assert (await act(site, f"/scheduled/{id}/move", at=soon)).status_code == 303
    clock.stop(clock.now() + timedelta(minutes=10))
    try:
        await publish_due(await of_system(world.db, world.site))
    finally:
        clock.stop(None)
    assert "good morning" in (await site.get("/all")).text
    assert "good morning" not in (await site.get("/scheduled")).text


def checked_options(page: httpx.Response) -> list[str]:
    return re.findall(r'name="option" maxlength="50" value="([^"]+)"', page.text)


async def test_a_scheduled_post_stays_until_it_is_written_anew(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    at = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    given = {"text": "Which one?", "at": at, "language": "nl", "lasts": "259200", "is_multiple": "on"}
    form = {**form_of(await site.get("/")), **given, "anyway": "1", "option": ["tea", "coffee"]}
    await site.post("/posts", data=form)
    (id,) = re.findall(r'action="/scheduled/(\d+)/delete"', (await site.get("/scheduled")).text)
    box = await site.get(f"/?scheduled={id}")
    assert ">Which one?</textarea>" in box.text and checked_options(box) == ["tea", "coffee"]
    assert f'type="datetime-local" value="{at}"' in box.text
    assert '<option value="nl" selected>' in box.text and '<option value="259200" selected>' in box.text
    assert re.search(r'name="is_multiple" checked', box.text)
    assert "Which one?" in (await site.get("/scheduled")).text, "looking at it leaves it there"
    await site.post("/posts", data=form | {"text": "Which of them?", "scheduled": id})
    page = (await site.get("/scheduled")).text
    assert "Which of them?" in page and "Which one?" not in page
    (id,) = re.findall(r'action="/scheduled/(\d+)/delete"', page)
    assert (await act(site, "/posts", text="No, tea", scheduled=id)).status_code == 303
    assert "No, tea" in (await site.get("/all")).text
    again = await act(site, "/posts", text="No, tea for all", scheduled=id)
    assert again.status_code == 422 and "no longer scheduled" in again.text
    bo = await world.member("bo")
    assert (await site.get(f"/?scheduled={await waiting_post(world, bo)}")).status_code == 404


async def waiting_post(world: World, author: Someone) -> int:
    id = await world.connection.fetchval(
        "insert into scheduled_posts (author_id, at, written) values ($1, now() + interval '1 day', $2) returning id",
        author.id,
        {"draft": {"text": "mine"}},
    )
    assert isinstance(id, int)
    return id


async def test_a_scheduled_post_can_be_deleted(site: httpx.AsyncClient) -> None:
    at = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    await act(site, "/posts", text="not so sure about this", at=at)
    (id,) = re.findall(r'action="/scheduled/(\d+)/delete"', (await site.get("/scheduled")).text)
    await act(site, f"/scheduled/{id}/delete")
    assert "not so sure" not in (await site.get("/scheduled")).text


async def test_what_is_refused_comes_back_whole(site: httpx.AsyncClient) -> None:
    at = (clock.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    given = {"text": "Which one?", "at": at, "language": "de", "lasts": "604800", "is_multiple": "on"}
    form = {**form_of(await site.get("/")), **given, "anyway": "1", "option": ["tea", "coffee", "water"]}
    refused = await site.post("/posts", data=form)
    assert refused.status_code == 422 and "at least five minutes from now" in refused.text
    assert checked_options(refused) == ["tea", "coffee", "water"]
    assert f'type="datetime-local" value="{at}"' in refused.text
    assert (
        '<option value="de" selected>' in refused.text and '<option value="604800" selected>' in refused.text
    )


async def test_a_file_that_was_uploaded_stays_with_what_is_refused(site: httpx.AsyncClient) -> None:
    form = form_of(await site.get("/")) | {"text": "Look", "at": "soon", "description": "A red pump"}
    refused = await site.post("/posts", data=form, files={"file": ("a.png", picture(), "image/png")})
    assert refused.status_code == 422 and "media" not in form_of(refused), "a time is looked at first"
    form |= {"at": (clock.now() + timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M")}
    refused = await site.post("/posts", data=form, files={"file": ("a.png", picture(), "image/png")})
    (kept,) = re.findall(r'name="media" value="(\d+)" checked', refused.text)
    assert "A red pump" in refused.text
    del form["at"]
    assert (await site.post("/posts", data=form | {"media": kept})).status_code == 303
    assert 'alt="A red pump"' in (await site.get("/all")).text


async def test_whom_one_blocks_or_mutes_can_be_let_off_again(site: httpx.AsyncClient, world: World) -> None:
    await world.member("bo", name="Borislav")
    await world.member("cleo", name="Cleo")
    await act(site, "/@bo/block")
    await act(site, "/@cleo/mute")
    page = text_of(await site.get("/settings/blocked"))
    assert "Borislav" in page
    assert "Cleo" in page
    await act(site, "/@bo/unblock")
    await act(site, "/@cleo/unmute")
    page = text_of(await site.get("/settings/blocked"))
    assert "Borislav" not in page
    assert "Cleo" not in page


async def test_names_and_topics_complete_themselves(site: httpx.AsyncClient, world: World) -> None:
    await world.member("boris", name="Boris", unit="Lab")
    await act(site, "/posts", text="about #pumps")
    (one,) = (await site.get("/complete?q=@bor")).json()
    assert (one["name"], one["called"], one["what"]) == ("boris", "Boris", "Lab")
    assert [one["name"] for one in (await site.get("/complete", params={"q": "#pu"})).json()] == ["pumps"]
    assert (await site.get("/complete?q=x")).json() == []


async def test_the_pages_can_be_installed_as_an_app(site: httpx.AsyncClient) -> None:
    manifest = (await site.get("/manifest.webmanifest")).json()
    assert manifest["start_url"] == "/"
    for icon in manifest["icons"]:
        assert (await site.get(icon["src"])).status_code == 200
    worker = await site.get("/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    for address in re.findall(r"'(/[^']+)'", worker.text.partition("\n\n")[0]):
        assert (await site.get(address)).status_code == 200, address


async def test_signing_out_leaves_nothing_on_the_device(site: httpx.AsyncClient) -> None:
    out = await act(site, "/auth/sign_out")
    assert '"storage"' in out.headers["clear-site-data"]


async def test_pages_go_compressed_and_their_forms_differ_each_time(site: httpx.AsyncClient) -> None:
    one, other = await site.get("/settings"), await site.get("/settings")
    assert one.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in one.headers["vary"]
    assert form_of(one) != form_of(other)
    for page in (one, other):
        assert (await site.post("/begin/you", data=form_of(page) | {"name": "Ada"})).status_code == 303
    for wrong in ("", "00" * 64, "no number", form_of(one)["form"][:-2] + "00"):
        assert (await site.post("/begin/you", data={"form": wrong, "name": "Eve"})).status_code == 403
    plain = await site.get("/settings", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("accepts", "sent"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("identity", None)]
)
async def test_a_style_sheet_comes_as_small_as_the_browser_reads_it(
    site: httpx.AsyncClient, accepts: str, sent: str | None
) -> None:
    page = (await site.get("/about")).text
    address = re.findall(r'"(/static/weetwie-[0-9a-f]{10}\.css)"', page)[0]
    async with site.stream("GET", address, headers={"accept-encoding": accepts}) as sheet:
        assert sheet.headers.get("content-encoding") == sent
        assert "Accept-Encoding" in sheet.headers["vary"]
        assert "immutable" in sheet.headers["cache-control"]


async def test_type_comes_from_here_and_is_preloaded(site: httpx.AsyncClient) -> None:
    page = await site.get("/about")
    address = re.findall(r'rel="preload" href="(/static/inter-[0-9a-f]{10}\.woff2)"', page.text)[0]
    sheet = re.findall(r'"(/static/weetwie-[0-9a-f]{10}\.css)"', page.text)[0]
    assert address.rsplit("/", 1)[1] in (await site.get(sheet)).text
    assert (await site.get(address)).headers["content-type"] == "font/woff2"
    assert "font-src 'self'" in page.headers["content-security-policy"]
    assert "SIL Open Font License" in (await site.get("/static/inter-licence.txt")).text
