"""Frames in other sites keep the law as the pages do, for each kind and every viewer: before and after each change of standing."""

from collections.abc import Iterator, Sequence
from typing import Final

import pytest

from tests.law.asgi import Request, Response, send
from tests.law.changes import around_changes
from tests.law.requests import GENERATORS, PEOPLE, Tried, as_for_none
from tests.law.scene import APP, STRANGER, VIEWERS, Scene, Settings
from tests.law.scenes import Scenes
from tests.law.test_agents import INACTIVE
from tests.law.test_every_route import by_groups, denied_words
from tests.law.test_pages import told
from weetwie.access.enums import Ring
from weetwie.domain.identity import embedded, sessions
from weetwie.web.embed import KINDS

SITE: Final = "https://intranet.example.org"
HEADERS: Final = ((b"origin", Settings.base_url.encode()),)


async def allowed(scene: Scene) -> dict[str, str | None]:
    """The token of a frame of each viewer, who have all allowed the site."""
    await scene.world.policy(connections=["embedding"], framed_by=[SITE])
    tokens: dict[str, str | None] = {STRANGER: None, APP: "token-of-an-app"}
    for handle in VIEWERS:
        person = scene.people[handle]
        session = await sessions.begin(scene.world.db, person.id)
        viewer = await scene.world.memory.recognise(scene.world.db, session=session)
        assert viewer is not None
        tokens[handle] = await embedded.allow(scene.world.db, viewer, SITE)
    await scene.world.connection.fetchval("select setval('pg_temp.test_ids', $1)", scene.first_free)
    return tokens


def ask(kind: str, **about: str) -> Request:
    # What was asked for comes back as a link: the address says it here too, as an echo is known by that.
    return Request("POST", f"/embed/{kind}", tuple(about.items()), {"origin": SITE, **about})


def asked(tried: Tried) -> Iterator[Request]:
    yield ask("ask")
    yield ask("questions")
    for tag in tried.tags:
        yield ask("topic", value=tag)
        yield ask("questions", value=tag)
    for handle in (*PEOPLE, "nobody"):
        yield ask("person", value=handle)
    for unit in ("zqunit", "nowhere"):
        yield ask("people", value=unit)
    for one in GENERATORS["GET", "/api/weetwie/v1/who_knows"](tried, "GET", "/who-knows"):
        words = "\n".join(value for name, value in one.query if name == "q")
        yield ask("who-knows", question=words)
        yield ask("who-knows", value=words)


async def look(scene: Scene, token: str | None, requests: Sequence[Request]) -> dict[str, Response]:
    answers = {}
    for request in requests:
        answers[str(request)] = answer = await send(scene.application, request, token, headers=HEADERS)
        assert answer.status in (200, 422), f"{request}: {answer.status} {answer.body[:300]!r}"
    return answers


async def leaks(scene: Scene, viewer: str, token: str | None) -> list[str]:
    answers = await look(scene, token, list(asked(Tried(scene, viewer, scene.secrets))))
    return await denied_words(scene, viewer, answers)


@by_groups
def test_no_frame_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        tokens = await allowed(scene)
        await scene.keep(scene.secrets)
        found = [
            f"as {viewer}: {leak}"
            for viewer in viewers
            for leak in await leaks(scene, viewer, tokens[viewer])
        ]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


@pytest.mark.parametrize("viewers", [("alf", "gus"), ("bea", "mel"), ("fay", STRANGER)], ids="-".join)
def test_no_frame_changes_by_what_its_reader_does_not_see(scenes: Scenes, viewers: tuple[str, ...]) -> None:
    async def story(scene: Scene) -> None:
        found = []
        tokens = await allowed(scene)
        for viewer, (unseen, _counted) in (await scene.hidden(viewers)).items():
            tried = list(asked(Tried(scene, viewer, unseen)))
            none = {str(request): as_for_none(request, unseen) for request in tried}
            async with scene.world.undone():
                await scene.keep([])
                without = await look(
                    scene, tokens[viewer], list({str(one): one for one in none.values()}.values())
                )
            async with scene.world.undone():
                await scene.keep(unseen)
                with_them = await look(scene, tokens[viewer], tried)
            found += [
                f"as {viewer}: {request}"
                for request, answer in with_them.items()
                if told(answer) != told(without[str(none[request])])
            ]
        assert not found, "\n".join(found[:20]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)


def test_every_kind_is_asked_and_who_may_not_come_in_gets_the_same_as_a_stranger(scenes: Scenes) -> None:
    """And who may sees more: else all of this proves nothing."""

    async def story(scene: Scene) -> None:
        tokens = await allowed(scene)
        await scene.keep(scene.secrets)
        tried = list(asked(Tried(scene, "ada", scene.secrets)))
        assert {one.path.removeprefix("/embed/") for one in tried} == set(KINDS)
        stranger = {name: told(one) for name, one in (await look(scene, None, tried)).items()}
        for viewer in VIEWERS:
            seen = {name: told(one) for name, one in (await look(scene, tokens[viewer], tried)).items()}
            same = {name for name in seen if seen[name] == stranger[name]}
            expected = (
                {name for name in seen if "/embed/ask" in name} if viewer not in INACTIVE else set(seen)
            )
            assert same == expected, viewer

    scenes.tell(Ring.network, story)


def test_no_frame_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        tokens = await allowed(scene)
        await scene.keep(scene.secrets)
        found = await around_changes(scene, lambda viewer: leaks(scene, viewer, tokens[viewer]))
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)
