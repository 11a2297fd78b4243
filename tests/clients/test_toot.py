"""toot, the client for the terminal, against a real server: through its own sign-in, then its commands."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.clients.browser import Browser
from tests.clients.running import Running
from tests.clients.test_mastodon_py import asked
from tests.clients.waiting import until
from tests.patience import PATIENCE


class Toot:
    """toot with a home of its own, in which one person is signed in."""

    def __init__(self, folder: Path, handle: str) -> None:
        self.handle = handle
        self._environment = os.environ | {"XDG_CONFIG_HOME": str(folder), "BROWSER": "true", "NO_COLOR": "1"}

    def sign_in(self, server: Running, browser: Browser) -> None:
        """`toot login` shows an address and waits for the code that stands on our page."""
        process = subprocess.Popen(
            self._words("login", "--instance", server.address),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._environment,
        )  # fmt: skip
        with process:
            assert process.stdin and process.stdout
            shown = ""
            while not (found := re.search(r"Login URL:\s+(\S+)\n", shown)):
                line = process.stdout.readline()
                assert line, shown
                shown += line
            said = f"n\n{browser.consent(found[1], self.handle)}\n"
            rest, _nothing = process.communicate(said, timeout=PATIENCE)
            assert process.returncode == 0, rest
        assert "Successfully logged in" in rest

    def __call__(self, *words: str) -> str:
        done = self._run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *words: str) -> str:
        """What it says where the server says no."""
        done = self._run(*words)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def _run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self._words(*words),
            capture_output=True,
            text=True,
            env=self._environment,
            timeout=PATIENCE,
            check=False,
        )

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "from toot.cli import cli; cli()", *words]


@pytest.fixture
def toot(
    server: Running, browser: Browser, person: Callable[[str], str], tmp_path: Path
) -> Callable[[str], Toot]:
    def make(name: str) -> Toot:
        handle = person(name)
        (folder := tmp_path / handle).mkdir()
        toot, own = Toot(folder, handle), Browser()
        toot.sign_in(server, own)
        own.close()
        return toot

    return make


def test_toot_signs_in_and_knows_who_it_is(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    assert ada.json("whoami")["username"] == ada.handle
    assert ada.handle in ada("auth")


def test_toot_posts_replies_and_deletes(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    first = ada.json("post", "Good morning #Tea", "--visibility", "public")
    reply = ada.json("post", "And good night", "--reply-to", first["id"])
    assert reply["in_reply_to_id"] == first["id"]
    thread = ada.json("thread", first["id"])
    assert [post["id"] for post in thread["descendants"]] == [reply["id"]]
    assert "Good morning" in ada("status", first["id"])
    ada("delete", first["id"])
    assert [post["id"] for post in ada.json("timelines", "account", ada.handle)] == [reply["id"]]


def test_toot_boosts_favourites_bookmarks_and_pins(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    id = ada.json("post", "Worth it")["id"]
    for verb, what in (("favourite", "favourited"), ("bookmark", "bookmarked"), ("pin", "pinned")):
        assert ada.json(verb, id)[what] is True
        assert not ada.json(f"un{verb}", id).get(what)
    assert ada.json("reblog", id)["reblog"]["id"] == id
    assert [one["username"] for one in ada.json("reblogged_by", id)] == [ada.handle]
    assert ada.json("unreblog", id)["reblogged"] is False


def test_toot_follows_and_reads_each_timeline(toot: Callable[[str], Toot]) -> None:
    ada, bo = toot("ada"), toot("bo")
    id = bo.json("post", f"For you, @{ada.handle} #Tea", "--visibility", "public")["id"]
    assert ada.json("follow", bo.handle)["following"] is True
    for timeline in (("home",), ("public",), ("tag", "tea"), ("account", bo.handle)):
        assert id in [post["id"] for post in ada.json("timelines", *timeline)], timeline
    assert [one["username"] for one in ada.json("following", ada.handle)] == [bo.handle]
    assert [one["username"] for one in ada.json("followers", bo.handle)] == [ada.handle]
    assert ada.json("tags", "follow", "tea")["following"] is True
    until(lambda: "mentioned you" in ada("notifications"))
    assert ada.json("unfollow", bo.handle)["following"] is False
    assert ada.json("timelines", "home") == [] or id in [post["id"] for post in ada.json("timelines", "home")]


def test_toot_mutes_and_blocks(toot: Callable[[str], Toot]) -> None:
    ada, bo = toot("ada"), toot("bo")
    for verb, done, listed in (("mute", "muting", "muted"), ("block", "blocking", "blocked")):
        assert ada.json(verb, bo.handle)[done] is True
        assert [one["username"] for one in ada.json(listed)] == [bo.handle]
        assert ada.json(f"un{verb}", bo.handle)[done] is False
        assert ada.json(listed) == []


def test_toot_is_notified_of_a_question_that_one_is_asked_and_answers_it(
    toot: Callable[[str], Toot], client: Callable[..., Any]
) -> None:
    ada, bo = client("ada"), toot("bo")
    question = asked(ada, "How do we bleed the pump?", bo.json("whoami")["id"])
    until(lambda: [one["type"] for one in bo.json("notifications")] == ["mention"])
    (told,) = bo.json("notifications")
    assert told["status"]["id"] == question and "bleed the pump" in bo("notifications")
    answer = bo.json("post", "Open the upper valve", "--reply-to", question)
    assert [str(one.id) for one in ada.status_context(question).descendants] == [answer["id"]]


def test_toot_keeps_lists(toot: Callable[[str], Toot]) -> None:
    ada, bo = toot("ada"), toot("bo")
    id = bo.json("post", "For the list")["id"]
    ada("lists", "create", "Team")
    assert [one["title"] for one in ada.json("lists", "list")] == ["Team"]
    ada("follow", bo.handle)
    ada("lists", "add", "Team", bo.handle)
    assert [one["username"] for one in ada.json("lists", "accounts", "Team")] == [bo.handle]
    assert id in [post["id"] for post in ada.json("timelines", "list", "Team")]
    ada("lists", "remove", "Team", bo.handle)
    assert ada.json("lists", "accounts", "Team") == []
    ada("lists", "delete", "Team")
    assert ada.json("lists", "list") == []


def test_toot_follows_tags(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    ada("tags", "follow", "lapsang")
    assert [one["name"] for one in ada.json("tags", "followed")] == ["lapsang"]
    ada("tags", "unfollow", "lapsang")
    assert ada.json("tags", "followed") == []


def test_toot_finds_people_and_describes_the_server(toot: Callable[[str], Toot], server: Running) -> None:
    ada = toot("ada")
    assert ada.handle in [one["username"] for one in ada.json("search", ada.handle)["accounts"]]
    assert ada.json("whois", ada.handle)["username"] == ada.handle
    assert "Weetwie" in ada("instance", server.address)


def test_toot_posts_pictures_and_changes_its_account(toot: Callable[[str], Toot], tmp_path: Path) -> None:
    ada, picture = toot("ada"), tmp_path / "wall.png"
    Image.new("RGB", (120, 80), "teal").save(picture)
    post = ada.json("post", "look", "--media", str(picture), "--description", "A wall")
    assert [one["description"] for one in post["media_attachments"]] == ["A wall"]
    assert ada.json("upload", str(picture), "--description", "Again")["type"] == "image"
    me = ada.json(
        "update-account", "--display-name", "Ada", "--note", "Walls", "--avatar", str(picture), "--locked"
    )
    assert (me["display_name"], me["locked"]) == ("Ada", True)
    assert "/faces/" in me["avatar"]


def test_toot_decides_who_follows(toot: Callable[[str], Toot]) -> None:
    ada, bo, cy = toot("ada"), toot("bo"), toot("cy")
    ada("update-account", "--locked")
    for one in (bo, cy):
        assert one.json("follow", ada.handle)["requested"] is True
    assert {one["username"] for one in ada.json("follow-requests", "list")} == {bo.handle, cy.handle}
    assert ada.json("follow-requests", "accept", bo.handle)["followed_by"] is True
    assert ada.json("follow-requests", "reject", cy.handle)["followed_by"] is False
    assert [one["username"] for one in ada.json("followers", ada.handle)] == [bo.handle]


def test_toot_polls_and_votes(toot: Callable[[str], Toot]) -> None:
    ada, bo = toot("ada"), toot("bo")
    words = ("--poll-option", "Tea", "--poll-option", "Coffee", "--poll-expires-in", "1h")
    poll = ada.json("post", "What?", *words)["poll"]
    assert bo.json("polls", "vote", poll["id"], "1")["own_votes"] == [1]
    assert [one["votes_count"] for one in ada.json("polls", "show", poll["id"])["options"]] == [0, 1]


def test_toot_schedules_and_warns(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    waiting = ada.json("post", "Later", "--scheduled-in", "1h")
    assert waiting["params"]["text"] == "Later"
    warned = ada.json("post", "The end", "--spoiler-text", "A film", "--sensitive", "--language", "en")
    assert (warned["spoiler_text"], warned["sensitive"], warned["language"]) == ("A film", True, "en")


def test_toot_reads_what_it_marked_what_is_talked_about_and_what_links(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    id = ada.json("post", "All about #valves", "--visibility", "public")["id"]
    ada("favourite", id)
    ada("bookmark", id)
    assert [one["id"] for one in ada.json("timelines", "favourites")] == [id]
    assert "All about" in ada("bookmarks", "--once")
    assert id in [one["id"] for one in ada.json("timelines", "trending")]
    assert "No post you can see links to this page." in ada.refused(
        "timelines", "link", "https://nowhere.example/"
    )


def test_toot_puts_tags_forward(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    ada("post", "All about #valves")
    assert ada.json("tags", "info", "valves")["name"] == "valves"
    assert ada.json("tags", "feature", "valves")["name"] == "valves"
    assert [one["name"] for one in ada.json("tags", "featured")] == ["valves"]
    ada("tags", "unfeature", "valves")
    assert ada.json("tags", "featured") == []


def test_toot_finds_posts_by_their_words(toot: Callable[[str], Toot]) -> None:
    ada = toot("ada")
    id = ada.json("post", f"Impellers wear out quickly {ada.handle}")["id"]
    assert [one["id"] for one in ada.json("search", f"impeller {ada.handle}")["statuses"]] == [id]


def test_toot_signs_out(toot: Callable[[str], Toot], server: Running) -> None:
    ada = toot("ada")
    account = f"{ada.handle}@{server.address.removeprefix('http://')}"
    assert "toot" in ada("diag", "--server")
    ada("activate", account)
    ada("logout", account)
    with pytest.raises(AssertionError):
        ada("whoami")
