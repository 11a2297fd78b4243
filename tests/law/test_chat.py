"""Chats keep the law: a linked account gets what its person sees, everybody else and every channel what the world sees, before and after
each change of standing."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import pytest

from tests.chat.talking import TOKEN
from tests.law.asgi import Request, Response, send
from tests.law.changes import around_changes
from tests.law.requests import PEOPLE, Tried
from tests.law.scene import APP, STRANGER, VIEWERS, Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import by_groups, denied_words
from tests.law.test_pages import cookie_of
from weetwie.access.enums import Ring
from weetwie.chat.mattermost import Mattermost
from weetwie.domain.chat.chats import SECRETS
from weetwie.runtime import clock
from weetwie.security import sealing

CHAT: Final = 7
INACTIVE: Final = (STRANGER, APP, "sus", "dora", "exa")
_ONE_TIME: Final = re.compile(rb"/settings/chat/[\w-]{43}|\"question\":\"[\w=-]+\"")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mattermost, "seconds", 600.0)
    monkeypatch.setattr("weetwie.chat.server.SECONDS", 600.0)


async def linked(scene: Scene) -> None:
    """Each viewer has linked their account, those too who may not act, as if ending it had failed."""
    world = scene.world
    await world.policy(connections=["chat"])
    await world.connection.execute(
        "insert into chats (id, product, name, secrets, bot_token) values ($1, 'mattermost', 'A chat', $2, '')",
        CHAT,
        sealing.seal(SECRETS, CHAT, TOKEN.encode()),
    )
    for handle in VIEWERS:
        await world.connection.execute(
            "insert into chat_accounts (chat_id, account, person_id) values ($1, $2, $3)",
            CHAT,
            handle,
            scene.people[handle].id,
        )
    await world.connection.fetchval("select setval('pg_temp.test_ids', $1)", scene.first_free)


def command(viewer: str, number: int, text: str) -> Request:
    milliseconds = int(clock.now().timestamp() * 1000)
    trigger = base64.b64encode(f"{number}:{viewer}:{milliseconds}:x".encode()).decode()
    given = {"token": TOKEN, "user_id": viewer, "command": "/who", "text": text, "trigger_id": trigger}
    return Request("POST", "/chat/mattermost", body=given, is_form=True)


def posted(viewer: str, number: int, text: str) -> Request:
    """For all in the channel."""
    at = str(int(clock.now().timestamp() * 1000))
    given = {"token": TOKEN, "user_id": viewer, "text": text, "post_id": f"p{number}", "timestamp": at}
    return Request("POST", "/chat/mattermost", body=given, is_form=True)


def questions(tried: Tried) -> Iterator[str]:
    words = [f"Q{one.name.replace(' ', '')}zq" for one in tried.secrets[:4]]
    yield from (*words, " ".join(words) or "open", "anyone open", "me too", "who knows open?", "help", "link")
    yield from (f"ask @{handle} who knows #open?" for handle in PEOPLE)


async def look(scene: Scene, viewer: str, tried: Tried) -> dict[str, Response]:
    """What the account of a viewer hears, alone and in the channel; without what is another each time."""
    answers = {}
    for number, text in enumerate(questions(tried)):
        for where, request in (
            ("alone", command(viewer, number, text)),
            ("all", posted(viewer, number, text)),
        ):
            answer = await send(scene.application, request, None)
            assert answer.status == 200, f"{text}: {answer.status} {answer.body[:300]!r}"
            headers = tuple((name, value) for name, value in answer.headers if name != b"content-length")
            body = _ONE_TIME.sub(b"", answer.body)
            answers[f"{where}: {text}"] = replace(answer, headers=headers, body=body)
    return answers


@by_groups
def test_a_chat_tells_whoever_may_not_see_a_post_the_same_as_if_it_were_not_there(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    """What all in a channel read is what a stranger may see, whoever asks: it is compared for the stranger."""

    async def story(scene: Scene) -> None:
        leaks = []
        await linked(scene)
        for viewer, (unseen, counted) in (await scene.hidden(viewers)).items():
            tried = Tried(scene, viewer, [*unseen, *counted])
            async with scene.world.undone():
                await scene.keep([])
                without = await look(scene, viewer, tried)
            async with scene.world.undone():
                await scene.keep([*unseen, *counted])
                with_them = await look(scene, viewer, tried)
            leaks += [
                f"as {viewer}: {name}\n  {without[name].body!r}\n  {answer.body!r}"
                for name, answer in with_them.items()
                if answer != without[name] and (name.startswith("alone") or viewer == STRANGER)
            ]
        assert not leaks, "\n".join(leaks[:8]) + f"\n{len(leaks)} in all"

    scenes.tell(widest, story)


def without_question(text: str, answer: Response) -> Response:
    """Without the words of the request, which stand in the answer too."""
    said = text.partition(": ")[2].encode()
    return replace(answer, body=answer.body.replace(said, b"").replace(said.replace(b" ", b"+"), b""))


async def words_heard(scene: Scene, viewer: str) -> list[str]:
    answers = await look(scene, viewer, Tried(scene, viewer, scene.secrets))
    mine: Mapping[str, Response] = {
        name: without_question(name, one) for name, one in answers.items() if name.startswith("alone")
    }
    everybodys = {
        name: without_question(name, one) for name, one in answers.items() if name.startswith("all")
    }
    whose = STRANGER if viewer in INACTIVE else viewer
    found = [f"as {viewer}: {leak}" for leak in await denied_words(scene, whose, mine)]
    return found + [
        f"channel of {viewer}: {leak}" for leak in await denied_words(scene, STRANGER, everybodys)
    ]


@by_groups
def test_no_answer_in_a_chat_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        await linked(scene)
        await scene.keep(scene.secrets)
        found = [leak for viewer in viewers for leak in await words_heard(scene, viewer)]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


def test_no_answer_in_a_chat_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await linked(scene)
        await scene.keep(scene.secrets)
        found = await around_changes(scene, partial(words_heard, scene))
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)


@pytest.mark.parametrize(
    "viewers", [VIEWERS[:5], VIEWERS[5:10], (*VIEWERS[10:], STRANGER)], ids=lambda who: "-".join(who)
)
def test_everybody_gets_the_same_in_a_chat_as_on_the_pages(scenes: Scenes, viewers: tuple[str, ...]) -> None:
    async def story(scene: Scene) -> None:
        await linked(scene)
        cookies = {viewer: await cookie_of(scene, viewer) for viewer in viewers}
        await scene.keep(scene.secrets)
        seen = 0
        for viewer in viewers:
            for number, question in enumerate(("open", "anyone open")):
                said = await send(scene.application, command(viewer, number, question), None)
                named = re.findall(rb"\(http://weetwie\.test/@(\w+)\)", said.body)
                query = (("q", question),)
                page = await send(
                    scene.application, Request("GET", "/who-knows", query), None, cookies[viewer]
                )
                on_page = re.findall(rb'<p class="names"><a href="/@([^"]+)">', page.body)
                assert viewer not in INACTIVE or on_page == []
                if viewer not in INACTIVE:
                    assert named[:3] == on_page[:3], (viewer, question)
                    seen += len(named)
        assert seen > 0

    scenes.tell(Ring.network, story)


def test_everybody_in_a_channel_reads_the_same_whoever_asks(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await linked(scene)
        await scene.keep(scene.secrets)
        for text in ("open", "anyone open", "me too"):
            answers = {
                (await send(scene.application, posted(viewer, number, text), None)).body
                for number, viewer in enumerate((*VIEWERS, STRANGER))
            }
            assert len(answers) == 1, text

    scenes.tell(Ring.world, story)
