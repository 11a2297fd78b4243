"""Webhooks keep the law: each viewer's program is told what the plain rule lets them read, before and after each change of standing."""

import os
from functools import partial

from tests.law.asgi import Response
from tests.law.changes import around_changes
from tests.law.scene import VIEWERS, Scene, words_in
from tests.law.scenes import Scenes
from tests.law.test_every_route import denied_words
from tests.law.test_feeds import NEVER
from weetwie.access.enums import Ring
from weetwie.context import of_system
from weetwie.domain.webhooks import deliveries
from weetwie.domain.webhooks.webhooks import PLACE
from weetwie.events import PostPublished
from weetwie.flows import webhooks as flow
from weetwie.security import sealing


async def told(scene: Scene, viewer: str) -> tuple[list[str], set[str]]:
    """What a program of theirs hears that it may not, and all secrets that it hears of. Whatever their standing they have a webhook,
    as if ending it had failed."""
    connection, owner = scene.world.connection, scene.people[viewer]
    answers = {}
    async with scene.world.undone():
        id = await connection.fetchval("select new_id()")
        secret = sealing.seal(PLACE, id, os.urandom(32))
        await scene.world._insert(
            "webhooks",
            id=id,
            owner_id=owner.id,
            url="https://a.example/",
            kind="all",
            secret=secret,
            old_secret=b"",
        )
        posts = await connection.fetch("select id from posts")
        db = scene.world.db
        await deliveries.queue(db, await scene.world.viewer(), [PostPublished(row["id"]) for row in posts])
        await connection.execute("update webhook_deliveries set next_at = '2000-01-01'")
        context = await of_system(db, scene.world.site)
        while (claimed := await deliveries.claim(db)) is not None:
            said = await flow.said(context, claimed)
            answers[f"webhook {claimed.post_id}"] = Response(200, (), said)
            await connection.execute("delete from webhook_deliveries where id = $1", claimed.id)
        found = await denied_words(scene, viewer, answers)
    heard = {of for answer in answers.values() for kind, of in words_in(answer.body) if kind == "post"}
    return found + [f"tells {of}" for of in heard if of in NEVER], heard


async def leaks(scene: Scene, viewer: str) -> list[str]:
    """Who is nobody here has no webhook."""
    return (await told(scene, viewer))[0] if viewer in VIEWERS else []


def test_no_webhook_tells_a_word_that_the_plain_rule_denies_or_one_that_is_not_open(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = [f"as {viewer}: {leak}" for viewer in VIEWERS for leak in await leaks(scene, viewer)]
        assert not found, "\n".join(found[:40])
        _leaks, heard = await told(scene, "mia")
        assert {"forcolleagues", "forthenetwork", "byaguest"} <= heard, "else all of this proves nothing"
        _leaks, heard = await told(scene, "alma")
        assert heard == set(), "webhooks are for members"

    scenes.tell(Ring.network, story)


def test_no_webhook_tells_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = await around_changes(scene, partial(leaks, scene))
        assert not found, "\n".join(found[:40])

    scenes.tell(Ring.network, story)
