"""Feeds keep the law as the routes do, at public addresses and at secret ones: before and after each change of standing."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import pytest

from tests.law.asgi import Request, Response, send
from tests.law.changes import around_changes
from tests.law.requests import PEOPLE, Tried, as_for_none
from tests.law.scene import APP, STRANGER, Scene, Secret, words_in
from tests.law.scenes import Scenes
from tests.law.test_every_route import by_groups, denied_words
from tests.world import Someone
from weetwie.access.authenticate import credential_hash
from weetwie.access.enums import Ring

SEARCHES: Final = ("zqpost*", "open", "from:sol", "is:question", "zqwarning*", "in:library zqpost*")
NEVER: Final = ("private", "privatenetwork", "privateworld", "direct", "directworld", "privatereply", "pinned", "accepted", "byadormant")  # fmt: skip
"""Secrets that are direct or for followers: in no feed, whoever sees them elsewhere."""


def public(tried: Tried) -> Iterator[Request]:
    for form in ("atom", "json"):
        for handle in (*PEOPLE, "nobody"):
            yield Request("GET", f"/feeds/people/{handle}.{form}")
        for tag in tried.tags:
            yield Request("GET", f"/feeds/topics/{tag}.{form}")
        yield Request("GET", f"/feeds/questions.{form}")
        for words in SEARCHES:
            yield Request("GET", f"/feeds/search.{form}", (("q", words),))


async def own(scene: Scene, someone: Someone, tried: Tried) -> list[Request]:
    """Secret addresses of everything that one can make, and of what one cannot."""
    made = [
        *(("person", str(id)) for id in tried.people),
        *(("topic", tag) for tag in tried.tags),
        *(("list", str(id)) for id in (scene.lists[someone.handle], scene.lists["ada"])),
        ("questions", ""),
        *(("search", words) for words in SEARCHES),
    ]
    requests = []
    for at, (kind, about) in enumerate(made):
        secret = f"feed-{at}-of-{someone.handle}"
        await scene.world.connection.execute(
            "insert into feed_addresses (id, person_id, kind, about, secret_hash) values ($1, $2, $3, $4, $5)"
            " on conflict do nothing",
            someone.id + at,
            someone.id,
            kind,
            about,
            credential_hash(secret),
        )
        # What its owner asked for comes back to them as its title: the address says it here too, as an echo is known by that.
        of = (("of", about),) if kind == "topic" else ()
        requests += [Request("GET", f"/feeds/own/{secret}.{form}", of) for form in ("atom", "json")]
    return requests


async def keep(scene: Scene, secrets: list[Secret]) -> None:
    """Without warnings: a feed shows these in place of the text."""
    await scene.keep(secrets)
    await scene.world.connection.execute("update post_texts set warning = ''")


async def look(scene: Scene, requests: Sequence[Request]) -> dict[str, Response]:
    answers = {}
    for request in requests:
        answers[str(request)] = answer = await send(scene.application, request, None)
        assert answer.status in (200, 404), f"{request}: {answer.status} {answer.body[:200]!r}"
    return answers


async def asked(scene: Scene, viewer: str, secrets: Sequence[Secret]) -> list[Request]:
    tried = Tried(scene, viewer, secrets)
    if viewer in (STRANGER, APP):
        return list(public(tried))
    return await own(scene, scene.people[viewer], tried)


async def told(scene: Scene, viewer: str) -> list[str]:
    answers = await look(scene, await asked(scene, viewer, scene.secrets))
    found = await denied_words(scene, viewer, answers)
    for request, answer in answers.items():
        found += [
            f"{request} tells {kind} of {of}"
            for kind, of in set(words_in(answer.body))
            if kind in ("post", "warning", "media") and of in NEVER
        ]
    return found


@by_groups
def test_no_feed_holds_a_word_that_the_plain_rule_denies_or_one_that_is_not_open(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        await keep(scene, scene.secrets)
        await told(scene, "mia")  # so that what she sees is kept, and must not be shown to others
        found = [f"as {viewer}: {leak}" for viewer in viewers for leak in await told(scene, viewer)]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


@pytest.mark.parametrize(
    ("widest", "viewers"),
    [
        (Ring.network, ("alf", "gus", STRANGER)),
        (Ring.network, ("bea", "mel", "alma")),
        (Ring.world, (STRANGER, "gus")),
    ],
    ids=["network", "blocked", "world"],
)
def test_no_feed_changes_by_what_its_reader_does_not_see(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        leaks = []
        for viewer, (unseen, counted) in (await scene.hidden(viewers)).items():
            secrets = [*unseen, *counted]
            tried = await asked(scene, viewer, secrets)
            async with scene.world.undone():
                await keep(scene, [])
                without = await look(scene, [as_for_none(one, secrets) for one in tried])
            async with scene.world.undone():
                await keep(scene, secrets)
                with_them = await look(scene, tried)
            leaks += [
                f"as {viewer}: {one}"
                for one in tried
                if with_them[str(one)] != without[str(as_for_none(one, secrets))]
            ]
        assert not leaks, "\n".join(leaks[:20]) + f"\n{len(leaks)} in all"

    scenes.tell(widest, story)


def test_whoever_sees_them_finds_the_others_in_their_feeds(scenes: Scenes) -> None:
    """Else all of this proves nothing."""

    async def story(scene: Scene) -> None:
        await keep(scene, scene.secrets)
        answers = await look(scene, await asked(scene, "mia", scene.secrets))
        heard = {of for answer in answers.values() for kind, of in words_in(answer.body) if kind == "post"}
        assert {"forcolleagues", "forthenetwork", "unlisted", "byaguest"} <= heard

    scenes.tell(Ring.network, story)


def test_no_feed_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await keep(scene, scene.secrets)
        found = await around_changes(scene, partial(told, scene))
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)
