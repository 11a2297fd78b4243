"""Whatever people do and whatever becomes of them, in whatever order: nobody reads a word that is not for them.

Tokens and sessions are made good again each time, as if ending them had failed: what holds is the law, not the tidying up.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.access.companies import dice, read
from tests.law.asgi import Request, Response, send
from tests.law.scene import Settings
from tests.world import SOME_DAY, Sandbox, Someone, World
from weetwie.access.authenticate import credential_hash
from weetwie.access.enums import Ring
from weetwie.app import build
from weetwie.database.pool import Db
from weetwie.domain.identity import sessions
from weetwie.domain.people.leave import leave
from weetwie.domain.people.rejoin import rejoin, wake
from weetwie.domain.people.suspend import suspend, unsuspend
from weetwie.errors import Refusal
from weetwie.reactions import AT_ONCE
from weetwie.runtime import clock
from weetwie.worker import Worker, drain

PROFILE: Final = settings.default or settings()
_WORD: Final = re.compile(rb"zq[a-p]{4}")
_MINE: Final = (
    "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/open", "/api/v1/conversations",
    "/api/v1/notifications", "/api/v2/notifications", "/api/v1/favourites", "/api/v1/bookmarks",
    "/api/v1/trends/statuses", "/", "/all", "/notifications", "/messages", "/bookmarks", "/favourites", "/tags/open",
)  # fmt: skip
_OF_PERSON: Final = ("/api/v1/accounts/{id}/statuses", "/@{handle}", "/@{handle}?tab=replies")
_OF_POST: Final = (
    "/api/v1/statuses/{id}/context", "/api/v1/statuses/{id}/history", "/api/v1/statuses/{id}/source",
    "/api/v1/statuses/{id}/quotes", "/@ada/{id}", "/posts/{id}/show",
)  # fmt: skip


class Acting(Sandbox):
    """What must happen with an act happens with it, as in the running program."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        async with self._lock, self.connection.transaction():
            yield Db(self.connection, AT_ONCE)


class Life:
    """A company in which people act by the API, and things happen to them."""

    def __init__(self, world: World, pick: Random) -> None:
        self.world, self.pick = world, pick
        self.database = Acting(world.connection)
        self.application = build(Settings(), self.database, world.site)
        self.people: list[Someone] = []
        self.chief: Someone
        self.written: dict[bytes, int] = {}
        """Which post each word stands in."""
        self.leaks: list[str] = []

    async def begin(self) -> None:
        world = self.world
        await world.policy(
            widest_ring=self.pick.choice((Ring.network, Ring.network, Ring.world)), connections=["feeds"]
        )
        self.chief = await world.member("chief", is_admin=True)
        ada = await world.member("ada")
        self.people = [
            ada,
            await world.member("bo"),
            await world.alumnus("al"),
            await world.guest("gus", sponsor=ada),
        ]
        for _ in range(3):
            await self.post(self.pick.choice(self.people))

    async def live(self) -> None:
        who = self.pick.choice(self.people)
        act: Callable[[Someone], Awaitable[None]] = self.pick.choices(
            (self.post, self.edit, self.mark, self.tie, self.untie, self.delete, self.step, self.ends),
            (10, 2, 5, 5, 2, 1, 12, 1),
        )[0]
        if act in (self.step, self.ends):
            await self.look(who)
        await act(who)
        await drain(Worker(self.database, self.world.site))
        await self.look(who)
        await self.look(self.pick.choice([self.chief, None, *self.people]))

    # What people do

    async def post(self, who: Someone) -> None:
        word = self.word()
        earlier = self.pick.choice([None, *list(self.written.values())[-4:]])
        named = self.pick.choice(("", "", "@bo ", "@al ", "@gus ", "@ada "))
        ring = self.pick.choice(("", "!colleagues ", "!network ", "!network ", "!world "))
        draft: dict[str, Any] = {
            "status": f"{ring}{named}{word} #open",
            "visibility": self.pick.choice(("public", "public", "unlisted", "private", "direct")),
        }
        if earlier is not None:
            draft[self.pick.choice(("in_reply_to_id", "in_reply_to_id", "quoted_status_id"))] = str(earlier)
        before = await self.newest()
        await self.does(who, "POST", "/api/v1/statuses", draft)
        if (made := await self.newest()) != before:
            self.written[word.encode()] = made

    async def edit(self, who: Someone) -> None:
        word, post = self.word(), self.some_post()
        answer = await self.does(who, "PUT", f"/api/v1/statuses/{post}", {"status": f"{word} #open"})
        if answer.status == 200:
            self.written[word.encode()] = post

    async def mark(self, who: Someone) -> None:
        verb = self.pick.choice(("favourite", "bookmark", "reblog", "unreblog", "pin"))
        await self.does(who, "POST", f"/api/v1/statuses/{self.some_post()}/{verb}")

    async def delete(self, who: Someone) -> None:
        await self.does(who, "DELETE", f"/api/v1/statuses/{self.some_post()}")

    async def tie(self, who: Someone) -> None:
        await self.towards(who, self.pick.choice(("follow", "follow", "follow", "block")))

    async def untie(self, who: Someone) -> None:
        await self.towards(who, self.pick.choice(("unfollow", "unblock")))

    async def towards(self, who: Someone, verb: str) -> None:
        other = self.pick.choice([one for one in self.people if one is not who])
        await self.does(who, "POST", f"/api/v1/accounts/{other.id}/{verb}")

    # What becomes of them

    async def step(self, who: Someone) -> None:
        act = self.pick.choice((leave, leave, rejoin, rejoin, wake, suspend, unsuspend, unsuspend))
        chief = await self.world.viewer(self.chief)
        try:
            async with self.database.transaction() as db:
                await act(db, chief, who.id)
        except Refusal:
            pass

    async def ends(self, _who: Someone) -> None:
        """The guest's last day is over, and is prolonged at the next."""
        gus = self.people[-1]
        until = await self.world.connection.fetchval("select until from people where id = $1", gus.id)
        is_over = until <= clock.now()
        await self.world.change(gus, until=clock.now() + timedelta(days=1 if is_over else 0))

    # What they read

    async def look(self, who: Someone | None) -> None:
        """What the plain rule denies is heard nowhere, and a post by its id is there for whom it says, and for no others."""
        company = await read(self.world.connection, clock.now())
        human = next((one for one in company.people if who and one.id == who.id), None)
        seen = {post.id for post in company.posts if company.sees_post(human, post)}
        for at in [*self.asked(), *await self.feeds(who)]:
            answer = await self.does(who, "GET", at)
            heard = {word for word in _WORD.findall(answer.body) if word not in at.encode()}
            if "type=statuses" in at:
                heard = set(_WORD.findall(answer.body))
            self.leaks += [
                f"{at} tells {who and who.handle} {word!r}"
                for word in heard
                if self.written.get(word) not in seen
            ]
        for word, post in self.pick.sample(list(self.written.items()), min(3, len(self.written))):
            answer = await self.does(who, "GET", f"/api/v1/statuses/{post}")
            if (answer.status == 200) != (post in seen):
                self.leaks.append(f"{who and who.handle} gets {answer.status} for the post of {word!r}")

    def asked(self) -> list[str]:
        pick, person, post = self.pick, self.pick.choice([self.chief, *self.people]), self.some_post()
        word = pick.choice([*self.written, b"zqaaaa"]).decode()
        return [
            *pick.sample(_MINE, 4),
            pick.choice(_OF_PERSON).format(id=person.id, handle=person.handle),
            pick.choice(_OF_POST).format(id=post),
            f"/api/v2/search?type=statuses&q={word}",
            f"/api/weetwie/v1/who_knows?q={word}",
        ]

    async def feeds(self, who: Someone | None) -> list[str]:
        """The public ones and, as if ending them had failed, a secret one of theirs."""
        person = self.pick.choice([self.chief, *self.people])
        public = (f"people/{person.handle}", "topics/open", "questions")
        if who is None:
            return [f"/feeds/{self.pick.choice(public)}.atom"]
        kind, about = self.pick.choice([("person", str(person.id)), ("topic", "open"), ("search", "open")])
        secret = f"{kind}-{about}-{who.id}".replace(" ", "-").replace("*", "")
        await self.world.connection.execute(
            "insert into feed_addresses (person_id, kind, about, secret_hash) values ($1, $2, $3, $4)"
            " on conflict do nothing",
            who.id,
            kind,
            about,
            credential_hash(secret),
        )
        return [f"/feeds/own/{secret}.json"]

    async def does(
        self, who: Someone | None, method: str, at: str, body: dict[str, Any] | None = None
    ) -> Response:
        path, _mark, query = at.partition("?")
        pairs = tuple((one.split("=")[0], one.split("=")[1]) for one in query.split("&") if one)
        token, cookie = None, None
        if who is not None:
            await self.world.connection.execute(
                "update tokens set revoked_at = null where person_id = $1", who.id
            )
            if path.startswith("/api/"):
                token = who.token
            else:
                cookie = f"weetwie-session={await sessions.begin(self.world.db, who.id)}"
        answer = await send(self.application, Request(method, path, pairs, body or {}), token, cookie)
        assert answer.status < 500, f"{method} {at} as {who}: {answer.status} {answer.body[:300]!r}"
        return answer

    async def newest(self) -> int:
        return int(await self.world.connection.fetchval("select coalesce(max(id), 0) from posts"))

    def word(self) -> str:
        number = len(self.written) + self.pick.randrange(2**8) * 2**8
        return "zq" + "".join(chr(97 + int(digit, 16)) for digit in f"{number:04x}")

    def some_post(self) -> int:
        return self.pick.choice([*list(self.written.values())[-6:], 1])


@settings(
    max_examples=max(PROFILE.max_examples // 15, 3), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(pick=dice, acts=st.integers(4, 14))
def test_nobody_reads_a_word_that_is_not_for_them_whatever_happened(
    dsn: str, pick: Random, acts: int
) -> None:
    async def story() -> None:
        world = await World.open(dsn, at=SOME_DAY)
        try:
            life = Life(world, pick)
            await life.begin()
            for _ in range(acts):
                await life.live()
                assert not life.leaks, "\n".join(life.leaks)
        finally:
            await world.close()

    asyncio.run(story())
