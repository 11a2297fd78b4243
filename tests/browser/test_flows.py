"""What people do in a browser, from writing to finding: with a script, and the core of it without."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Look, Open
from tests.clients.running import PASSWORD, Running

pytestmark = pytest.mark.xdist_group("browser")
PLAIN = Look(scripts=False)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "wall.png"
    Image.new("RGB", (300, 200), "teal").save(path)
    return str(path)


def test_what_is_published_stands_there_at_once_and_what_is_typed_is_never_lost(open_page: Open) -> None:
    page = open_page("/")
    page.fill("#text", "a draft that outlives a reload")
    page.reload()
    expect(page.locator("#text")).to_have_value("a draft that outlives a reload")
    page.press("#text", "Control+Enter")
    expect(page.locator("article.post").first).to_contain_text("a draft that outlives a reload")
    expect(page.locator("#text")).to_have_value("")
    page.reload()
    expect(page.locator("#text")).to_have_value("")


def test_errors_keep_the_text(open_page: Open) -> None:
    page = open_page("/", fails="422")
    page.fill("#text", "x" * 1001)
    expect(page.locator(".left")).to_have_text("-1")
    with page.expect_response(re.compile(r"/posts\?")) as sent:
        page.click(".box .send")
    assert sent.value.status == 422
    expect(page.locator(".wrong-line")).to_contain_text("1000")
    expect(page.locator("#text")).to_have_value("x" * 1001)
    page.fill("#text", "")


def test_names_and_topics_complete_themselves_by_keyboard(open_page: Open) -> None:
    page = open_page("/")
    page.locator("#text").press_sequentially("ask @marl")
    expect(page.locator(".completions [role=option]").first).to_contain_text("Marloes")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("ask @marloes ")
    page.locator("#text").press_sequentially("about #ele")
    expect(page.locator(".completions [role=option]").first).to_contain_text("#ele")
    page.keyboard.press("Escape")
    expect(page.locator(".completions")).to_be_hidden()
    page.fill("#text", "")


def test_a_picture_is_chosen_described_and_looked_at(open_page: Open, picture: str) -> None:
    page = open_page("/")
    page.set_input_files("#file", picture)
    page.fill(".chosen input", "A teal wall")
    page.fill("#text", "look at this wall")
    page.click(".box .send")
    shown = page.locator("article.post").first.locator(".picture")
    expect(shown.locator("img")).to_have_attribute("alt", "A teal wall")
    shown.click()
    expect(page.locator(".viewer figcaption")).to_have_text("A teal wall")
    page.keyboard.press("Escape")
    expect(page.locator(".viewer")).to_be_hidden()


def test_marks_are_there_at_once_and_are_taken_back_with_a_word_when_they_fail(open_page: Open) -> None:
    page = open_page("/all", fails="ERR_FAILED")
    star = page.locator(".act.favourite[aria-pressed=false]").first
    star = page.locator(f"#{star.locator('xpath=ancestor::article').get_attribute('id')} .act.favourite")
    with page.expect_response("**/favourite"):
        star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.route("**/unfavourite", lambda route: route.abort())
    star.click()
    expect(page.locator(".toast")).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.unroute("**/unfavourite")


def test_what_is_deleted_can_be_had_back_for_a_while(open_page: Open) -> None:
    page = open_page("/")
    page.fill("#text", "a post to be regretted")
    page.click(".box .send")
    post = page.locator("article.post", has_text="a post to be regretted").first
    expect(post).to_be_visible()
    post.locator(".more-acts").click()
    post.locator(".delete-it").click()
    expect(post).to_be_hidden()
    page.locator(".toast button").click()
    expect(post).to_be_visible()
    post.locator(".more-acts").click()
    post.locator(".delete-it").click()
    page.goto("/lists")
    for _while_it_is_on_its_way in range(1000):
        page.goto("/")
        if not page.locator("article.post", has_text="a post to be regretted").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator("article.post", has_text="a post to be regretted")).to_have_count(0)


def test_what_is_deleted_comes_back_as_long_as_its_way_back_is_shown(open_page: Open) -> None:
    page = open_page("/")
    page.clock.install()
    page.reload()
    page.fill("#text", "a post that stays after all")
    page.click(".box .send")
    post = page.locator("article.post", has_text="a post that stays after all").first
    post.locator(".more-acts").click()
    post.locator(".delete-it").click()
    page.hover(".toast")
    page.clock.fast_forward(30_000)
    page.locator(".toast button").click()
    expect(post).to_be_visible()
    page.reload()
    expect(post).to_be_visible()


def test_a_draft_stays_while_another_is_begun_with_a_given_text(open_page: Open) -> None:
    page = open_page("/")
    page.fill("#text", "half a thought")
    page.goto("/?text=%40femke+#write")
    expect(page.locator("#text")).to_have_value("@femke ")
    page.fill("#text", "@femke how high?")
    page.goto("/")
    expect(page.locator("#text")).to_have_value("half a thought")
    page.goto("/?text=%40femke+#write")
    expect(page.locator("#text")).to_have_value("@femke how high?")


def test_a_message_stands_there_when_it_is_sent_and_when_it_comes(open_page: Open) -> None:
    page = open_page("/messages/new?to=admin")
    page.fill("#text", "did the pump arrive?")
    page.click(".write-to button.b")
    page.wait_for_url(re.compile(r"/messages/\d+"))
    page.evaluate("document.body.dataset.same = 'yes'")
    page.fill("#text", "it was sent on Monday")
    page.press("#text", "Enter")
    expect(page.locator(".say-line").last).to_contain_text("it was sent on Monday")
    expect(page.locator("#text")).to_have_value("")
    other = open_page(page.url, who="administrator")
    other.fill("#text", "and on Tuesday too")
    other.press("#text", "Enter")
    expect(page.locator(".say-line").last).to_contain_text("and on Tuesday too")
    expect(page.locator("body")).to_have_attribute("data-same", "yes")


def test_what_goes_on_being_edited_can_still_be_saved(open_page: Open) -> None:
    page = open_page("/admin/policy", who="administrator")
    page.locator("summary", has_text="Name and description").click()
    page.fill("#description", "Where we ask each other")
    page.click(".savebar .b:not(.discard)")
    page.click("button:text-is('Keep editing')")
    expect(page.locator(".savebar")).to_be_visible()
    expect(page.locator("#description")).to_have_value("Where we ask each other")
    page.click(".savebar .discard")
    expect(page.locator("form[data-changes] .savebar")).to_be_hidden()


def test_whom_one_no_longer_follows_is_followed_again_with_one_click(open_page: Open) -> None:
    page = open_page("/@marloes")
    button = page.locator("form.follow button").first
    if button.inner_text() == "Follow":
        button.click()
    expect(button).to_have_text("Following")
    button.click()
    expect(button).to_have_text("Follow")
    page.locator(".toast button").click()
    expect(button).to_have_text("Following")


def test_older_posts_come_as_one_reads_and_back_leads_to_the_same_place(open_page: Open) -> None:
    page = open_page("/all")
    there = page.locator(".posts > .item").count()
    page.locator(".older").scroll_into_view_if_needed()
    expect(page.locator(".posts > .item").nth(there + 5)).to_be_attached()
    post = page.locator(".posts > .item").nth(there + 2).locator("article.post").first
    post.scroll_into_view_if_needed()
    id = post.get_attribute("id")
    post.locator(".who .end a").last.click()
    page.wait_for_url(re.compile(r"/@\w+/\d+"))
    page.go_back()
    expect(page.locator(f"#{id}")).to_be_in_viewport()


def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    page = open_page("/all")
    page.keyboard.press("?")
    expect(page.locator(".keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("article.post").nth(1)
    expect(second).to_be_focused()
    was = second.locator(".act.bookmark").get_attribute("aria-pressed")
    page.keyboard.press("s")
    expect(second.locator(".act.bookmark")).to_have_attribute(
        "aria-pressed", "false" if was == "true" else "true"
    )
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/people")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()


def test_new_posts_wait_behind_a_pill_and_replies_join_their_thread(
    open_page: Open, company: Running
) -> None:
    company.command(
        "person", "create", "newcomer", "--email", "newcomer@example.org", "--password-stdin", said=PASSWORD
    )
    here, there = open_page("/all"), open_page("/auth/sign_in", who="nobody")
    there.fill("#name", "newcomer")
    there.fill("#password", PASSWORD)
    there.press("#password", "Enter")
    there.wait_for_url("/begin")
    there.goto("/")
    there.fill("#text", "my first words here")
    there.click(".box .send")
    expect(here.locator(".pill")).to_be_visible()
    expect(here.locator("article.post", has_text="my first words here")).to_have_count(0)
    here.locator(".pill a").click()
    expect(here.locator("article.post").first).to_contain_text("my first words here")
    here.locator("article.post").first.locator(".who .end a").last.click()
    here.wait_for_url(re.compile(r"/@newcomer/\d+"))
    there.goto(here.url)
    there.fill("#text", "and some more of them")
    there.click(".box .send")
    expect(here.locator(".thread")).to_contain_text("and some more of them")


def test_the_core_goes_without_a_script(open_page: Open, picture: str) -> None:
    page = open_page("/", PLAIN)
    page.fill("#text", "plain words about the #elektro cabinet")
    page.set_input_files("#file", picture)
    page.fill("#description", "The cabinet")
    page.click(".box .send")
    page.wait_for_url("**/")
    post = page.locator("article.post", has_text="plain words about").first
    expect(post.locator("img[alt='The cabinet']")).to_be_visible()
    post.locator(".act.reply").click()
    page.fill("#text", "and an answer to it")
    page.click(".box .send")
    expect(page.locator(".thread")).to_contain_text("and an answer to it")
    page.goto("/all")
    other = page.locator("article.post:has(.act.boost[aria-pressed=false])").nth(3)
    id = other.get_attribute("id")
    other.locator(".act.boost").click()
    expect(page.locator(f"#{id} .act.boost").first).to_have_attribute("aria-pressed", "true")
    page.goto("/people?order=new")
    person = page.locator(".card:has(.follow button:text-is('Follow'))").first
    name = person.locator("b").inner_text()
    person.locator(".follow button").click()
    expect(page.locator(".card", has_text=name).locator(".follow button")).to_have_text("Following")
    page.goto("/who-knows")
    page.fill("#q", "H2S")
    page.press("#q", "Enter")
    expect(page.locator(".knows > li").first).to_be_visible()
    page.goto("/settings")
    page.fill("#bio", "I say what I do.")
    page.click(".savebar button")
    expect(page.locator("main .note[role=status]")).to_be_visible()
    page.goto("/auth/sign_out")
    expect(page.locator("main button")).to_be_visible()


WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(one => !/\\.(png|jpg|webp)|faces|media|live/.test(one.name)).reduce((sum, one) => sum + one.transferSize, 0)"""
SHIFT = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => done(0), 500))"""


def test_an_emoji_is_picked_or_typed_by_its_name(open_page: Open) -> None:
    page = open_page("/")
    page.fill("#text", "Done ")
    page.click(".box button.emoji")
    page.locator(".emojis button").nth(2).press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Done 👏")
    expect(page.locator(".emojis")).to_be_hidden()
    page.locator("#text").press_sequentially(" :rocke")
    expect(page.locator(".completions li")).to_contain_text("rocket")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Done 👏 🚀 ")


def test_a_chosen_theme_holds_whatever_the_device_says(open_page: Open) -> None:
    page = open_page("/settings/appearance")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Dark").check()
    page.click(".savebar button")
    expect(page.locator("body")).not_to_have_css("background-color", light)
    page.click("button.me")
    page.locator("#your-menu").get_by_role("button", name="Device").click()
    expect(page.locator("body")).to_have_css("background-color", light)


def test_a_first_visit_is_light_a_second_one_lighter_and_nothing_moves(open_page: Open) -> None:
    page = open_page("/")
    assert page.evaluate(WEIGHT) < 150_000
    assert page.evaluate(SHIFT) < 0.01
    page.goto("/all")
    assert 1_000 < page.evaluate(WEIGHT) < 30_000
    assert page.evaluate(SHIFT) < 0.01


def test_home_is_there_without_a_network_and_gone_after_signing_out(
    open_page: Open, company: Running
) -> None:
    page = open_page("/auth/sign_in", who="nobody", fails="ERR_INTERNET_DISCONNECTED", works=True)
    company.command(
        "person", "create", "rover", "--email", "rover@example.org", "--password-stdin", said=PASSWORD
    )
    page.fill("#name", "rover")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("/begin")
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    while not page.evaluate("navigator.serviceWorker.controller !== null"):
        page.wait_for_timeout(50)
    page.goto("/")
    while not page.evaluate("caches.match('/').then(found => !!found)"):
        page.wait_for_timeout(50)
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("#text")).to_be_visible()
    page.fill("#text", "written on a train")
    page.click(".box .send")
    expect(page.locator(".wrong-line")).to_contain_text("offline")
    page.goto("/people")
    expect(page.locator("h1")).to_have_text("You're offline")
    page.context.set_offline(False)
    page.goto("/")
    expect(page.locator("#text")).to_have_value("written on a train")
    page.goto("/auth/sign_out")
    page.click("main button")
    page.wait_for_url("/")
    assert (
        page.evaluate(
            "caches.keys().then(async names => (await Promise.all(names.map(n => caches.open(n).then(c => c.match('/'))))).filter(Boolean).length)"
        )
        == 0
    )
    assert page.evaluate("localStorage.length") == 0
