"""What is right for a post: its ring, its visibility, its text. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import regex

from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.access.policy import Policy, effective
from weetwie.errors import Invalid, _
from weetwie.text import text as texts

LIMITED: Final = _(
    "Moderators have limited this account: you can only write to your followers or to people you mention. See their decision at /decisions."
)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A post that is about to be published. What is None is left to the rules."""

    text: str
    warning: str = ""
    ring: Ring | None = None
    visibility: Visibility | None = None
    is_local_only: bool = False
    is_sensitive: bool | None = None
    language: str | None = None
    is_question: bool | None = None
    reply_to_id: int | None = None
    app_id: int | None = None
    key: str | None = None
    """The app's own key: the same key within the hour is the same post."""
    media_ids: Sequence[int] = ()
    has_poll: bool = False
    quote_of_id: int | None = None
    quote_policy: QuotePolicy | None = None
    allowed_mentions: Sequence[int] | None = None
    """Whom the text may name; nobody else. None allows everybody."""


class Parent(msgspec.Struct, frozen=True):
    """What a reply takes over."""

    id: int
    author_id: int
    root_id: int
    ring: Ring
    visibility: Visibility


_RING_IN_TEXT = regex.compile(r"\A\s*!(colleagues|network|world)(?![\p{L}\p{N}_])[ \t]*\n?", regex.IGNORECASE)


def take_ring_from_text(draft: Draft) -> Draft:
    """`!colleagues`, `!network` or `!world` at the beginning says for whom; the word is taken out."""
    found = _RING_IN_TEXT.match(draft.text)
    if found is None:
        return draft
    return msgspec.structs.replace(draft, text=draft.text[found.end() :], ring=Ring[found[1].lower()])


def check(draft: Draft, policy: Policy) -> None:
    """Raises Invalid for a text that is empty or too long."""
    check_text(draft.text, draft.warning, policy, has_more=bool(draft.media_ids) or draft.has_poll)


_LONGEST = 200_000
"""So many of the computer's characters are looked at, whatever the organisation allows."""


def check_text(text: str, warning: str, policy: Policy, *, has_more: bool = False) -> None:
    """Where there is more than text, such as a picture, there may be none."""
    if not text.strip() and not has_more:
        raise Invalid(_("Write something first."), field="status")
    # A cheap look before the exact count: no text of forty times the characters can be short enough.
    most = policy.longest_post
    if (
        len(text) + len(warning) > min(40 * most, _LONGEST)
        or texts.length(text, most) + texts.length(warning, most) > most
    ):
        raise Invalid(
            _("This is longer than {most} characters. Shorten it, or continue in a reply to yourself."),
            field="status",
            most=most,
        )


MOST_MEDIA = 4
_UNKNOWN, _IMAGE = 0, 1


def check_media(asked: Sequence[int], found: Mapping[int, tuple[int, int]]) -> None:
    """`found` gives kind and state of those that are there and the author's. Raises Invalid."""
    if len(asked) > MOST_MEDIA or len(set(asked)) < len(asked):
        raise Invalid(
            _("A post can have at most {most} different files."), field="media_ids", most=MOST_MEDIA
        )
    if any(media_id not in found for media_id in asked):
        raise Invalid(_("One of these files is gone. Upload it again."), field="media_ids")
    states = {state for _kind, state in found.values()}
    if 2 in states:
        raise Invalid(_("One of these files can't be read. Remove it."), field="media_ids")
    if 0 in states:
        raise Invalid(_("A file is still being processed. Try again in a moment."), field="media_ids")
    kinds = [found[media_id][0] for media_id in asked]
    if len(asked) > 1 and any(kind not in (_UNKNOWN, _IMAGE) for kind in kinds):
        raise Invalid(_("A video or audio file must be the only file in a post."), field="media_ids")


def visibility_of(draft: Draft, parent: Parent | None, usual: Visibility) -> Visibility:
    """What the draft says, else what is usual for the person; a reply is never more open than what it answers."""
    wanted = draft.visibility if draft.visibility is not None else usual
    return wanted if parent is None else max(wanted, parent.visibility)


def ring_of(
    draft: Draft,
    parent: Parent | None,
    visibility: Visibility,
    *,
    author: Ring,
    usual: Ring | None,
    mentioned: Iterable[Ring],
    policy: Policy,
) -> Ring:
    """For whom a post is (docs/law.md, "Writing"). `author` and `mentioned` are the rings that those people are in."""
    if draft.ring is not None:
        ring = draft.ring
    elif parent is not None:
        ring = parent.ring
    elif visibility is Visibility.direct:
        ring = max([author, *mentioned])
    else:
        ring = max(usual if usual is not None else policy.default_ring, author)
    if parent is not None:
        ring = min(ring, parent.ring)
    if draft.is_local_only:
        ring = min(ring, Ring.network)
    return ring


def check_mentions(names: Iterable[tuple[str, Ring]], ring: Ring, policy: Policy) -> None:
    """Everyone who is named must be in the ring. Raises Invalid with the names of those who are not."""
    reach = effective(ring, policy)
    outside = sorted(handle for handle, theirs in names if theirs > reach)
    if outside:
        raise Invalid(
            _("{names} can't see this: it's for {ring} only. Choose a wider audience."),
            field="audience",
            names=", ".join(f"@{handle}" for handle in outside),
            ring=reach.name,
        )
