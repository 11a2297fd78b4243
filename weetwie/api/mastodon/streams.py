"""The streams by the names that apps call them, and what is listened to for each."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from weetwie.access.viewer import Viewer
from weetwie.api.endpoint import holders
from weetwie.api.refusals import Malformed, NoScope
from weetwie.database.pool import Database
from weetwie.domain.timelines import list as lists, stream_news
from weetwie.domain.timelines.stream_news import Channel
from weetwie.errors import _, or_not_found
from weetwie.flows import beyond
from weetwie.text.signs import whole_number
from weetwie.text.text import tag_key

STATUSES, NOTIFICATIONS = "read:statuses", "read:notifications"
LONGEST_TAG: Final = 500

_HOME, _BELL = (stream_news.HOME, STATUSES), (stream_news.NOTIFICATIONS, NOTIFICATIONS)
_PUBLIC, _MEDIA = (stream_news.PUBLIC, STATUSES), (stream_news.PUBLIC_MEDIA, STATUSES)
_NOTHING = (stream_news.NOTHING, STATUSES)
_FIXED: Final[dict[str, tuple[tuple[Channel, str], ...]]] = {
    "user": (_HOME, _BELL),
    "user:notification": (_BELL,),
    "public": (_PUBLIC,),
    "public:local": (_PUBLIC,),
    "public:remote": (_NOTHING,),
    "public:media": (_MEDIA,),
    "public:local:media": (_MEDIA,),
    "public:remote:media": (_NOTHING,),
    "direct": ((stream_news.DIRECT, STATUSES),),
}
"""All that is here is local, so what is remote never comes."""


class StreamRequest(NamedTuple):
    """What an app names."""

    stream: str
    tag: str = ""
    list: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        """As it stands in what is sent."""
        if self.stream in ("hashtag", "hashtag:local"):
            return self.stream, self.tag
        return (self.stream, self.list) if self.stream == "list" else (self.stream,)


async def channels(database: Database, viewer: Viewer, wish: StreamRequest) -> tuple[Channel, ...]:
    """Raises Malformed for what is no stream, NoScope where the token is for nothing in it, NotFound for another's list."""
    open_to = [channel for channel, scope in await _asked(database, viewer, wish) if may_hear(viewer, scope)]
    if not open_to:
        raise NoScope
    return tuple(open_to)


def may_hear(viewer: Viewer, scope: str) -> bool:
    return not viewer.scopes.isdisjoint(holders(scope))


async def _asked(database: Database, viewer: Viewer, wish: StreamRequest) -> Iterable[tuple[Channel, str]]:
    if wish.stream in ("hashtag", "hashtag:local"):
        key = tag_key(wish.tag.strip().removeprefix("#"))
        if len(key) > LONGEST_TAG:
            raise Malformed(_("A hashtag can have at most {most} characters."), most=LONGEST_TAG)
        if not key:
            raise Malformed(_("Choose a hashtag: this stream needs the parameter “tag”."))
        return [(stream_news.tagged(key), STATUSES)]
    if wish.stream == "list" and wish.list == str(beyond.LIST_ID):
        return [_NOTHING]
    if wish.stream == "list":
        return [(stream_news.of_list(await _own(database, viewer, wish.list)), STATUSES)]
    found = _FIXED.get(wish.stream)
    if found is None:
        raise Malformed(_("There's no such stream."))
    return found


async def _own(database: Database, viewer: Viewer, given: str) -> int:
    if not given:
        raise Malformed(_("Choose a list: this stream needs the parameter “list”."))
    list_id = or_not_found(whole_number(given))
    async with database.reading() as db:
        await lists.check_own(db, viewer, list_id)
    return list_id
