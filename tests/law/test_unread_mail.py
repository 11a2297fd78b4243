"""Emails about unread notifications keep the law: whatever somebody was told of, they hold what the plain rule lets them read then."""

from datetime import timedelta
from functools import partial

from tests.law.asgi import Response
from tests.law.changes import around_changes
from tests.law.scene import VIEWERS, Scene, words_in
from tests.law.scenes import Scenes
from tests.law.test_every_route import denied_words
from tests.law.test_feeds import NEVER
from weetwie.access.enums import Ring
from weetwie.context import Context
from weetwie.domain.mail import choices
from weetwie.flows import unread_mail
from weetwie.runtime import clock

_AT_ONCE = 40
"""Fewer than one email holds."""


async def mailed(scene: Scene, viewer: str, *, with_private: bool = False) -> tuple[list[str], set[str]]:
    """What an email to them holds that it may not, and all secrets in it: as if they had been told of every post that there is."""
    connection, reader = scene.world.connection, scene.people[viewer]
    db, secrets = scene.world.db, [one.id for one in scene.secrets]
    said = []
    async with scene.world.undone():
        await choices.choose(db, reader.id, choices.KINDS, with_private=with_private)
        await connection.execute("delete from asked_people where person_id = $1", reader.id)
        await connection.execute("update post_texts set warning = ''")  # which would stand for the words
        context = Context(db, await scene.world.viewer(reader), scene.world.site)
        for at in range(0, len(secrets), _AT_ONCE):
            await connection.execute("delete from notifications where person_id = $1", reader.id)
            await connection.execute(
                "insert into notifications (person_id, kind, from_id, post_id) "
                "select $1, 'mention', author_id, id from posts where author_id <> $1 and id = any($2)",
                reader.id,
                secrets[at : at + _AT_ONCE],
            )
            written = await unread_mail.compose(
                context, clock.now() - timedelta(days=1), "https://a.example/"
            )
            if written is not None:
                said += [written.subject, written.text, written.html]
        answer = Response(200, (), "\n".join(said).encode())
        found = await denied_words(scene, viewer, {f"mail to {viewer}": answer})
    heard = {of for kind, of in words_in(answer.body) if kind == "post"}
    if not with_private:
        found += [f"tells {of}" for of in heard if of in NEVER]
    return found, heard


async def leaks(scene: Scene, viewer: str) -> list[str]:
    """Who is nobody here has no address."""
    if viewer not in VIEWERS:
        return []
    closed, _heard = await mailed(scene, viewer)
    opened, _heard = await mailed(scene, viewer, with_private=True)
    return closed + opened


def test_no_mail_holds_a_word_that_the_plain_rule_denies_or_one_that_is_private(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = [f"as {viewer}: {leak}" for viewer in VIEWERS for leak in await leaks(scene, viewer)]
        assert not found, "\n".join(found[:40])
        _leaks, heard = await mailed(scene, "mia")
        assert {"forcolleagues", "forthenetwork"} <= heard, "else all of this proves nothing"
        _leaks, heard = await mailed(scene, "mel", with_private=True)
        assert "direct" in heard, "who chose to read direct words by mail does"

    scenes.tell(Ring.network, story)


def test_no_mail_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = await around_changes(scene, partial(leaks, scene))
        assert not found, "\n".join(found[:40])

    scenes.tell(Ring.network, story)
