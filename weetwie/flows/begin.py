"""The first minutes of somebody new: who they are, what they know and would like to learn."""

from collections.abc import Iterable

from weetwie.context import Context
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people.rules import Changes
from weetwie.flows import profile, sign_in


async def introduce(context: Context, changes: Changes, face: UploadedFile | None, own_address: str) -> None:
    """An address of their own counts once the email to it was answered."""
    await profile.change(context, changes, face=face)
    if own_address:
        await sign_in.choose_address(context, own_address)


async def choose_topics(context: Context, knows: Iterable[str], learns: Iterable[str]) -> None:
    """What one knows stands on one's profile; what one would like to learn does too, and comes home where it is a tag."""
    for name in knows:
        await topics.choose(context.db, context.viewer, name, TopicChoice.knows)
    for name in learns:
        await topics.choose(context.db, context.viewer, name, TopicChoice.learning)
        await profile.follow_tag(context, profile.joined(name))
