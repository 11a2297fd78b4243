"""Who and which channels an export of Slack lists, and whether everybody could read these."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import NO_RECORD, dict_of, text_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Author, Trouble
from weetwie.imports.sources.pieces import JsonPiece, pieces

Openness = Literal["open", "private", "direct"]
CHANNELS: Final[Mapping[str, Openness]] = {
    "channels.json": "open",
    "groups.json": "private",
    "mpims.json": "direct",
    "dms.json": "direct",
}
PEOPLE: Final = ("users.json", "org_users.json")
_SLACKBOT: Final = "USLACKBOT"
_MOST_STRANGERS: Final = 1_000_000


class SlackChannel(NamedTuple):
    """A channel, or a conversation of a few."""

    key: str
    name: str
    openness: Openness

    @property
    def is_open(self) -> bool:
        return self.openness == "open"


class SlackLists:
    def __init__(self, files: Files, names: list[str]) -> None:
        self._files = files
        self.troubles: list[Trouble] = []
        self._people: dict[str, Author] = {}
        self._called: dict[str, str] = {}
        """How a text calls somebody: by the name they chose."""
        self._teams: Counter[str] = Counter()
        self.places: dict[str, dict[str, SlackChannel]] = {}
        """By the folder that a list lies in: its channels by key and by each name that a folder may have."""
        self._names_of_open: dict[str, str] = {}
        self._closed: set[str] = set()
        for name in (name for name in names if last(name) in PEOPLE):
            self._read_people(name)
        for kind, openness in CHANNELS.items():
            for name in (name for name in names if last(name) == kind):
                self._read_channels(name, openness)

    @property
    def is_one(self) -> bool:
        """Whether somebody or a channel is listed at all."""
        return bool(self._people or any(self.places.values()))

    @property
    def team(self) -> str:
        """The key of the workspace; empty where nobody tells."""
        return self._teams.most_common(1)[0][0] if self._teams else ""

    def channels(self) -> list[SlackChannel]:
        """Each once, without the conversations of a few."""
        places = {
            place.key: self._as_closed(place) for each in self.places.values() for place in each.values()
        }
        return [place for place in places.values() if place.openness != "direct"]

    def place_of(self, root: str, folder: str) -> SlackChannel | None:
        place = self.places.get(root, {}).get(beside.folded(folder))
        return self._as_closed(place) if place else None

    def _as_closed(self, place: SlackChannel) -> SlackChannel:
        """What one list calls private stays so, whatever another says of it."""
        is_closed = place.is_open and place.key in self._closed
        return place._replace(openness="private") if is_closed else place

    def author_of(self, message: Mapping[str, Any]) -> Author:
        """People of other workspaces are known only by what stands beside their messages."""
        key = text_of(message.get("user"))
        known = self._people.get(key)
        if known is None:
            known = _author(key, {"profile": message.get("user_profile"), "name": message.get("username")})
            if key and known.name and len(self._people) < _MOST_STRANGERS:
                self._people[key] = known
        return known

    def person(self, key: str) -> str:
        """How somebody is called; empty where nobody knows."""
        known = self._people.get(key)
        return self._called.get(key) or (known.name if known else "")

    def channel(self, key: str) -> str:
        """How an open channel is called; empty for any other."""
        return "" if key in self._closed else self._names_of_open.get(key, "")

    def _read_people(self, file: str) -> None:
        for piece in self._listed(file):
            user = piece.value
            key = text_of(user.get("id"))
            if key:
                self._teams[text_of(user.get("team_id"))] += not user.get("is_stranger")
                self._people[key] = _author(key, user)
                profile = dict_of(user.get("profile"))
                self._called[key] = text_of(profile.get("display_name")) or self._people[key].name
        del self._teams[""]

    def _read_channels(self, file: str, openness: Openness) -> None:
        root = file.rpartition("/")[0]
        places = self.places.setdefault(root, {})
        for piece in self._listed(file):
            place = _place(piece.value, openness)
            for name in {place.key, *_folders_of(piece.value)}:
                other = places.get(name)
                if name and (other is None or (other.is_open and not place.is_open)):
                    places[name] = place
            if place.is_open:
                self._names_of_open.setdefault(place.key, place.name)
            else:
                self._closed.add(place.key)

    def _listed(self, file: str) -> Iterator[JsonPiece]:
        for piece in pieces(self._files, file):
            if piece.damage:
                self.troubles.append(piece.trouble(file))
            elif isinstance(piece.value, dict) and (piece.value.get("id") or piece.value.get("name")):
                yield piece
            elif piece.value:
                self.troubles.append(Trouble(file, piece.place, NO_RECORD))


def last(name: str) -> str:
    return name.rpartition("/")[2]


def _place(given: Mapping[str, Any], openness: Openness) -> SlackChannel:
    if _marked(given, "is_mpim", "is_im"):
        openness = "direct"
    elif openness == "open" and (
        _marked(given, "is_private", "is_group") or given.get("is_channel") is False
    ):
        openness = "private"
    name = text_of(given.get("name"))
    return SlackChannel(text_of(given.get("id")) or name, name, openness)


def _marked(given: Mapping[str, Any], *marks: str) -> bool:
    """Whatever is not plainly a no is a yes."""
    return any(given.get(mark) not in (None, False, 0, "", "false", "0") for mark in marks)


def _folders_of(given: Mapping[str, Any]) -> set[str]:
    """What the folder of a channel may be called: by its name, one that it had, or its id."""
    previous = given.get("previous_names")
    names = [
        given.get("name"),
        given.get("name_normalized"),
        *(previous if isinstance(previous, list) else []),
    ]
    return {beside.folded(text_of(name)) for name in names}


def _author(key: str, user: Mapping[str, Any]) -> Author:
    profile = dict_of(user.get("profile"))
    names = (
        profile.get("real_name"),
        user.get("real_name"),
        profile.get("display_name"),
        user.get("name"),
    )
    return Author(
        key=key,
        name=next(filter(None, (text_of(name).strip() for name in names)), ""),
        address=text_of(profile.get("email") or user.get("email")),
        handle=text_of(user.get("name") or profile.get("display_name")),
        is_program=key == _SLACKBOT or _marked(user, "is_bot", "is_workflow_bot", "is_connector_bot"),
    )
