"""Replies by mail keep the law: one is posted only where its writer sees what it answers, and what comes back tells nothing that they do not."""

from dataclasses import replace
from functools import partial

from tests.law.asgi import Response
from tests.law.changes import around_changes
from tests.law.scene import VIEWERS, Scene, sees
from tests.law.scenes import Scenes
from tests.law.test_every_route import denied_words
from tests.letters import waiting
from weetwie.access.enums import Ring
from weetwie.context import of_system
from weetwie.domain.identity import addresses
from weetwie.domain.identity.keys import key
from weetwie.domain.mail import tokens
from weetwie.domain.mail.taken import IncomingMail
from weetwie.flows import mail_in as flow
from weetwie.flows.mail_in import Taken
from weetwie.runtime import clock
from weetwie.settings import MailIn


async def replied(scene: Scene, viewer: str) -> tuple[list[str], int]:
    """What goes wrong when they reply to every secret, each with an address that was made for them, and how many are posted."""
    found, answers, posted = [], {}, 0
    world, db, writer = scene.world, scene.world.db, scene.people[viewer]
    site = replace(world.site, sends_mail=True, mail_in=MailIn(address="reply@a.example", lmtp="a:1"))
    company = await scene.company()
    who = scene.human(company, viewer)
    async with world.undone():
        await world.policy(connections=["mail_in"])
        await addresses.add(db, writer.id, f"{viewer}@a.example", is_verified=True)
        context, own = await of_system(db, site), await key(db, tokens.KEY)
        for secret in scene.secrets:
            async with world.undone():
                token = tokens.make(own, "reply", writer.id, secret.id, clock.now())
                mail = IncomingMail(
                    token=token, sender=f"{viewer}@a.example", message_id="<1>", text="All right"
                )
                became = await flow.take(context, mail)
                if became is Taken.posted:
                    posted += 1
                    if not sees(company, who, secret.id):
                        found.append(f"answers {secret.name}")
                said = "\n".join(one.subject + one.text for one in await waiting(world))
                answers[f"returned of {secret.name}"] = Response(200, (), said.encode())
        found += await denied_words(scene, viewer, answers)
    return found, posted


async def wrongs(scene: Scene, viewer: str) -> list[str]:
    return (await replied(scene, viewer))[0] if viewer in VIEWERS else []


def test_no_reply_lands_where_its_writer_does_not_see_what_it_answers(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = [f"as {viewer}: {wrong}" for viewer in VIEWERS for wrong in await wrongs(scene, viewer)]
        assert not found, "\n".join(found[:40])
        assert (await replied(scene, "mia"))[1] > 5, "else all of this proves nothing"
        assert (await replied(scene, "sus"))[1] == 0

    scenes.tell(Ring.network, story)


def test_none_does_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = await around_changes(scene, partial(wrongs, scene))
        assert not found, "\n".join(found[:40])

    scenes.tell(Ring.network, story)
