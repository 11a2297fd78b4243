"""What a person would rather not read, where nothing is shown but left out: which of some posts a filter of theirs catches."""

from collections.abc import Mapping

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.filters import filters, posts, rules
from weetwie.runtime import clock


async def caught(db: Db, viewer: Viewer, context: str, texts: Mapping[int, str]) -> set[int]:
    """`texts` are what posts say, by id; whether the filter hides or warns."""
    if not viewer.filters_version:
        return set()
    own = [
        one
        for one in await filters.filters(db, viewer)
        if context in one.contexts and (one.expires_at is None or one.expires_at > clock.now())
    ]
    ids = {one.id for one in own}
    found = {one.post_id for one in await posts.all_posts(db, viewer) if one.filter_id in ids}
    pattern = rules.pattern([(word.keyword, word.is_whole_word) for one in own for word in one.keywords])
    if pattern is not None:
        found |= {id for id, text in texts.items() if pattern.search(rules.comparable(text))}
    return found & texts.keys()
