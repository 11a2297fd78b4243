"""The company in which every route is tried: somebody of every standing, and secrets of every kind."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, String, Text

from tests.access.companies import read
from tests.access.plain_rule import UNLISTED, Company, Human, Note
from tests.world import SOME_DAY, Sandbox, Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.app import build
from weetwie.database.pool import Db
from weetwie.domain.identity.keys import key
from weetwie.domain.knowledge import elsewhere, topics
from weetwie.domain.media import files
from weetwie.domain.media.addresses import Addresses
from weetwie.domain.search import index, passages as passage_words
from weetwie.domain.timelines import home as homes
from weetwie.domain.timelines.live import Live
from weetwie.runtime import clock
from weetwie.tables.people import Person

COLLEAGUES, NETWORK, WORLD = Ring
PUBLIC, UNLISTED_, PRIVATE, DIRECT = Visibility

STRANGER, APP = "stranger", "app"
CONNECTIONS = ["chat", "feeds", "bots", "webhooks"]
"""All are on: each is a way out."""


class Copy(Sandbox):
    """What a request changes is undone when it is over, so that the next finds the same company."""

    number = 1_000_000
    """Where the ids go on that a request makes."""

    @asynccontextmanager
    async def reading(self) -> Any:
        """Nothing is to be undone after a read."""
        async with self._lock:
            yield Db(self.connection)

    @asynccontextmanager
    async def transaction(self) -> Any:
        """With a savepoint that is released: asyncpg leaves one behind whenever it rolls back to it, and with thousands of them
        open each row that is read is asked of them all."""
        async with self._lock:
            await self.connection.execute("savepoint request")
            try:
                yield Db(self.connection)
            finally:
                await self.connection.execute(self._undo)

    _undo = f"rollback to request; release request; select setval('pg_temp.test_ids', {number})"


@dataclass
class Settings:
    base_url: str = "http://weetwie.test"
    trusted_proxies: tuple[str, ...] = ()
    rate_limits: bool = False
    styleguide: bool = False
    slack: str = "https://slack.com"


def _application(world: World) -> tuple[Any, Live]:
    database = Copy(world.connection)
    live = Live(database, world.memory)
    return build(Settings(), database, replace(world.site, base_url=Settings.base_url), live=live), live


@dataclass
class Secret:
    name: str
    id: int
    write: Callable[["Scene", int, str], Awaitable[None]]


@dataclass
class Scene:
    world: World
    application: Any
    live: Live
    people: dict[str, Someone] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    """What stands there with and without secrets."""
    own: dict[str, int] = field(default_factory=dict)
    """A post, a question, of each viewer who may write."""
    secrets: list[Secret] = field(default_factory=list)
    notified: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    """Notifications by who was told and of which secret."""
    lists: dict[str, int] = field(default_factory=dict)
    scheduled: dict[str, int] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    """A file of each that hangs on no post yet."""
    left_over: dict[str, int] = field(default_factory=dict)
    """A file of each that hung on a post which they deleted, to write it anew."""
    announcement: int = 1
    """For colleagues alone."""
    term: int = 1
    """Of the glossary, for colleagues alone, as `announcement`."""
    collections: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By who made it, with somebody who is in it."""
    source: int = 0
    channels: dict[Ring, int] = field(default_factory=dict)
    """Where passages are from, by for whom they are."""
    conversations: list[int] = field(default_factory=list)
    """A list of each viewer, which is nobody else's business."""
    filters: dict[str, tuple[int, int]] = field(default_factory=dict)
    """A filter of each viewer and a keyword in it."""
    filter_posts: dict[tuple[str, int], int] = field(default_factory=dict)
    """Where a viewer's filter holds a secret, by both: the number of that."""
    addresses: Addresses | None = None
    base: int = 0
    first_free: int = 0
    last_number: int = 0
    """Of which an id was made when it settled."""
    _whole: Company | None = None

    @classmethod
    async def open(cls, dsn: str, widest: Ring) -> "Scene":
        world = await World.open(dsn, at=SOME_DAY)
        scene = cls(world, *_application(world))
        await world.policy(widest_ring=widest, connections=CONNECTIONS)
        scene.addresses = Addresses(Settings.base_url, await key(world.db, "media"))
        await key(world.db, "push")
        await scene._hire()
        await scene._chat()
        await scene._announce()
        await scene._know()
        await scene._write_elsewhere()
        scene.base = await world.connection.fetchval("select (new_id() >> 16) - currval('pg_temp.test_ids')")
        scene.first_free = await world.connection.fetchval("select currval('pg_temp.test_ids')") + 1000
        for place, (name, write) in enumerate(SECRETS.items()):
            scene.secrets.append(Secret(name, scene._id_at(place), write))
        await scene._answer_secrets()
        return scene

    async def close(self) -> None:
        await self.world.close()

    async def settle(self) -> None:
        """What has been written stays, for stories to come."""
        self.last_number = await self.world.connection.fetchval("select currval('pg_temp.test_ids')")
        await self.world.commit()

    async def again(self) -> "Scene":
        """As it was when it settled, and as an application sees it that has just begun; `world.roll_back` undoes what is done."""
        await self._count_from(self.last_number)
        world = await self.world.again(at=SOME_DAY)
        scene = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list):
                setattr(scene, name, copy(value))
        scene.world = world
        scene.application, scene.live = _application(world)
        for handle in scene.uploads:
            for id in (scene.uploads[handle], scene.left_over[handle]):
                await scene._put(id, _word(handle, "upload"))
        return scene

    def token(self, viewer: str) -> str | None:
        if viewer == STRANGER:
            return None
        return "token-of-an-app" if viewer == APP else self.people[viewer].token

    async def _hire(self) -> None:
        world = self.world
        for handle in ("ada", "sol", "mia", "fay", "mel", "bea", "bix", "sus"):
            self.people[handle] = await world.member(
                handle,
                is_admin=handle == "ada",
                profile_ring=int(PROFILE_RINGS.get(handle, COLLEAGUES)),
                **_card(handle),
            )
        sol, ada = self.people["sol"], self.people["ada"]
        for handle, ring in (("alma", NETWORK), ("alf", COLLEAGUES), ("dora", COLLEAGUES), ("alo", NETWORK)):
            self.people[handle] = await world.alumnus(
                handle, dormant=handle == "dora", profile_ring=int(ring), **_card(handle)
            )
        for handle, sponsor in (("gus", ada), ("gis", sol), ("guf", ada), ("exa", sol), ("gil", ada)):
            end = SOME_DAY if handle == "exa" else SOME_DAY + timedelta(hours=1)
            self.people[handle] = await world.guest(handle, sponsor=sponsor, until=end, **_card(handle))
        for handle in ("una", "rem"):
            self.people[handle] = await world.member(handle, profile_ring=int(WORLD), **_card(handle))
        await world.suspend(self.people["una"])
        await world.suspend(self.people["sus"])
        await world.erase(self.people["rem"], with_posts=True)
        for handle in ("fay", "alf", "guf", "dora", "exa", "sus"):
            await world.follow(self.people[handle], sol)
        for handle in ("mia", "alma", "gus", "fay"):
            await world.follow(self.people[handle], ada)
            await world.follow(self.people[handle], self.people["alo"])
        await world.block(sol, self.people["bea"])
        await world.block(self.people["bix"], sol)
        await world.token(None)
        for handle in VIEWERS:
            await world.follow_tag(self.people[handle], "open")
        await world.change(sol, manager_id=ada.id)
        for handle in VIEWERS:
            await self._list(handle)
            await self._filter(handle)
            await self._later(handle)
            await self._feature(handle)
        await self._feature("sol")
        for handle in (*VIEWERS, "sol", "una"):
            await self._collect(handle)
            self.uploads[handle] = await self._upload(handle, was_posted=False)
            self.left_over[handle] = await self._upload(handle, was_posted=True)

    async def _collect(self, handle: str) -> None:
        """With everybody in it; its words are for whoever sees the profile."""
        word = _word(handle, "bio")
        id = await self.world._insert(
            "collections",
            "id",
            owner_id=self.people[handle].id,
            name=word,
            description=word,
            is_discoverable=True,
        )
        item_id = 0
        for someone in self.people.values():
            item_id = await self.world._insert(
                "collection_items", "id", collection_id=id, person_id=someone.id
            )
        self.collections[handle] = (id, item_id)

    async def _upload(self, handle: str, *, was_posted: bool) -> int:
        word = _word(handle, "upload")
        id: int = await self.world._insert(
            "media",
            "id",
            person_id=self.people[handle].id,
            state=1,
            kind=1,
            content_type="image/png",
            size=len(word),
            has_small=True,
            blurhash=word,
            description=word,
            meta={"small_type": "image/png", "original": {"width": 4, "height": 3}},
            was_posted=was_posted,
        )
        await self._put(id, word)
        return id

    async def _put(self, media_id: int, content: str) -> None:
        for name in (files.original(media_id), files.small(media_id, 0)):
            await self.world.store.put(name, content.encode())

    async def _list(self, handle: str) -> None:
        """With everybody on it whom they follow."""
        owner = self.people[handle].id
        self.lists[handle] = await self.world._insert(
            "lists", "id", owner_id=owner, title=_word(handle, "list"), replies_policy=0
        )
        await self.world.connection.execute(
            "insert into list_members (list_id, person_id) select $1, followed_id from follows where follower_id = $2",
            self.lists[handle],
            owner,
        )

    async def _feature(self, handle: str) -> None:
        """Everybody puts forward whom they follow and the tag of all secrets, and has noted something about sol."""
        one, connection = self.people[handle].id, self.world.connection
        await connection.execute(
            "insert into featured_people (person_id, featured_id) select follower_id, followed_id from follows where follower_id = $1",
            one,
        )
        tag_id = await connection.fetchval("select id from tags where key = 'open'")
        await self.world._insert("featured_tags", person_id=one, tag_id=tag_id, name="open")
        await self.world._insert(
            "person_notes",
            writer_id=one,
            about_id=self.people["gil" if handle == "sol" else "sol"].id,
            text=_word(handle, "list"),
        )

    async def _know(self) -> None:
        """Everybody says that they know their own word and what is open, and learns a third; all vouch for sol."""
        for handle, someone in self.people.items():
            for name, choice in ((_word(handle, "bio"), 0), ("open", 0), (_word(handle, "bio") + "too", 1)):
                await self.world._insert(
                    "topics", person_id=someone.id, key=name.casefold(), name=name, choice=choice
                )
                await topics.find_by_words(self.world.db, someone.id, name.casefold(), name)
        sol = self.people["sol"]
        for handle in VIEWERS:
            await self.world._insert(
                "vouches",
                about_id=sol.id,
                by_id=self.people[handle].id,
                key="open",
                name="open",
                post_id=self.posts["net"],
            )

    async def _write_elsewhere(self) -> None:
        """A source with a channel for each ring; its passages are among the secrets."""
        self.source = await self.world._insert("imports", "id", kind="slack", source="slack acme")
        for ring in Ring:
            self.channels[ring] = await self.world._insert(
                "channels", "id", import_id=self.source, key=ring.name, name=ring.name, ring=int(ring)
            )

    async def _announce(self) -> None:
        words = {"en": [_word("colleagues", "term")], "nl": [_word("colleagues", "termnl")]}
        self.term = await self.world._insert(
            "glossary",
            "id",
            words=words,
            firsts=[1],
            ring=int(Ring.colleagues),
            widest=int(Ring.world),
            added_by_id=self.people["sol"].id,
        )
        self.announcement = await self.world._insert(
            "announcements", "id", text=_word("colleagues", "announcement"), ring=int(Ring.colleagues)
        )
        await self.world._insert(
            "announcement_reactions",
            announcement_id=self.announcement,
            person_id=self.people["sol"].id,
            name="\N{PARTY POPPER}",
        )
        ada, mia = self.people["ada"], self.people["mia"]
        await self.world.post(ada, "psst", visibility=Visibility.direct, mentions=[mia])
        rows = await self.world.connection.fetch("select id from conversations")
        self.conversations = [row["id"] for row in rows]

    async def _later(self, handle: str) -> None:
        self.scheduled[handle] = await self.world._insert(
            "scheduled_posts",
            "id",
            author_id=self.people[handle].id,
            at=clock.now() + timedelta(days=2),
            written={"draft": {"text": _word(handle, "later")}, "visibility": "public"},
        )

    async def _filter(self, handle: str) -> None:
        """It matches some of what everybody sees."""
        owner = self.people[handle].id
        id = await self.world._insert(
            "filters", "id", owner_id=owner, title=_word(handle, "filter"), contexts=["home"], action=0
        )
        words = (_word(handle, "filter"), "open")
        keywords = [
            await self.world._insert("filter_keywords", "id", filter_id=id, keyword=word, is_whole_word=False)
            for word in words
        ]
        self.filters[handle] = (id, keywords[0])
        await self.world.connection.execute(
            "update people set version = version + 1, filters_version = version + 1 where id = $1", owner
        )

    async def _chat(self) -> None:
        """What is there with and without the secrets; more open than these, so that all have something to look at."""
        world, people = self.world, self.people
        for name, author, ring in (("news", "ada", WORLD), ("talk", "ada", NETWORK), ("inside", "mia", COLLEAGUES),
                                   ("open", "sol", WORLD), ("net", "sol", NETWORK)):  # fmt: skip
            self.posts[name] = await world.post(
                people[author], f"{_word(name, 'base')} #open", ring=ring, tags=["open"]
            )
            await self.picture(self.posts[name], author, name)
        for handle in VIEWERS:
            if handle in ("dora", "exa", "sus"):
                continue
            self.own[handle] = await world.post(
                people[handle], f"{_word(handle, 'own')} anyone?", ring=NETWORK, is_question=True
            )
            await self._asked(self.own[handle], people["mia"])
        self.posts["boost"] = await world.boost(people["alo"], self.posts["talk"])
        self.posts["reply"] = await world.post(
            people["alo"],
            _word("reply", "base"),
            ring=NETWORK,
            reply_to=self.posts["talk"],
            mentions=[people["ada"]],
        )
        await world.post(people["gis"], "me too", ring=NETWORK, reply_to=self.posts["talk"])
        for handle in VIEWERS:
            await world.mark(people[handle], self.posts["news"], favourite=True, bookmark=True)
            await world.notify(people[handle], "favourite", people["ada"], self.own.get(handle))
        await self._index()

    async def _answer_secrets(self) -> None:
        """Open replies to each secret; where the secret is not, they answer something that never was."""
        sol = self.people["sol"]
        for secret in self.secrets:
            name = f"answer to {secret.name}"
            self.posts[name] = await self.world._post(
                self.people["alo"],
                NETWORK,
                PUBLIC,
                reply_to_id=secret.id,
                reply_to_person_id=sol.id,
                root_id=secret.id,
                quote_of_id=secret.id,
                quote_state=1,
            )
            await self.world._insert("post_texts", post_id=self.posts[name], text="Indeed", language="en")
            await index.bring_in(self.world.db, [self.posts[name]])
        await self._index()

    async def picture(self, post_id: int, author: str, name: str) -> None:
        """A file, a poll and a card in a post, the file with the post's own id, so that what is asked of the one can be asked of the other."""
        content = _word(name, "media")
        await self.world._insert(
            "media",
            id=post_id,
            post_id=post_id,
            person_id=self.people[author].id,
            place=1,
            state=1,
            kind=1,
            content_type="image/png",
            size=len(content),
            has_small=True,
            blurhash=_word(name, "media"),
            description=_word(name, "media"),
            meta={"small_type": "image/png", "original": {"width": 4, "height": 3}},
        )
        await self.world._insert(
            "polls",
            post_id=post_id,
            options=[_word(name, "poll"), "open"],
            counts=[1, 0],
            ends_at=clock.now() + timedelta(days=1),
        )
        card_id = await self.world._insert(
            "cards", "id", url=f"https://pumps.example/{name}", state=1, title=_word(name, "media")
        )
        await self.world._insert("post_cards", post_id=post_id, card_id=card_id)
        await self.world.connection.execute("update posts set attached = 7 where id = $1", post_id)
        await index.bring_in(self.world.db, [post_id])
        await self._put(post_id, content)

    def media_address(self, media_id: int, viewer: str) -> str:
        """As it would be put in for this viewer."""
        person = self.people.get(viewer)
        assert self.addresses is not None
        return self.addresses.stem(media_id, person.id if person else 0).removeprefix(Settings.base_url)

    async def _index(self) -> None:
        rows = await self.world.connection.fetch(
            "select id from posts where id not in (select post_id from home_entries)"
        )
        await homes.enter(self.world.db, [row[0] for row in rows])

    def _id_at(self, place: int) -> int:
        return (self.base + self.first_free + place * ROOM) << 16

    async def keep(self, secrets: list[Secret]) -> None:
        """Writes these secrets, each at its own ids, whichever others there are."""
        for place, secret in enumerate(self.secrets):
            if secret in secrets:
                await self._count_from(self.first_free + place * ROOM + 1)
                await secret.write(self, secret.id, secret.name.replace(" ", ""))
                await self._remember(secret.id)
        await self._index()

    async def _count_from(self, number: int) -> None:
        await self.world.connection.fetchval("select setval('pg_temp.test_ids', $1)", number)

    async def _remember(self, secret: int) -> None:
        """All viewers had something to do with it when they still saw it. With a passage nobody can have."""
        if await self.world.connection.fetchval("select true from passages where id = $1", secret):
            return
        is_boost = await self.world.connection.fetchval(
            "select boost_of_id is not null from posts where id = $1", secret
        )
        if not is_boost:
            await self._asked(secret, self.people["ada"])
        for handle in VIEWERS:
            someone = self.people[handle]
            if not is_boost:
                await self.world.mark(someone, secret, favourite=True, bookmark=True)
            kinds = ("mention", "status", "favourite")
            ids = [await self.world.notify(someone, kind, self.people["sol"], secret) for kind in kinds]
            self.notified[handle, secret] = ids
            self.filter_posts[handle, secret] = await self.world._insert(
                "filter_posts", "id", filter_id=self.filters[handle][0], post_id=secret
            )

    async def _asked(self, question: int, chosen: Someone) -> None:
        """People are asked it: all viewers, one of them chosen by its asker, the others by Weetwie."""
        world = self.world
        author_id = await world.connection.fetchval(
            "update posts set is_question = true where id = $1 returning author_id", question
        )
        await world._insert(
            "questions",
            "post_id",
            post_id=question,
            asker_id=author_id,
            step=1,
            added=2,
            due_at=SOME_DAY + timedelta(days=1),
            confirmed_at=SOME_DAY,
            confirmed_by_id=author_id,
        )
        for handle in VIEWERS:
            someone = self.people[handle]
            if someone.id == author_id:
                continue
            by = 0 if someone is chosen else 1
            await world._insert("asked_people", post_id=question, person_id=someone.id, chosen_by=by, state=1)
            await world._insert("question_load", post_id=question, person_id=someone.id, at=SOME_DAY)
            await world._insert("want_to_know", post_id=question, person_id=someone.id)

    async def company(self) -> Company:
        return await read(self.world.connection, clock.now())

    async def _with_all(self) -> Company:
        """The company that there is with all secrets in it, read once."""
        if self._whole is None:
            async with self.world.undone():
                await self.keep(self.secrets)
                self._whole = await self.company()
        return self._whole

    def human(self, company: Company, viewer: str) -> Human | None:
        someone = self.people.get(viewer)
        return next((human for human in company.people if someone and human.id == someone.id), None)

    async def saw_the_deleted(self, viewer: str) -> bool:
        """Whether somebody saw the secret that is deleted until it was."""
        company = await self._with_all()
        (deleted,) = [_note(company, one.id) for one in self.secrets if one.name == "deleted"]
        return company.sees_post(self.human(company, viewer), replace(deleted, is_deleted=False))

    async def hidden(self, viewers: Sequence[str]) -> dict[str, tuple[list[Secret], list[Secret]]]:
        """For each viewer the secrets that they do not see: those that leave no trace at all, and those that are counted."""
        company = await self._with_all()
        found = {}
        for viewer in viewers:
            who = self.human(company, viewer)
            unseen = [secret for secret in self.secrets if not sees(company, who, secret.id)]
            counted = [
                secret
                for secret in unseen
                if not _is_passage(company, secret.id)
                and _is_counted(company, who, _note(company, secret.id))
            ]
            found[viewer] = ([secret for secret in unseen if secret not in counted], counted)
        return found


ROOM = 200
"""How many ids each secret may use up."""

VIEWERS = ("ada", "mia", "fay", "mel", "bea", "bix", "sus", "alma", "alf", "dora", "gus", "gis", "guf", "exa")
PROFILE_RINGS = {"ada": NETWORK, "sol": WORLD, "mia": COLLEAGUES}


def sees(company: Company, who: Human | None, id: int) -> bool:
    """A post, or a passage."""
    written = next((one for one in company.passages if one.id == id), None)
    return company.sees_passage(who, written) if written else company.sees_post(who, _note(company, id))


def _is_passage(company: Company, id: int) -> bool:
    return any(one.id == id for one in company.passages)


def _note(company: Company, id: int) -> Note:
    return next(post for post in company.posts if post.id == id)


def _is_counted(company: Company, who: Human | None, post: Note) -> bool:
    is_open = post.visibility <= UNLISTED and not post.is_deleted
    return is_open and min(post.ring, company.widest_ring) >= company.ring_of(who)


def _word(of: str, kind: str) -> str:
    return f"zq{kind}Q{of}zq"


_WORDS = re.compile(
    rb"zq(name|bio|place|post|warning|edit|tag|base|own|list|filter|media|upload)[Qq]([a-z]+?)zq"
)


def words_in(body: bytes) -> Iterator[tuple[str, str]]:
    """The secret words in an answer: of what kind, and of whom or which."""
    for found in _WORDS.finditer(body):
        yield found[1].decode(), found[2].decode()


def _card(handle: str) -> dict[str, Any]:
    """A secret word in every column of theirs that holds what people type, those of tomorrow included."""
    kinds = {"name": "name", "face_description": "name", "unit": "place", "place": "place"}
    card: dict[str, Any] = {}
    for column in Person.__table__.columns:
        word = _word(handle, kinds.get(column.name, "bio"))
        if column.name in _CHOSEN:
            continue
        if column.name == "fields":
            card[column.name] = [{"name": word, "value": word}]
        elif isinstance(column.type, Text | String):
            card[column.name] = word
        elif isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Text | String):
            card[column.name] = [word]
    return card


_CHOSEN = {
    "handle", "face", "header", "languages", "default_language", "pages_language", "theme"
}  # fmt: skip
"""Columns of text in which nobody writes."""


def _post(
    author: str,
    ring: Ring,
    visibility: Visibility,
    *,
    about: str = "",
    mentions: tuple[str, ...] = (),
    origin: int = 0,
) -> Any:
    async def write(scene: Scene, id: int, name: str) -> None:
        await scene.world.post(
            scene.people[author],
            f"{_word(name, 'post')} #open #{_word(name, 'tag')}",
            id=id,
            ring=ring,
            visibility=visibility,
            warning=_word(name, "warning"),
            mentions=[scene.people[handle] for handle in mentions],
            tags=["open", _word(name, "tag")],
            reply_to=scene.posts[about] if about else None,
            origin=origin,
        )
        await scene.picture(id, author, name)

    return write


def _boost(author: str, original: str) -> Any:
    async def write(scene: Scene, id: int, name: str) -> None:
        row = await scene.world.connection.fetchrow(
            "select * from posts where id = $1", scene.posts[original]
        )
        ring, visibility = Ring(row["ring"]), Visibility(row["visibility"])
        await scene.world._post(scene.people[author], ring, visibility, id=id, boost_of_id=row["id"])
        await scene.world._count_child(row["id"], "boosts_in_ring", ring, visibility, 1)
        await scene.world.mark(scene.people[author], row["id"], boost_id=id)

    return write


async def _deleted(scene: Scene, id: int, name: str) -> None:
    await _post("ada", WORLD, PUBLIC, mentions=("mel",))(scene, id, name)
    await scene.world.delete(id)


async def _edited(scene: Scene, id: int, name: str) -> None:
    await _post("sol", COLLEAGUES, PUBLIC)(scene, id, name)
    await scene.world._insert(
        "post_edits",
        post_id=id,
        text=_word(name, "edit"),
        warning="",
        is_sensitive=False,
        written_at=SOME_DAY,
    )
    await scene.world.connection.execute(
        "update posts set edited_at = $2, version = version + 1 where id = $1", id, SOME_DAY
    )


async def _pinned(scene: Scene, id: int, name: str) -> None:
    await _post("sol", NETWORK, PRIVATE)(scene, id, name)
    await scene.world.mark(scene.people["sol"], id, pin=True)


async def _accepted(scene: Scene, id: int, name: str) -> None:
    """The accepted answer to everybody's question."""
    await _post("sol", COLLEAGUES, PRIVATE, about="talk")(scene, id, name)
    await scene.world.connection.execute("update posts set answer_id = $1 where is_question", id)


def _passage(author: str, ring: Ring, *, is_hidden: bool = False) -> Any:
    """By somebody, or under a name alone."""

    async def write(scene: Scene, id: int, name: str) -> None:
        word = _word(name, "post")
        await scene.world._insert(
            "passages",
            id=id,
            import_id=scene.source,
            channel_id=scene.channels[ring],
            key=name,
            thread_key=name,
            author_id=scene.people[author].id if author else None,
            author_name=word,
            title=f"{word} open anyone",
            text=f"{word} open anyone me too",
            files=[word],
            tags=["open"],
            ring=int(ring),
            is_hidden=is_hidden,
            content_hash=b"",
        )
        await passage_words.bring_in(scene.world.db, [id])
        await elsewhere.bring_in(scene.world.db, [id])

    return write


SECRETS: dict[str, Callable[[Scene, int, str], Awaitable[None]]] = {
    "for colleagues": _post("sol", COLLEAGUES, PUBLIC),
    "unlisted": _post("sol", COLLEAGUES, UNLISTED_),
    "for the network": _post("sol", NETWORK, PUBLIC),
    "for the world": _post("sol", WORLD, PUBLIC),
    "private": _post("sol", COLLEAGUES, PRIVATE),
    "private network": _post("sol", NETWORK, PRIVATE, mentions=("gus",)),
    "private world": _post("sol", WORLD, PRIVATE),
    "direct": _post("sol", COLLEAGUES, DIRECT, mentions=("mel", "bea", "alma", "dora")),
    "direct world": _post("sol", WORLD, DIRECT, mentions=("mel", "sus", "exa", "gus")),
    "brought along": _post("sol", COLLEAGUES, PUBLIC, origin=2),
    "by a suspended": _post("una", WORLD, PUBLIC, mentions=("mel",)),
    "by an erased": _post("rem", WORLD, PUBLIC),
    "by one who left": _post("alma", COLLEAGUES, PUBLIC),
    "by a dormant": _post("dora", NETWORK, PRIVATE),
    "by a guest": _post("gil", NETWORK, PUBLIC),
    "reply": _post("sol", COLLEAGUES, PUBLIC, about="talk", mentions=("ada",)),
    "reply network": _post("sol", NETWORK, PUBLIC, about="talk"),
    "private reply": _post("sol", NETWORK, PRIVATE, about="reply"),
    "boost": _boost("sol", "inside"),
    "boost network": _boost("gil", "talk"),
    "deleted": _deleted,
    "edited": _edited,
    "pinned": _pinned,
    "accepted": _accepted,
    "elsewhere": _passage("sol", COLLEAGUES),
    "elsewhere network": _passage("sol", NETWORK),
    "elsewhere world": _passage("sol", WORLD),
    "elsewhere by a name": _passage("", NETWORK),
    "elsewhere hidden": _passage("mel", WORLD, is_hidden=True),
    "elsewhere by a suspended": _passage("una", WORLD),
    "elsewhere by one who left": _passage("alma", COLLEAGUES),
}  # fmt: skip
