"""Agents keep the law as the routes and pages do: each sees what its person sees, before and after each change of standing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import msgspec
import pytest

from tests.law.asgi import Request, Response, send
from tests.law.changes import around_changes
from tests.law.requests import PEOPLE, Tried
from tests.law.scene import APP, STRANGER, VIEWERS, Scene, Settings
from tests.law.scenes import Scenes
from tests.law.test_every_route import by_groups, denied_words
from tests.law.test_pages import cookie_of
from weetwie.access.enums import Ring
from weetwie.agents.tools import TOOLS
from weetwie.domain.identity import agent_rules, agent_tokens, agents
from weetwie.domain.identity.agent_rules import ClientDocument

AT: Final = f"{Settings.base_url}/mcp"
ACCEPT: Final = b"application/json, text/event-stream"
LINES: Final = ("zqpost*", "open", "from:sol", "is:question", "zqwarning*", "to:ada", "in:library zqpost*")
INACTIVE: Final = (STRANGER, APP, "sus", "dora", "exa")


async def connected(scene: Scene) -> dict[str, str | None]:
    """The token of an agent of each viewer, who have all let it read everything that they may."""
    await scene.world.policy(connections=["agents"])
    app = await agents.register(scene.world.db, ClientDocument("An agent", ["http://127.0.0.1/back"]))
    tokens: dict[str, str | None] = {STRANGER: None, APP: "token-of-an-app"}
    for handle in VIEWERS:
        person_id = scene.people[handle].id
        issued = await agent_tokens.begin(scene.world.db, app, person_id, agent_rules.SCOPES, AT)
        tokens[handle] = issued.token
    await scene.world.connection.fetchval("select setval('pg_temp.test_ids', $1)", scene.first_free)
    return tokens


def call(tool: str, **arguments: Any) -> Request:
    params = {"name": tool, "arguments": arguments}
    return Request("POST", "/mcp", body={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


def asked(tried: Tried, *, as_if_none: bool = False) -> Iterator[tuple[str, Request]]:
    """Each request with what it is called; the same names where it asks for what never was instead of a secret."""
    secret = {one.id for one in tried.secrets}
    for id in tried.posts:
        given = 1 if as_if_none and id in secret else id
        yield f"thread {id}", call("read_thread", post=str(given))
    for line in (*LINES, *(f"tag:{tag}" for tag in tried.tags)):
        for offset in (0, 2):
            yield f"search {line} {offset}", call("search_posts", query=line, limit=5, offset=offset)
        yield f"questions {line}", call("open_questions", about=line)
    yield "questions", call("open_questions")
    words = [f"Q{one.name.replace(' ', '')}zq" for one in tried.secrets[:4]]
    for question in (*words, " ".join(words) or "open", "anyone open", "me too"):
        yield f"who {question}", call("who_knows", question=question, limit=20)
    yield "who unit", call("who_knows", question="anyone open", unit="zqunit")
    for handle in (*PEOPLE, "nobody"):
        yield f"person {handle}", call("person", handle=handle)
    for handle in PEOPLE:
        yield f"ask {handle}", call("ask", question=f"@{handle} who knows #open?")


def test_every_tool_is_asked(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        names = {request.body["params"]["name"] for _name, request in asked(Tried(scene, "ada", []))}
        assert names == {tool.name for tool in TOOLS}

    scenes.tell(Ring.network, story)


async def look(
    scene: Scene, token: str | None, requests: Iterator[tuple[str, Request]]
) -> dict[str, Response]:
    answers = {}
    for name, request in requests:
        answers[name] = answer = await send(scene.application, request, token, accept=ACCEPT)
        assert answer.status in (200, 401), f"{name}: {answer.status} {answer.body[:300]!r}"
    return answers


def answered(viewer: str, answers: Mapping[str, Response]) -> None:
    """Who may not act has no agent, everybody else has: else all of this proves nothing."""
    statuses = {answer.status for answer in answers.values()}
    assert statuses == ({401} if viewer in INACTIVE else {200}), viewer


@by_groups
def test_an_agent_of_whoever_may_not_see_a_post_gets_the_same_as_if_it_were_not_there(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        leaks = []
        tokens = await connected(scene)
        for viewer, (unseen, counted) in (await scene.hidden(viewers)).items():
            tried = Tried(scene, viewer, [*unseen, *counted])
            async with scene.world.undone():
                await scene.keep([])
                without = await look(scene, tokens[viewer], asked(tried, as_if_none=True))
            async with scene.world.undone():
                await scene.keep([*unseen, *counted])
                with_them = await look(scene, tokens[viewer], asked(tried))
            answered(viewer, with_them)
            leaks += [
                f"as {viewer}: {name}\n  {without[name].body!r}\n  {answer.body!r}"
                for name, answer in with_them.items()
                if answer != without[name]
            ]
        assert not leaks, "\n".join(leaks[:8]) + f"\n{len(leaks)} in all"

    scenes.tell(widest, story)


def told(name: str, answer: Response) -> tuple[str, Response]:
    """Without the words of the request, which stand in the link to the page that says the same."""
    return name, replace(
        answer, body=re.sub(rb"http://weetwie\.test/(search|who-knows)\?q=[^\"\\ ]*", b"", answer.body)
    )


async def words_heard(scene: Scene, tokens: Mapping[str, str | None], viewer: str) -> list[str]:
    tried = Tried(scene, viewer, scene.secrets)
    answers = await look(scene, tokens[viewer], asked(tried))
    heard = dict(told(name, answer) for name, answer in answers.items())
    return [f"as {viewer}: {leak}" for leak in await denied_words(scene, viewer, heard)]


@by_groups
def test_no_answer_to_an_agent_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        tokens = await connected(scene)
        await scene.keep(scene.secrets)
        found = [leak for viewer in viewers for leak in await words_heard(scene, tokens, viewer)]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


def test_no_answer_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        tokens = await connected(scene)
        await scene.keep(scene.secrets)
        found = await around_changes(scene, partial(words_heard, scene, tokens))
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)


@pytest.mark.parametrize(
    "viewers", [VIEWERS[:5], VIEWERS[5:10], (*VIEWERS[10:], STRANGER)], ids=lambda who: "-".join(who)
)
def test_everybody_gets_the_same_by_an_agent_as_on_the_pages(
    scenes: Scenes, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        tokens = await connected(scene)
        cookies = {viewer: await cookie_of(scene, viewer) for viewer in viewers}
        await scene.keep(scene.secrets)
        await scene.world.connection.execute("delete from filters")
        seen = 0
        for viewer in viewers:
            both = Both(scene, tokens[viewer], cookies[viewer])
            for line in LINES:
                assert await both.searched(line) == await both.searched_on_a_page(line), (viewer, line)
            for post in Tried(scene, viewer, scene.secrets).posts:
                assert await both.threads(post), (viewer, post)
            for handle in PEOPLE:
                assert await both.finds(handle) == await both.finds_on_a_page(handle), (viewer, handle)
            for question in ("open", "anyone open"):
                named = await both.named(question)
                assert named[:3] == await both.named_on_a_page(question), (viewer, question)
                seen += len(named)
        assert seen > 0

    scenes.tell(Ring.network, story)


class Both:
    """The same asked by an agent and in a browser. Who has no agent is in no browser either, and gets nothing."""

    def __init__(self, scene: Scene, token: str | None, cookie: str | None) -> None:
        self.scene, self.token, self.cookie = scene, token, cookie

    async def asks(self, tool: str, **arguments: Any) -> dict[str, Any] | None:
        answer = await send(self.scene.application, call(tool, **arguments), self.token, accept=ACCEPT)
        if answer.status == 401:
            return None
        told: dict[str, Any] = msgspec.json.decode(answer.body)["result"]
        return None if told["isError"] else told["structuredContent"]

    async def opens(self, path: str, **query: str) -> str:
        answer = await send(
            self.scene.application, Request("GET", path, tuple(query.items())), None, self.cookie
        )
        is_in = b'id="q"' in answer.body or b"/settings" in answer.body
        return answer.body.decode() if answer.status == 200 and is_in else ""

    async def searched(self, line: str) -> list[int]:
        answer = await self.asks("search_posts", query=line, limit=20)
        return [_id(post) for post in answer["posts"]] if answer else []

    async def searched_on_a_page(self, line: str) -> list[int]:
        return _posts_of(await self.opens("/search", q=line))

    async def threads(self, post: int) -> bool:
        """Whether a conversation has the same posts. On pages what is direct stands among the messages of the same people."""
        answer = await self.asks("read_thread", post=str(post))
        told = (
            {_id(one) for one in (answer["asked"], *answer["above"], *answer["below"])} if answer else set()
        )
        if room := await self.opens(f"/messages/{post}"):
            return post in told and post in _posts_of(room)
        return told == set(_posts_of(await self.opens(f"/@sol/{post}")))

    async def finds(self, handle: str) -> bool:
        return await self.asks("person", handle=handle) is not None

    async def finds_on_a_page(self, handle: str) -> bool:
        return bool(await self.opens(f"/@{handle}"))

    async def named(self, question: str) -> list[str]:
        answer = await self.asks("who_knows", question=question)
        return [one["person"]["handle"] for one in answer["people"]] if answer else []

    async def named_on_a_page(self, question: str) -> list[str]:
        page = await self.opens("/who-knows", q=question)
        return re.findall(r'<p class="names"><a href="/@([^"]+)">', page)


def _id(post: Mapping[str, Any]) -> int:
    return int(post["link"].rpartition("/")[2])


def _posts_of(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'<article class="post[^"]*" id="p(\d+)"', page)] or [
        int(id) for id in re.findall(r'<div class="say-line[^"]*" id="p(\d+)"', page)
    ]
