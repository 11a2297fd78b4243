"""What somebody says of themselves, in words and pictures, and the tags that they follow and put forward."""

import re
from typing import Literal

import msgspec

from weetwie.context import Context
from weetwie.domain.knowledge import not_about, topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.media import faces
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people.profile import change as change_profile
from weetwie.domain.people.rules import Changes
from weetwie.domain.posts import publish, tags as names
from weetwie.domain.posts.introduce import introduce
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations import featured_tags, tags
from weetwie.errors import Unavailable


async def change(
    context: Context,
    changes: Changes,
    person_id: int | None = None,
    *,
    face: UploadedFile | None = None,
    header: UploadedFile | None = None,
) -> None:
    """One's own, or somebody's by whoever may. The pictures are put away first; what is in the profile no more is swept."""
    person_id = context.viewer.person_id if person_id is None else person_id
    if face is not None:
        changes = msgspec.structs.replace(changes, face=await _put(context, person_id, "face", face))
    if header is not None:
        changes = msgspec.structs.replace(changes, header=await _put(context, person_id, "header", header))
    await change_profile(context.db, context.viewer, person_id, changes)


async def _put(context: Context, person_id: int, kind: Literal["face", "header"], file: UploadedFile) -> str:
    if context.site.store is None:
        raise Unavailable
    return await faces.put(context.db, context.viewer, context.site.store, person_id, kind, file)


def joined(name: str) -> str:
    """A phrase as one tag: `heat pumps` is `HeatPumps`."""
    parts = re.findall(r"\w+", name)
    return parts[0] if len(parts) == 1 else "".join(part[:1].upper() + part[1:] for part in parts)


async def follow_tag(context: Context, name: str) -> None:
    """Also one that nobody has written with yet. Raises Invalid for what is no tag."""
    await tags.follow_tag(context.db, context.viewer, await names.known(context.db, name))


async def unfollow_tag(context: Context, name: str) -> None:
    names.check_name(name)
    tag_id = await names.find(context.db, name)
    if tag_id is not None:
        await tags.unfollow_tag(context.db, context.viewer, tag_id)


async def feature_tag(context: Context, name: str) -> None:
    """Puts it forward on one's profile."""
    await featured_tags.feature(context.db, context.viewer, await names.known(context.db, name), name)


async def unfeature_tag(context: Context, name: str) -> None:
    names.check_name(name)
    tag_id = await names.find(context.db, name)
    if tag_id is not None:
        await featured_tags.unfeature(context.db, context.viewer, tag_id)


async def say_hello(context: Context, draft: Draft) -> None:
    """A post that introduces its author, and is no evidence of what they only wish to learn. Raises Invalid and Forbidden."""
    db, viewer = context.db, context.viewer
    post_id = await publish.publish(db, viewer, draft)
    await introduce(db, viewer, post_id)
    for one in await topics.own(db, viewer):
        if one.choice is TopicChoice.learning:
            for name in {one.name, joined(one.name)}:
                await not_about.hide(db, viewer, post_id, name)
