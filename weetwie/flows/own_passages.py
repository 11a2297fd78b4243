"""What somebody wrote elsewhere is theirs: all of it speaks for them, is hidden, or is deleted, with one word."""

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.domain.knowledge import elsewhere, inferred, topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.passages import choices
from weetwie.domain.passages.choices import OwnChoice
from weetwie.events import audit


async def decide(database: Database, viewer: Viewer, choice: OwnChoice) -> int:
    """For what is here and what comes. In small transactions; says how many passages it concerns."""
    async with database.transaction() as db:
        await choices.hold(db, viewer)
        await choices.choose(db, viewer, choice)
        await audit(db, viewer, f"passages.{choice.name}", viewer.person_id)
    number, after = 0, 0
    while True:
        async with database.transaction() as db:
            await choices.hold(db, viewer)
            ids = await choices.own(db, viewer.person_id, after)
            if not ids:
                break
            if choice is OwnChoice.deleted:
                await choices.delete_own(db, viewer, ids)
            else:
                await choices.hide(db, viewer, ids, is_hidden=choice is OwnChoice.hidden)
                if choice is OwnChoice.hidden:
                    await elsewhere.forget(db, ids)
                else:
                    await elsewhere.bring_in(db, ids)
        number, after = number + len(ids), ids[-1]
    if choice is OwnChoice.published:
        await _publish(database, viewer)
    return number


async def decide_one(database: Database, viewer: Viewer, passage_id: int, choice: OwnChoice) -> None:
    """Of one passage; of others' it does nothing."""
    async with database.transaction() as db:
        await choices.hold(db, viewer)
        if choice is OwnChoice.deleted:
            await choices.delete_own(db, viewer, [passage_id])
            return
        is_hidden = choice is OwnChoice.hidden
        theirs = await choices.hide(db, viewer, [passage_id], is_hidden=is_hidden)
        await (elsewhere.forget(db, theirs) if is_hidden else elsewhere.bring_in(db, theirs))


async def _publish(database: Database, viewer: Viewer) -> None:
    """The topics that mark it stand on their profile, but for those that they have decided on."""
    async with database.transaction() as db:
        for one in await inferred.proposals(db, viewer, elsewhere=True):
            await topics.choose(db, viewer, one.name, TopicChoice.knows)
