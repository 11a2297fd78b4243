"""Frames of ours in pages of other sites (docs/embedding.md): what stands in them, and the window in which a site is allowed.

The page around a frame learns nothing: the frame itself is the same for everybody, and what its reader sees is fetched by the frame's own
script, after it has told the page the one thing that it ever tells: that it is there.
"""

from typing import Final

from weetwie.access.policy import Policy
from weetwie.errors import NotFound, _

KINDS: Final = {
    "who-knows": _("Who knows about this page?"),
    "ask": _("Ask your colleagues"),
    "topic": _("Posts on this topic"),
    "person": _("Who is this?"),
    "people": _("Who works here?"),
    "questions": _("Open questions"),
}
"""What can stand in a frame, and what a link says where none can."""
WITH_VALUE: Final = frozenset(("topic", "person", "people"))
"""Those that need to be told what they are about."""
LONGEST: Final = 1000


def check_on(policy: Policy) -> None:
    """Raises NotFound while the organisation has not switched it on."""
    if "embedding" not in policy.connections:
        raise NotFound


def origins(policy: Policy, base_url: str) -> list[str]:
    """Where frames are shown: on listed sites, and on our own for the preview."""
    return [*policy.framed_by, base_url]
