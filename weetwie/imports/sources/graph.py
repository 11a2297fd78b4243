"""Teams, channels, people and messages in what Microsoft Graph gives, by the lists that they are in or by their shape. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, text_of
from weetwie.imports.sources.pieces import JsonPiece

_LISTS: Final[Mapping[str, str]] = {
    "teams": "team",
    "channels": "channel",
    "messages": "message",
    "replies": "message",
    "members": "person",
    "users": "person",
}
"""What is in a list by its name."""


class OfGraph(NamedTuple):
    kind: str
    value: Mapping[str, Any]
    team: str = ""
    channel: str = ""
    root: str = ""


_WRONG: Final = (OfGraph("wrong", {}),)
"""What should be a message and is no object."""


def found_in(piece: JsonPiece) -> Iterator[OfGraph]:
    """A value and what lies in it: a channel's messages, a message's replies."""
    if not isinstance(piece.value, dict):
        return
    name = piece.path[-1] if piece.path else ""
    around = {} if piece.is_rest else piece.within
    channel = text_of(dict_of(around.get("channelIdentity")).get("channelId"))
    if name == "replies":
        yield from _in(name, piece.value, "", channel, text_of(around.get("id")))
    elif name == "messages":
        yield from _in(name, piece.value, "", text_of(around.get("id")), "")
    else:
        yield from _in(name, piece.value, text_of(around.get("id")) if name == "channels" else "", "", "")


def _in(name: str, value: Mapping[str, Any], team: str, channel: str, root: str) -> Iterator[OfGraph]:
    kind = _LISTS.get(name) or _kind(value)
    key = text_of(value.get("id"))
    yield OfGraph(kind, value, team, channel, root)
    if kind == "team":
        for one in dicts_of(value.get("channels")):
            yield from _in("channels", one, key, "", "")
    elif kind == "channel":
        for one in list_of(value.get("messages")):
            yield from _in("messages", one, team, key, "") if isinstance(one, dict) else _WRONG
    elif kind == "message" and not root:
        channel = text_of(dict_of(value.get("channelIdentity")).get("channelId")) or channel
        for one in list_of(value.get("replies")):
            yield from _in("replies", one, team, channel, key) if isinstance(one, dict) else _WRONG
    for one in dicts_of(value.get("members")) if kind in ("team", "channel") else ():
        yield OfGraph("person", one)


def _kind(value: Mapping[str, Any]) -> str:
    """By what only one of them has."""
    if "messageType" in value or ("body" in value and "createdDateTime" in value):
        return "message"
    if "membershipType" in value:
        return "channel"
    if "userPrincipalName" in value or "mail" in value or ("userId" in value and "email" in value):
        return "team" if "visibility" in value and "userPrincipalName" not in value else "person"
    if "visibility" in value or "isArchived" in value or "channels" in value:
        return "team"
    return ""
