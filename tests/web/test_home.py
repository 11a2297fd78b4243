"""The pages that people live in, without a script: read, write, answer, mark, follow, find, change oneself."""

import io
import re
from urllib.parse import unquote

import httpx
from PIL import Image

from tests.site import act, browser, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.worker import Worker, drain

PAGES = (
    "/",
    "/all",
    "/bookmarks",
    "/favourites",
    "/messages",
    "/notifications",
    "/search",
    "/people",
    "/settings",
    "/settings/filters",
    "/settings/blocked",
    "/lists",
    "/scheduled",
    "/tags/pumps",
)


async def test_every_page_opens_and_says_what_it_is(site: httpx.AsyncClient) -> None:
    for at in PAGES:
        page = await site.get(at)
        assert page.status_code == 200, at
        assert re.search(r"<h1[ >]", page.text), at
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]* src=)| style=\"| on\w+=\"", page.text), at


async def test_who_is_not_signed_in_is_asked_to_and_comes_back(world: World, ada: Someone) -> None:
    async with browser(world) as site:
        for at in PAGES[1:]:
            answer = await site.get(at)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/auth/sign_in?next={at}")
        for at in (f"/@{ada.handle}", "/@nobody", f"/@{ada.handle}/1"):
            answer = await site.get(at)
            assert (answer.status_code, unquote(answer.headers["location"])) == (
                303,
                f"/auth/sign_in?next={at}",
            )


async def test_one_writes_and_reads_it_at_home(site: httpx.AsyncClient) -> None:
    answer = await act(site, "/posts?next=/", text="Good <b>morning</b> #Pumps")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    home = await site.get("/")
    assert "Good &lt;b&gt;morning" in home.text
    assert 'href="/tags/pumps"' in home.text
    assert "Good" in (await site.get("/tags/pumps")).text
    assert "Good" in (await site.get("/all")).text
    assert "Good" in (await site.get("/who-knows?q=morning")).text


async def test_what_cannot_be_published_comes_back_whole(site: httpx.AsyncClient) -> None:
    text = "x" * 1001
    answer = await act(site, "/posts", text=text, warning="a warning")
    assert answer.status_code == 422
    assert f">{text}</textarea>" in answer.text
    assert 'value="a warning"' in answer.text
    assert "1000" in text_of(answer)


async def test_a_picture_comes_with_what_it_shows(site: httpx.AsyncClient, ada: Someone) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    form = form_of(await site.get("/"))
    answer = await site.post(
        "/posts",
        data=form | {"text": "look", "description": "A wall"},
        files={"file": ("w.png", out.getvalue(), "image/png")},
    )
    assert answer.status_code == 303
    home = await site.get("/")
    (address,) = re.findall(r'<a href="(/media/[^"]+)" class="picture"', home.text)
    assert 'alt="A wall"' in home.text
    assert (await site.get(address)).status_code == 200
    wrong = await site.post(
        "/posts", data=form | {"text": "look"}, files={"file": ("w.png", b"no picture", "image/png")}
    )
    assert wrong.status_code == 422
    assert ">look</textarea>" in wrong.text


async def test_a_question_is_answered_and_the_asker_says_by_which(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await act(site, "/posts", text="Who knows the gateway?")
    question = int(re.findall(r'data-id="(\d+)"', (await site.get("/")).text)[0])
    bo = await world.member("bo", name="Bo")
    reply = await world.post(bo, "I do", reply_to=question)
    page = await site.get(f"/@ada/{question}")
    assert "This answers it" in page.text
    await act(site, f"/posts/{question}/answer", answer=str(reply))
    assert "Accepted answer" in (await site.get(f"/@ada/{question}")).text
    await act(site, "/posts", text="Thank you", reply_to=str(reply))
    assert "Thank you" in (await site.get(f"/@ada/{question}")).text


async def test_posts_are_marked_and_no_longer(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    bo = await world.member("bo", name="Bo")
    post = await world.post(bo, "Worth it")
    for verb, list_ in (("favourite", "/favourites"), ("bookmark", "/bookmarks"), ("boost", "/@ada")):
        answer = await act(site, f"/posts/{post}/{verb}?next=/all")
        assert (answer.status_code, answer.headers["location"]) == (303, "/all")
        assert "Worth it" in (await site.get(list_)).text, verb
        await act(site, f"/posts/{post}/un{verb}")
        assert "Worth it" not in (await site.get(list_)).text, verb
    assert (await act(site, f"/posts/{post}/sing")).status_code == 404
    assert (await act(site, "/posts/99/favourite")).status_code == 404
    assert (await site.post(f"/posts/{post}/favourite", data={"form": "x" * 64})).status_code == 403
    told = await site.post(
        f"/posts/{post}/favourite",
        data=form_of(await site.get("/settings")),
        headers={"accept": "application/json"},
    )
    assert told.status_code == 204


async def test_ones_own_post_is_deleted_when_one_means_it(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    post = await world.post(ada, "A slip")
    asked = await site.get(f"/posts/{post}/delete")
    assert "Delete this post?" in asked.text
    assert (await act(site, f"/posts/{post}/delete")).status_code == 303
    assert (await site.get(f"/@ada/{post}")).status_code == 404


async def test_one_follows_and_reads_whom_one_follows(site: httpx.AsyncClient, world: World) -> None:
    bo = await world.member("bo", name="Bo", unit="Pumps", bio="Knows #seals")
    await world.post(bo, "From Bo")
    assert "From Bo" not in (await site.get("/")).text
    page = await site.get("/@bo")
    assert "Knows" in page.text
    await act(site, "/@bo/follow")
    assert "From Bo" in (await site.get("/")).text
    assert "Following" in (await site.get("/@bo")).text
    await act(site, "/@bo/note", note="ask about seals")
    assert "ask about seals" in (await site.get("/@bo")).text
    for verb in ("unfollow", "mute", "unmute", "block", "unblock"):
        assert (await act(site, f"/@bo/{verb}")).status_code == 303, verb
    assert (await act(site, "/@bo/sing")).status_code == 404
    assert (await act(site, "/@nobody/follow")).status_code == 404


async def test_what_one_has_been_told_is_read_by_looking(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    post = await world.post(ada, "Mine")
    await world.mark(bo, post, favourite=True)
    await world.notify(ada, "favourite", bo, post)
    assert "(1)" in (await site.get("/")).text
    page = await site.get("/notifications")
    assert "favourited your post" in page.text and "have favourited" not in page.text
    assert "is-new" in page.text
    assert "is-new" not in (await site.get("/notifications")).text
    assert "(1)" not in (await site.get("/")).text


async def test_what_several_people_did_is_said_of_several(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    post = await world.post(ada, "Mine")
    for handle in ("bo", "cy"):
        fan = await world.member(handle)
        await world.mark(fan, post, favourite=True)
        await world.notify(ada, "favourite", fan, post)
    assert "have favourited your post" in (await site.get("/notifications")).text
    german = await site.get("/notifications", headers={"accept-language": "de"})
    assert "haben deinen Beitrag favorisiert" in german.text


async def test_one_changes_what_is_said_of_oneself(site: httpx.AsyncClient) -> None:
    form = form_of(await site.get("/settings"))
    given = {
        "name": "Ada L.", "bio": "Pumps", "pronouns": "she", "languages": "en, nl", "field_name": "Room", "field_value": "12",
        "profile_ring": "1", "default_ring": "", "default_visibility": "0", "default_quote_policy": "0", "is_discoverable": "on",
    }  # fmt: skip
    assert (await site.post("/settings", data=form | given)).status_code == 303
    page = await site.get("/@ada")
    for shown in ("Ada L.", "Pumps", "she", "Room", "12"):
        assert shown in page.text
    wrong = await site.post("/settings", data=form | given | {"name": "x" * 81, "bio": "kept"})
    assert wrong.status_code == 422
    assert "kept" in wrong.text


async def test_the_pages_keep_the_law(world: World) -> None:
    ada, gus = await world.member("ada", name="Ada"), await world.alumnus("gus", name="Gus")
    await give_password(world, gus)
    inside = await world.post(ada, "Zqinside", ring=Ring.colleagues)
    private = await world.post(ada, "Zqprivate", ring=Ring.network, visibility=Visibility.private)
    open_ = await world.post(ada, "Zqopen", ring=Ring.network, tags=["pumps"])
    async with browser(world) as site:
        await sign_in(site, "gus")
        for at in (
            *PAGES,
            f"/@ada/{open_}",
            "/@ada",
            "/who-knows?q=zqinside",
            "/who-knows?q=zqprivate",
            f"/?quote={inside}",
        ):
            page = await site.get(at)
            shown = (
                page.text.replace('value="zqinside"', "")
                .replace('value="zqprivate"', "")
                .replace("<title>zq", "")
            )
            assert "Zqinside" not in shown, at
            assert "Zqprivate" not in shown, at
        for hidden in (inside, private):
            assert (await site.get(f"/@ada/{hidden}")).status_code == 404
            assert (await site.get(f"/posts/{hidden}/delete")).status_code == 404
            assert (await act(site, f"/posts/{hidden}/favourite")).status_code == 404
            assert (await act(site, "/posts", text="so", reply_to=str(hidden))).status_code == 404
        assert "Zqopen" in (await site.get("/all")).text


async def test_what_one_has_bookmarked_is_searched(site: httpx.AsyncClient, world: World) -> None:
    bo = await world.member("bo")
    kept = await world.post(bo, "the valve sticks in winter")
    await world.post(bo, "the valve is new")
    other = await world.post(bo, "lunch at noon")
    for post_id in (kept, other):
        await act(site, f"/posts/{post_id}/bookmark")
    page = text_of(await site.get("/bookmarks?q=valve"))
    assert "sticks in winter" in page and "is new" not in page and "lunch" not in page
    assert "No post here matches “crane”" in text_of(await site.get("/bookmarks?q=crane"))
    assert "No post here matches" in text_of(await site.get("/favourites?q=valve"))
    wrong = await site.get("/bookmarks?q=is:nonsense")
    assert wrong.status_code == 422 and "takes question" in wrong.text


async def test_older_posts_are_a_link_away(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    for number in range(25):
        await world.post(ada, f"Number {number}")
    first = await site.get("/all")
    (older,) = re.findall(r'href="(/all\?max_id=\d+)" rel="next"', first.text)
    second = await site.get(older)
    seen = [*re.findall(r"Number (\d+)", first.text), *re.findall(r"Number (\d+)", second.text)]
    assert [int(one) for one in seen] == list(range(24, -1, -1))


async def test_direct_posts_are_messages(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    bo = await world.member("bo", name="Bo")
    page = await site.get("/messages/new?to=bo")
    assert "Only you and Bo can read this" in text_of(page)
    sent = await act(site, "/messages/new", to="@bo", text="psst")
    room = await site.get(sent.headers["location"].partition("#")[0])
    assert "<p>psst</p>" in room.text, "the name that carries it there is not shown"
    assert "psst" in (await site.get("/messages")).text
    await drain(Worker(world.database, world.site))
    await give_password(world, bo)
    async with browser(world) as other:
        await sign_in(other, "bo")
        assert 'class="conv new"' in (await other.get("/messages")).text


async def test_who_knows_answers_with_people_and_the_posts_that_prove_it(
    site: httpx.AsyncClient, world: World
) -> None:
    bo = await world.member("bo", name="Bo Lindqvist")
    await world.post(bo, "The impeller of a slurry pump wears at its edge first #impeller", tags=["impeller"])
    await act(site, "/posts", text="Who knows about impellers?")
    page = await site.get("/who-knows?q=slurry+impeller")
    assert "One person has dealt with this" in page.text
    assert "Bo Lindqvist" in page.text
    assert "wears at its edge" in page.text
    assert "Nobody you can see has written about xylophone" in (await site.get("/who-knows?q=xylophone")).text


async def test_alumni_and_guests_bear_a_badge_wherever_they_stand(
    site: httpx.AsyncClient, world: World
) -> None:
    alma = await world.alumnus("alma", name="Alma")
    post = await world.post(alma, "Still here", ring=Ring.network)
    for at in ("/all", "/@alma", f"/@alma/{post}"):
        assert ">Alum<" in (await site.get(at)).text, at
