"""Who listens to what: open streams by person and by channel, and the news that are put into them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.domain.timelines.stream_news import Channel, News, StreamEnding
from weetwie.errors import TooMany, _

LONGEST_QUEUE: Final = 200
"""A reader who is so far behind is dropped; apps connect again and read what they missed."""
MOST_STREAMS: Final = 50
"""Of one person, in one process."""


class Stream:
    """One open stream: gives what is new, until it ends."""

    __slots__ = (
        "_news",
        "_waiting",
        "channels",
        "ending",
        "is_confirmed",
        "on_close",
        "viewer",
        "wants_beats",
    )

    def __init__(self, viewer: Viewer, *, wants_beats: bool = False) -> None:
        self.viewer = viewer
        self.channels: tuple[Channel, ...] = ()
        self.wants_beats = wants_beats
        self.is_confirmed = False
        self.ending: StreamEnding | None = None
        self.on_close: Callable[[StreamEnding], None] | None = None
        """Called once, at the end, for who is at that moment not waiting for news."""
        self._news: deque[News] | None = None
        self._waiting: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        return self.ending is None

    def put(self, news: News) -> None:
        if self.ending is not None:
            return
        if self._news is None:
            self._news = deque()
        if len(self._news) >= LONGEST_QUEUE:
            self.close(StreamEnding.slow)
            return
        self._news.append(news)
        self._wake()

    def close(self, ending: StreamEnding = StreamEnding.going) -> None:
        """Ends the stream for its reader, at once and whatever waits in it."""
        if self.ending is None:
            self.ending = ending
            self._news = None
            self._wake()
            if self.on_close is not None:
                self.on_close(ending)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def next(self, seconds: float | None = None) -> News | None:
        """What is new; None when nothing came in this time, or when the stream is no longer open."""
        if not self._news and self.ending is None:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await (self._waiting if seconds is None else asyncio.wait_for(self._waiting, seconds))
            except TimeoutError:
                return None
            finally:
                self._waiting = None
        news = self._news.popleft() if self._news else None
        if not self._news:
            self._news = None
        return news


_Streams = tuple[Stream, ...]


class Listeners:
    """All open streams of a process. Of streams that are gone nothing stays."""

    def __init__(self) -> None:
        self._of_person: dict[int, _Streams] = {}
        self._by_kind: dict[str, dict[str | int, dict[int, _Streams]]] = {}
        self.new: list[Stream] = []
        """Opened since somebody looked here last."""

    def __len__(self) -> int:
        return sum(map(len, self._of_person.values()))

    def __iter__(self) -> Iterator[Stream]:
        return iter([stream for streams in self._of_person.values() for stream in streams])

    def check_room(self, person_id: int) -> None:
        """Raises TooMany."""
        if len(self._of_person.get(person_id, ())) >= MOST_STREAMS:
            raise TooMany(_("You already have {most} streams open. Close one first."), most=MOST_STREAMS)

    def open(self, viewer: Viewer, channels: Iterable[Channel], *, wants_beats: bool = False) -> Stream:
        """Raises TooMany."""
        self.check_room(viewer.person_id)
        stream = Stream(viewer, wants_beats=wants_beats)
        _add(self._of_person, stream)
        self.new.append(stream)
        for channel in channels:
            self.listen(stream, channel)
        return stream

    def forget(self, stream: Stream) -> None:
        """The reader has gone."""
        _drop(self._of_person, stream)
        for channel in stream.channels:
            self.unlisten(stream, channel)

    def listen(self, stream: Stream, channel: Channel) -> None:
        if channel not in stream.channels:
            stream.channels += (channel,)
            _add(self._by_kind.setdefault(channel[0], {}).setdefault(channel[1], {}), stream)

    def unlisten(self, stream: Stream, channel: Channel) -> None:
        kind, param = channel
        stream.channels = tuple(other for other in stream.channels if other != channel)
        params = self._by_kind.get(kind, {})
        _drop(params.get(param, {}), stream)
        if not params.get(param, True):
            del params[param]

    def of_person(self, person_id: int) -> Sequence[Stream]:
        return self._of_person.get(person_id, ())

    def of(self, channel: Channel) -> Mapping[int, Sequence[Stream]]:
        """Those who listen to a channel, by person."""
        return self._by_kind.get(channel[0], {}).get(channel[1], {})

    def params(self, kind: str) -> list[str | int]:
        """The tags, or lists, that somebody listens to."""
        return list(self._by_kind.get(kind, ()))

    def people(self, *kinds: str) -> list[int]:
        """Who listens to anything of these kinds."""
        found: set[int] = set()
        for kind in kinds:
            for streams in self._by_kind.get(kind, {}).values():
                found.update(streams)
        return list(found)


def _add(streams: dict[int, _Streams], stream: Stream) -> None:
    person_id = stream.viewer.person_id
    streams[person_id] = (*streams.get(person_id, ()), stream)


def _drop(streams: dict[int, _Streams], stream: Stream) -> None:
    person_id = stream.viewer.person_id
    left = tuple(other for other in streams.get(person_id, ()) if other is not stream)
    if left:
        streams[person_id] = left
    else:
        streams.pop(person_id, None)
