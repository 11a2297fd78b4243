"""Taste: what a viewer would rather not have in their timelines. Not law: a post is still found by who asks for it."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from weetwie.access.sees import Eye
from weetwie.tables.relations import Mute


def is_kept(eye: Eye, post: Any) -> Any:
    """Whether the author of a post (or of a boost) is not muted."""
    return post.author_id.not_in(_muted(eye))


def _muted(eye: Eye) -> Any:
    mute = aliased(Mute)
    return select(mute.muted_id).where(
        mute.muter_id == eye.id, or_(mute.expires_at.is_(None), mute.expires_at > func.now())
    )
