"""A question with what stands for its words in other languages, as far as it may be asked of what people wrote."""

import asyncio
from collections.abc import Sequence

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge import delicate
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.words import Asked


class Translated(msgspec.Struct, frozen=True):
    asked: list[Asked]
    twins: Sequence[Twin] = ()
    left_out: tuple[str, ...] = ()
    """Words that are never inferred of anybody, going by what they mean in another language."""


async def translated(
    db: Db, viewer: Viewer, question: str, asked: list[Asked], language: str, *, is_of_posts: bool = True
) -> Translated:
    """With `is_of_posts` nothing that is never inferred stands in it, in no language."""
    if not viewer.policy.translates or not asked:
        return Translated(asked)
    return await asyncio.to_thread(
        _find, question, asked, language, viewer.policy.never_inferred, is_of_posts
    )


def _find(
    question: str, asked: list[Asked], language: str, never: Sequence[str], is_of_posts: bool
) -> Translated:
    from weetwie.domain.knowledge import twins

    found = twins.find(question, asked, language)
    if not is_of_posts:
        return Translated(asked, found)
    bad = [twin for twin in found if delicate.is_delicate(twin.text, never)]
    if not bad:
        return Translated(asked, found)
    out = {place for twin in bad if twin.is_sure for place in twin.of}
    kept = [one for place, one in enumerate(asked) if place not in out]
    again = twins.find(question, kept, language) if out else found
    return Translated(
        kept,
        [twin for twin in again if not delicate.is_delicate(twin.text, never)],
        tuple(asked[place].word for place in sorted(out)),
    )
