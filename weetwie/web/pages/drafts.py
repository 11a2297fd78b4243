"""What stands in the box: the draft that a form means, and the audiences it may be for."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from weetwie.access import permissions
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Invalid, _
from weetwie.runtime import clock

AUDIENCES: Final[dict[str, dict[str, Any]]] = {
    "colleagues": {"ring": Ring.colleagues, "visibility": Visibility.public},
    "network": {"ring": Ring.network, "visibility": Visibility.public},
    "world": {"ring": Ring.world, "visibility": Visibility.public},
    "followers": {"visibility": Visibility.private},
    "direct": {"visibility": Visibility.direct},
}
"""In the words of the composer; anything else is left to what one prefers."""


def draft_of(given: Mapping[str, str], *, media_ids: Sequence[int] = (), has_poll: bool = False) -> Draft:
    return Draft(
        text=given.get("text", "").replace("\r\n", "\n"),
        warning=given.get("warning", "").strip(),
        language=given.get("language") or None,
        reply_to_id=form_id(given.get("reply_to", "")),
        quote_of_id=form_id(given.get("quote_of", "")),
        media_ids=media_ids,
        has_poll=has_poll,
        **AUDIENCES.get(given.get("audience", ""), {}),
    )


def form_of(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round: what was put aside as a draft, as it stood in the form."""
    said = {name: draft.get(name) for name in ("ring", "visibility")}
    chosen = (name for name, choice in AUDIENCES.items() if all(said[key] == choice.get(key) for key in said))
    return {
        "text": draft.get("text", ""),
        "warning": draft.get("warning", ""),
        "audience": next(chosen, ""),
        "quote_of": str(draft.get("quote_of_id") or ""),
        "error": None,
    }


def choices(viewer: Viewer) -> list[str]:
    """The audiences that this person may write for."""
    now, widest = clock.now(), viewer.policy.widest_ring
    rings = [ring for ring in Ring if ring <= widest and permissions.write_for(viewer, ring, now)]
    return [*([] if viewer.is_limited else [ring.name for ring in rings]), "followers", "direct"]


def form_id(text: str) -> int | None:
    """Raises Invalid for what no form of ours has sent."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(_("This page has changed. Reload it and try again."))
    return int(text)
