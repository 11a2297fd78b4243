"""The small language in which tests build a company: `ada = await world.member("ada", follows=[bo])`.

It writes rows by itself, so that what is tested does not depend on the code that writes them (but for the words of search and
the conversations, which are derived from the rows). A world lives in one
transaction that is rolled back at its end; `world.database` is that transaction dressed as the database, good for an
application in the same process. `World.open(dsn, is_kept=True)` commits instead, for programs of their own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import asyncpg

from weetwie.access.authenticate import Memory, credential_hash
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.context import Site
from weetwie.database.pool import Database, Db, prepare_connection
from weetwie.domain.conversations import conversations
from weetwie.domain.knowledge import evidence
from weetwie.domain.search import index
from weetwie.events import PostDeleted, PostPublished
from weetwie.media import blob
from weetwie.runtime import clock

SOME_DAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SCOPES = ["read", "write", "follow", "push", "profile", "admin:read", "admin:write"]
_SETTINGS = {"plan_cache_mode": "force_generic_plan", "jit": "off"}

_IDS_IN_ORDER = """
    create temp sequence test_ids;
    create or replace function new_id(at timestamptz default clock_timestamp()) returns bigint language sql volatile as $$
        select ({base} + nextval('pg_temp.test_ids')) << 16
    $$
"""


@dataclass(frozen=True)
class Someone:
    id: int
    handle: str

    @property
    def token(self) -> str:
        return f"token-of-{self.handle}"


class Sandbox(Database):
    """One connection whose transactions nest in one that is rolled back; those who want it wait for each other."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.on_commit = lambda: None
        self._lock = asyncio.Lock()
        self._turns = WeakValueDictionary()
        self._few = asyncio.Semaphore(2)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        async with self._lock:
            yield Db(self.connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        async with self._lock:
            db = Db(self.connection)
            async with self.connection.transaction():
                yield db
        if db._wakes:
            self.on_commit()

    async def close(self) -> None:
        pass


class World:
    def __init__(self, connection: Any, database: Database, outer: Any) -> None:
        self.connection = connection
        self.database = database
        self.memory = Memory()
        self.store = blob.in_memory()
        """Where the bytes of media are."""
        self.site = Site(base_url="https://house.example", memory=self.memory, store=self.store)
        self._outer = outer

    @classmethod
    async def open(cls, dsn: str, *, at: datetime | None = None, is_kept: bool = False) -> "World":
        """With `at` the clock stands still there, and ids are the same whenever the same things are done."""
        connection = await asyncpg.connect(
            dsn,
            server_settings=_SETTINGS,
            statement_cache_size=2000,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
        )
        await prepare_connection(connection)
        if is_kept:
            return cls(connection, await Database.open(dsn, size=3), None)
        outer = connection.transaction()
        await outer.start()
        if at is not None:
            clock.stop(at)
            await connection.execute(_IDS_IN_ORDER.format(base=int(at.timestamp() * 1000) - 10_000_000))
        return cls(connection, Sandbox(connection), outer)

    async def close(self) -> None:
        await self.roll_back()
        if self._outer is None:
            await self.database.close()
        await self.connection.close()

    async def commit(self) -> None:
        """What was done in its transaction stays."""
        clock.stop(None)
        await self._outer.commit()
        self._outer = None

    async def roll_back(self) -> None:
        clock.stop(None)
        if self._outer is not None:
            await self._outer.rollback()

    async def again(self, *, at: datetime | None = None) -> "World":
        """In another transaction of the same connection, with nothing remembered and no files."""
        outer = self.connection.transaction()
        await outer.start()
        clock.stop(at)
        return World(self.connection, Sandbox(self.connection), outer)

    @property
    def db(self) -> Db:
        """For findings and actions without a door."""
        return Db(self.connection)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """What is done inside is undone at the end."""
        inner = self.connection.transaction()
        await inner.start()
        try:
            yield
        finally:
            await inner.rollback()

    # People

    async def member(self, handle: str, **more: Any) -> Someone:
        return await self._person(handle, Standing.member, **more)

    async def alumnus(self, handle: str, *, dormant: bool = False, **more: Any) -> Someone:
        return await self._person(handle, Standing.alumnus, is_dormant=dormant, **more)

    async def guest(
        self, handle: str, *, sponsor: Someone, until: datetime | None = None, **more: Any
    ) -> Someone:
        """Without `until` their time ends tomorrow."""
        end = until or clock.now() + timedelta(days=1)
        return await self._person(handle, Standing.guest, sponsor_id=sponsor.id, until=end, **more)

    async def _person(
        self, handle: str, standing: Standing, *, follows: Iterable[Someone] = (), **columns: Any
    ) -> Someone:
        columns = {"profile_ring": int(Ring.colleagues), **columns}
        id = await self._insert("people", "id", handle=handle, standing=int(standing), **columns)
        someone = Someone(id, handle)
        await self.token(someone)
        for followed in follows:
            await self.follow(someone, followed)
        return someone

    async def token(
        self, someone: Someone | None, token: str | None = None, scopes: Sequence[str] = SCOPES
    ) -> str:
        """A token of a person, or of an app alone. That of `world.member("ada")` is `token-of-ada`."""
        given = token or (someone.token if someone else "token-of-an-app")
        app_id = await self.connection.fetchval("select id from apps where client_id = 'app-of-tests'")
        if app_id is None:
            app_id = await self._insert(
                "apps", "id", name="Tests", redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=SCOPES,
                client_id="app-of-tests", client_secret_hash=credential_hash("secret-of-tests"),
            )  # fmt: skip
        person_id = someone.id if someone else None
        await self._insert(
            "tokens",
            "id",
            app_id=app_id,
            person_id=person_id,
            token_hash=credential_hash(given),
            scopes=list(scopes),
        )
        return given

    async def change(self, someone: Someone, **columns: Any) -> None:
        """Any columns of a person; the version is raised as every domain must."""
        names = "".join(f", {name} = ${at}" for at, name in enumerate(columns, 2))
        await self.connection.execute(
            f"update people set version = version + 1{names} where id = $1", someone.id, *columns.values()
        )

    async def leave(self, someone: Someone, *, dormant: bool = True) -> None:
        await self.change(someone, standing=int(Standing.alumnus), is_dormant=dormant, left_at=clock.now())

    async def rejoin(self, someone: Someone) -> None:
        await self.change(someone, standing=int(Standing.member), is_dormant=False, left_at=None)

    async def suspend(self, someone: Someone, *, is_suspended: bool = True) -> None:
        await self.change(someone, suspended_at=clock.now() if is_suspended else None)

    async def erase(self, someone: Someone, *, with_posts: bool = False) -> None:
        await self.change(
            someone,
            erased_at=clock.now(),
            is_removed=with_posts,
            name="",
            bio="",
            face=None,
            header=None,
            unit="",
            place="",
        )

    async def viewer(self, someone: Someone | None = None) -> Viewer:
        """As a request of theirs would be recognised now; None is nobody."""
        if someone is None:
            return (await self.memory.recognise(self.db)) or _missing()
        return (await Memory().recognise(self.db, token=someone.token)) or _missing()

    async def policy(self, **choices: Any) -> None:
        """Changes the company's choices, e.g. `widest_ring=Ring.world`."""
        plain = {name: int(value) if isinstance(value, Ring) else value for name, value in choices.items()}
        await self.connection.execute(
            "update policy set version = version + 1, choices = choices || $1::jsonb", plain
        )

    # Relations

    async def follow(self, follower: Someone, followed: Someone, **columns: Any) -> None:
        await self._insert("follows", follower_id=follower.id, followed_id=followed.id, **columns)
        await self._count(follower, followed, 1)

    async def unfollow(self, follower: Someone, followed: Someone) -> None:
        gone = await self.connection.execute(
            "delete from follows where follower_id = $1 and followed_id = $2", follower.id, followed.id
        )
        if gone == "DELETE 1":
            await self._count(follower, followed, -1)

    async def block(self, blocker: Someone, blocked: Someone) -> None:
        """Ends the follows between the two, as a block does."""
        await self.unfollow(blocker, blocked)
        await self.unfollow(blocked, blocker)
        await self._insert("blocks", blocker_id=blocker.id, blocked_id=blocked.id)

    async def mute(self, muter: Someone, muted: Someone, **columns: Any) -> None:
        await self._insert("mutes", muter_id=muter.id, muted_id=muted.id, **columns)

    async def follow_tag(self, someone: Someone, tag: str) -> None:
        await self._insert("tag_follows", person_id=someone.id, tag_id=await self.tag(tag))

    async def tag(self, name: str) -> int:
        known = await self.connection.fetchval("select id from tags where key = $1", name.lower())
        tag_id: int = known or await self._insert("tags", "id", key=name.lower(), name=name)
        return tag_id

    # Posts

    async def post(
        self,
        author: Someone,
        text: str = "Good morning",
        *,
        ring: Ring = Ring.colleagues,
        visibility: Visibility = Visibility.public,
        mentions: Iterable[Someone] = (),
        tags: Iterable[str] = (),
        reply_to: int | None = None,
        warning: str = "",
        language: str = "en",
        **columns: Any,
    ) -> int:
        parent = None
        if reply_to is not None:
            parent = await self.connection.fetchrow(
                "select root_id, author_id from posts where id = $1", reply_to
            )
            columns.update(
                reply_to_id=reply_to, reply_to_person_id=parent["author_id"], root_id=parent["root_id"]
            )
        id = await self._post(author, ring, visibility, **columns)
        await self._insert("post_texts", post_id=id, text=text, warning=warning, language=language)
        for person in mentions:
            await self._insert("mentions", post_id=id, person_id=person.id)
        for name in tags:
            await self._insert("post_tags", post_id=id, tag_id=await self.tag(name), name=name)
        if reply_to is not None:
            await self._count_child(reply_to, "replies_in_ring", ring, visibility, 1)
        await index.bring_in(self.db, [id])
        await evidence.bring_in(self.db, [id])
        await conversations.heard(self.db, Viewer(policy=Policy()), [PostPublished(id)])
        return id

    async def boost(self, booster: Someone, original: int) -> int:
        row = await self.connection.fetchrow("select ring, visibility from posts where id = $1", original)
        ring, visibility = Ring(row["ring"]), Visibility(row["visibility"])
        id = await self._post(booster, ring, visibility, boost_of_id=original)
        await self._count_child(original, "boosts_in_ring", ring, visibility, 1)
        await self.mark(booster, original, boost_id=id)
        return id

    async def _post(self, author: Someone, ring: Ring, visibility: Visibility, **columns: Any) -> int:
        id: int = columns.pop("id", None) or await self.connection.fetchval("select new_id()")
        columns = {"root_id": id, **columns}
        await self._insert(
            "posts", id=id, author_id=author.id, ring=int(ring), visibility=int(visibility), **columns
        )
        if visibility <= Visibility.unlisted:
            await self._count_post(author.id, id, ring, 1)
        return id

    async def delete(self, post: int) -> None:
        """Leaves the tombstone and empties the text."""
        row = await self.connection.fetchrow(
            "update posts set deleted_at = now(), version = version + 1 where id = $1 returning *", post
        )
        await self.connection.execute(
            "update post_texts set text = '', warning = '' where post_id = $1", post
        )
        await self.connection.execute("delete from post_words where post_id = $1", post)
        await evidence.deleted(self.db, Viewer(policy=Policy()), [PostDeleted(post, row["author_id"])])
        ring, visibility = Ring(row["ring"]), Visibility(row["visibility"])
        if row["reply_to_id"]:
            await self._count_child(row["reply_to_id"], "replies_in_ring", ring, visibility, -1)
        if row["boost_of_id"]:
            await self._count_child(row["boost_of_id"], "boosts_in_ring", ring, visibility, -1)
        if visibility <= Visibility.unlisted:
            await self._count_post(row["author_id"], None, ring, -1)

    async def mark(self, someone: Someone, post: int, **columns: Any) -> None:
        """`favourite`, `bookmark` and `pin` take True; `boost_id` and `is_muted` their value."""
        for name, value in columns.items():
            number = (
                value
                if name in ("boost_id", "is_muted")
                else await self.connection.fetchval("select new_id()")
            )
            await self.connection.execute(
                f"insert into marks (person_id, post_id, {name}) values ($1, $2, $3) "
                f"on conflict (person_id, post_id) do update set {name} = excluded.{name}",
                someone.id, post, number,
            )  # fmt: skip
        if "favourite" in columns:
            await self.connection.execute(
                "update posts set favourites_count = favourites_count + 1 where id = $1", post
            )

    async def notify(self, someone: Someone, kind: str, by: Someone, post: int | None = None) -> int:
        id: int = await self._insert(
            "notifications", "id", person_id=someone.id, kind=kind, from_id=by.id, post_id=post
        )
        return id

    # Rows

    async def _count(self, follower: Someone, followed: Someone, by: int) -> None:
        for column, person in (("following_count", follower), ("followers_count", followed)):
            await self.connection.execute(
                f"update people set {column} = {column} + $2 where id = $1", person.id, by
            )

    async def _count_child(self, post: int, column: str, ring: Ring, visibility: Visibility, by: int) -> None:
        if visibility <= Visibility.unlisted:
            await self.connection.execute(
                f"update posts set {column}[$2] = {column}[$2] + $3 where id = $1", post, int(ring) + 1, by
            )

    async def _count_post(self, person_id: int, post: int | None, ring: Ring, by: int) -> None:
        newest = post or await self.connection.fetchval(
            "select coalesce(max(id), 0) from posts where author_id = $1 and ring = $2 and visibility <= 1 and deleted_at is null",
            person_id, int(ring),
        )  # fmt: skip
        await self.connection.execute(
            "update people set posts_in_ring[$2] = posts_in_ring[$2] + $3, last_post_in_ring[$2] = $4 where id = $1",
            person_id, int(ring) + 1, by, newest,
        )  # fmt: skip

    async def _insert(self, table: str, returning: str | None = None, **columns: Any) -> Any:
        names, places = ", ".join(columns), ", ".join(f"${at}" for at in range(1, len(columns) + 1))
        sql = f"insert into {table} ({names}) values ({places})" + (
            f" returning {returning}" if returning else ""
        )
        return await self.connection.fetchval(sql, *columns.values())


def _missing() -> Viewer:
    raise LookupError("this token is not good (any more)")
