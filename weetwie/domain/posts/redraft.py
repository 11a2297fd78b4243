"""Delete and redraft: the text from which an app offers to write a deleted post anew."""

from collections.abc import Iterable, Sequence
from typing import Any

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import effective
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.posts import rules
from weetwie.domain.posts.rules import Draft
from weetwie.runtime import clock
from weetwie.text import text as texts
from weetwie.views import posts as seen
from weetwie.views.posts import SeenPost


async def text_of(
    db: Db, viewer: Viewer, post: SeenPost, text: str, mentions: Iterable[Sequence[Any]]
) -> str:
    """Standard apps know no rings: where the post would come back in another one, its text says for whom it was. So it does
    where a direct answer went to people whom it did not name."""
    if post.post_visibility == Visibility.direct:
        named = {piece.target.lower() for piece in texts.pieces(text) if piece.kind == "mention"}
        return "".join(f"@{handle} " for _id, handle in mentions if handle.lower() not in named) + text
    if post.is_boost or await _usual(db, viewer, post) == post.ring:
        return text
    return f"!{Ring(post.ring).name} {text}"


async def _usual(db: Db, viewer: Viewer, post: SeenPost) -> Ring:
    if post.reply_to_id is not None:
        return Ring((await seen.post(db, viewer, post.reply_to_id)).ring)
    ring = rules.ring_of(
        Draft(text=""),
        None,
        Visibility(post.post_visibility),
        author=viewers.ring(viewer, clock.now()),
        usual=viewer.default_ring,
        mentioned=(),
        policy=viewer.policy,
    )
    return effective(ring, viewer.policy)
