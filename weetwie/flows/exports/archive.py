"""Writes what a person has written as an archive in the form of Mastodon: actor.json, outbox.json, and the files beside them."""

import asyncio
import io
import mimetypes
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC
from typing import IO, Final

import msgspec

from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.paging import BEGINNING, END, Page
from weetwie.database.pool import Database, Db
from weetwie.domain.media import files
from weetwie.domain.posts import mark
from weetwie.domain.timelines.person import posts_of
from weetwie.errors import NotFound
from weetwie.imports.archive.mastodon import AUDIENCE, PUBLIC
from weetwie.media import sniff
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.runtime.json import Json
from weetwie.text import text as texts
from weetwie.views import media as seen_media, people as seen_people, polls as seen_polls, texts as seen_words
from weetwie.views.media import SeenMedia
from weetwie.views.people import Profile
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

_PAGE: Final = 200
_CONTEXT: Final = "https://www.w3.org/ns/activitystreams"

JsonObject = dict[str, Json]


class ExportReport(msgspec.Struct):
    """What is in the archive."""

    posts: int = 0
    boosts: int = 0
    files: int = 0
    lost_files: int = 0
    """Whose bytes are not there any more."""


async def export(
    database: Database, viewer: Viewer, store: Store, site: Site, out: IO[bytes]
) -> ExportReport:
    """All that the viewer has posted and still sees, whomever it is for."""
    writer = _Writer(database, viewer, store, site)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        await writer.outbox(archive)
        await writer.actor(archive)
        await writer.marked(archive)
        await writer.files(archive)
    return writer.taken


class _Writer:
    def __init__(self, database: Database, viewer: Viewer, store: Store, site: Site) -> None:
        self._database = database
        self._viewer = viewer
        self._store = store
        self._base = site.base_url
        self._me = f"{site.base_url}/people/{viewer.handle}"
        self._handles: dict[int, str] = {viewer.person_id: viewer.handle}
        self._media: list[tuple[int, str]] = []
        """Ids and the names that they get in the archive."""
        self.taken = ExportReport()

    async def outbox(self, archive: zipfile.ZipFile) -> None:
        """Written as it is read, so that a long life needs no more memory than a short one."""
        with archive.open("outbox.json", "w", force_zip64=True) as file:
            head = {"@context": _CONTEXT, "id": f"{self._me}/outbox", "type": "OrderedCollection"}
            file.write(msgspec.json.encode(head)[:-1] + b',"orderedItems":[')
            count = 0
            async for page in self._pages():
                for item in page:
                    file.write((b",\n" if count else b"\n") + msgspec.json.encode(item))
                    count += 1
            file.write(b'],"totalItems":%d}' % count)

    async def _pages(self) -> AsyncIterator[list[JsonObject]]:
        """Oldest first."""
        above = BEGINNING
        while True:
            async with self._database.reading() as db:
                page = Page(_PAGE, END, above, is_upward=True)
                posts = await posts_of(db, self._viewer, self._viewer.person_id, page)
                if not posts:
                    return
                above = posts[0].key
                items = await self._items(db, posts[::-1])
            yield items

    async def _items(self, db: Db, posts: Sequence[SeenPost]) -> list[JsonObject]:
        parents = (post.reply_to_person_id for post in posts)
        await self._learn(db, [id for id in (*parents, *(post.author.id for post in posts)) if id])
        own = [post for post in posts if post.booster is None]
        words = {one.id: one for one in await seen_words.words(db, own)}
        media = await seen_media.of_posts(db, own)
        polls = await seen_polls.of_posts(db, self._viewer, own)
        items = []
        for post in posts:
            if post.booster is not None:
                items.append(self._announce(post))
                self.taken.boosts += 1
            elif post.post_id in words:
                poll = polls.get(post.post_id)
                items.append(self._create(post, words[post.post_id], media.get(post.post_id, ()), poll))
                self.taken.posts += 1
        return items

    async def _learn(self, db: Db, people: Iterable[int]) -> None:
        unknown = list({id for id in people if id not in self._handles})
        if unknown:
            seen = await seen_people.cards(db, self._viewer, unknown)
            self._handles |= {one.id: one.handle for one in await seen_people.profiles(db, seen)}

    def _address(self, post_id: int, author_id: int) -> str | None:
        handle = self._handles.get(author_id)
        return f"{self._base}/people/{handle}/posts/{post_id}" if handle else None

    def _announce(self, post: SeenPost) -> JsonObject:
        return {
            "type": "Announce",
            "actor": self._me,
            "published": _moment(post.id),
            "object": self._address(post.post_id, post.author.id),
        }

    def _create(
        self, post: SeenPost, words: Words, media: Sequence[SeenMedia], poll: SeenPoll | None
    ) -> JsonObject:
        to, cc = self._reach(post, words)
        content = texts.as_html(words.text, lambda piece: self._linked(piece, words))
        parent = post.reply_to_id and self._address(post.reply_to_id, post.reply_to_person_id or 0)
        note: JsonObject = {
            "id": self._address(post.post_id, self._viewer.person_id),
            "type": "Note",
            "attributedTo": self._me,
            "published": _moment(post.post_id),
            "to": to,
            "cc": cc,
            "summary": words.warning or None,
            "sensitive": words.is_sensitive,
            "inReplyTo": parent,
            "content": content,
            "source": {"content": words.text, "mediaType": "text/plain"},
            "tag": [*self._mentions(words), *self._tags(words)],
            "attachment": [self._attachment(one) for one in media],
        }
        if words.language:
            note["contentMap"] = {words.language: content}
        if words.edited_at:
            note["updated"] = words.edited_at.astimezone(UTC).isoformat()
        return {
            "type": "Create",
            "actor": self._me,
            "published": note["published"],
            "to": to,
            "cc": cc,
            "object": note if poll is None else note | _asked(poll),
        }

    def _reach(self, post: SeenPost, words: Words) -> tuple[list[str], list[str]]:
        """Only what is for the world is public: others who read this must not show what was for colleagues."""
        ring = Ring(post.ring)
        audience = [f"{self._base}{AUDIENCE}{ring.name}", *([PUBLIC] if ring is Ring.world else [])]
        named = [f"{self._base}/people/{handle}" for _id, handle in words.mentions]
        followers = f"{self._me}/followers"
        match Visibility(post.post_visibility):
            case Visibility.public:
                return audience, [followers, *named]
            case Visibility.unlisted:
                return [followers], [*audience, *named]
            case Visibility.private:
                return [followers], named
            case Visibility.direct:
                return named, []

    def _linked(self, piece: texts.Piece, words: Words) -> str | None:
        if piece.kind == "link":
            return texts.link_html(piece.target)
        named = {handle.lower(): handle for _id, handle in words.mentions}
        handle = named.get(piece.target.lower()) if piece.kind == "mention" else None
        return f'<a href="{self._base}/@{handle}" class="u-url mention">@{handle}</a>' if handle else None

    def _mentions(self, words: Words) -> list[JsonObject]:
        host = self._base.partition("://")[2]
        return [
            {"type": "Mention", "href": f"{self._base}/people/{handle}", "name": f"@{handle}@{host}"}
            for _id, handle in words.mentions
        ]

    def _tags(self, words: Words) -> list[JsonObject]:
        return [{"type": "Hashtag", "name": f"#{name}"} for _key, name in words.tags]

    def _attachment(self, one: SeenMedia) -> JsonObject:
        name = f"media_attachments/files/{one.id}/original{_ending(one.content_type)}"
        self._media.append((one.id, name))
        focus = one.meta.get("focus")
        attachment: JsonObject = {
            "type": "Document",
            "mediaType": one.content_type,
            "url": f"/{name}",
            "name": one.description or None,
            "blurhash": one.blurhash,
        }
        return attachment if focus is None else {**attachment, "focalPoint": [focus["x"], focus["y"]]}

    async def actor(self, archive: zipfile.ZipFile) -> None:
        async with self._database.reading() as db:
            (seen,) = await seen_people.people(db, self._viewer, [self._viewer.person_id])
            (profile,) = await seen_people.profiles(db, [seen])
        actor: JsonObject = {
            "@context": _CONTEXT,
            "id": self._me,
            "type": "Person",
            "preferredUsername": profile.handle,
            "name": profile.name,
            "summary": texts.as_html(profile.bio, lambda _piece: None),
            "published": profile.joined_at.astimezone(UTC).isoformat() if profile.joined_at else None,
            "attachment": [
                {"type": "PropertyValue", "name": field["name"], "value": field["value"]}
                for field in profile.fields
            ],
            "outbox": "outbox.json",
            "likes": "likes.json",
            "bookmarks": "bookmarks.json",
            **await self._pictures(archive, profile),
        }
        archive.writestr("actor.json", msgspec.json.encode(actor))

    async def _pictures(self, archive: zipfile.ZipFile, profile: Profile) -> JsonObject:
        shown: JsonObject = {}
        for kind, name, face in (("icon", "avatar", profile.face), ("image", "header", profile.header)):
            content = await self._bytes(files.face(face)) if face else None
            if content is not None:
                content_type = sniff.kind_of(io.BytesIO(content)) or "application/octet-stream"
                url = f"{name}{_ending(content_type)}"
                shown[kind] = {"type": "Image", "url": url}
                await asyncio.to_thread(archive.writestr, url, content)
        return shown

    async def marked(self, archive: zipfile.ZipFile) -> None:
        """What is favoured and bookmarked, by address."""
        for name, finding in (("likes.json", mark.favourites), ("bookmarks.json", mark.bookmarks)):
            addresses: list[str] = []
            below = END
            while True:
                async with self._database.reading() as db:
                    posts = await finding(db, self._viewer, Page(_PAGE, below))
                    await self._learn(db, [post.author.id for post in posts])
                if not posts:
                    break
                below = posts[-1].key
                found = (self._address(post.post_id, post.author.id) for post in posts)
                addresses += [address for address in found if address]
            collection = {"@context": _CONTEXT, "type": "OrderedCollection", "orderedItems": addresses}
            archive.writestr(name, msgspec.json.encode(collection))

    async def files(self, archive: zipfile.ZipFile) -> None:
        """Pictures and films are packed already."""
        for media_id, name in self._media:
            content = await self._bytes(files.original(media_id))
            if content is not None:
                await asyncio.to_thread(archive.writestr, name, content, zipfile.ZIP_STORED)
                self.taken.files += 1

    async def _bytes(self, name: str) -> bytes | None:
        try:
            return await self._store.whole(name)
        except NotFound:
            self.taken.lost_files += 1
            return None


def _asked(poll: SeenPoll) -> JsonObject:
    """What was put to the vote; the numbers only where its author may see them by now."""
    shows = not poll.hides_totals or poll.ends_at <= clock.now()
    counts = poll.counts if shows else [None] * len(poll.options)
    options: list[Json] = [
        {"type": "Note", "name": name}
        | ({} if count is None else {"replies": {"type": "Collection", "totalItems": count}})
        for name, count in zip(poll.options, counts, strict=True)
    ]
    ends_at = poll.ends_at.astimezone(UTC).isoformat()
    return {"type": "Question", "anyOf" if poll.is_multiple else "oneOf": options, "endTime": ends_at}


def _ending(content_type: str) -> str:
    return mimetypes.guess_extension(content_type) or ""


def _moment(post_id: int) -> str:
    """When it was written: its id says so."""
    return moment_of(post_id).isoformat(timespec="milliseconds")
