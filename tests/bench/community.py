"""The made company of the bench: people with tokens, follows, posts; through the API where it counts, in bulk where it is only mass."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.bench.bulk import HOURS, in_bulk
from tests.bench.load import connect, request

SCOPES = ["read", "write", "follow", "push"]
_WORDS = """the release went out this morning and nothing broke does anybody here know how we rotate certificates on the old cluster
coffee is back thanks to facilities I wrote down what we learned from the migration so that nobody has to learn it twice lunch at noon
the new dashboard shows latency by region please have a look and tell me what is missing who has worked with kafka before we are
planning the offsite and need ideas our tests are faster now since the fixtures are shared reading group on thursday about queues""".split()
_TAGS = ["release", "kafka", "python", "lunch", "Offsite", "postgres", "design", "oncall"]
RINGS = ["colleagues"] * 70 + ["network"] * 25 + ["world"] * 5


@dataclass(frozen=True)
class Person:
    """Somebody of the company, with a token of theirs."""

    id: int
    handle: str
    token: str


def text(dice: random.Random) -> str:
    """A post as people write them: 8 to 45 words, now and then a tag."""
    words = dice.choices(_WORDS, k=dice.randint(8, 45))
    if dice.random() < 0.3:
        words.append("#" + dice.choice(_TAGS))
    return " ".join(words)


async def people(db: asyncpg.Connection, number: int, prefix: str = "bench") -> list[Person]:
    """New members with a token each, which opens a browser for them as well; written directly."""
    rows = await db.fetch(
        """insert into people (handle, name, bio, standing, profile_ring)
        select $2 || n, initcap($2) || ' ' || n, 'Works on things, number ' || n, 0, 0 from generate_series(1, $1) n returning id, handle""",
        number,
        prefix,
    )
    made = [
        Person(row["id"], row["handle"], hashlib.sha256(row["handle"].encode()).hexdigest()[:43])
        for row in rows
    ]
    await db.executemany(
        "insert into tokens (person_id, token_hash, scopes) values ($1, $2, $3)",
        [(person.id, hashlib.sha256(person.token.encode()).digest(), SCOPES) for person in made],
    )
    await db.executemany(
        "insert into sessions (person_id, token_hash, agent, id_token) values ($1, $2, 'bench', '')",
        [(person.id, hashlib.sha256(person.token.encode()).digest()) for person in made],
    )
    return made


class Api:
    """A few connections over which the company is built."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def all(self, calls: Sequence[tuple[str, str, str, Any]], connections: int = 8) -> list[Any]:
        """Run (method, path, token, body) calls in order of the list, some at a time; the decoded answers in the same order."""
        answers: list[Any] = [None] * len(calls)
        left = iter(enumerate(calls))

        async def work() -> None:
            line = await connect("127.0.0.1", self._port)
            for place, (method, path, token, body) in left:
                data = json.dumps(body).encode() if body is not None else b""
                status, answer = await line.ask(request(method, path, token, data))
                if status >= 300:
                    raise RuntimeError(f"{method} {path}: {status} {answer[:300]!r}")
                answers[place] = json.loads(answer) if answer else None
            line.close()

        await asyncio.gather(*(work() for _ in range(connections)))
        return answers


async def build(
    api: Api, crowd: Sequence[Person], follows: int = 1500, posts: int = 2000, seed: int = 7
) -> list[str]:
    """Follows, posts, replies, boosts and favourites, through the API; the ids of the posts."""
    dice = random.Random(seed)
    pairs = dice.sample(
        [(a, b) for a in crowd for b in crowd if a != b], min(follows, len(crowd) * (len(crowd) - 1))
    )
    await api.all([("POST", f"/api/v1/accounts/{b.id}/follow", a.token, {}) for a, b in pairs])
    ids: list[str] = []
    for begin in range(0, posts, 100):
        made = await api.all([_post(dice, crowd, ids) for _ in range(min(100, posts - begin))])
        ids += [post["id"] for post in made]
        acts = ["favourite"] * 50 + ["reblog"] * 5
        marks = [(act, dice.choice(ids), dice.choice(crowd)) for act in acts]
        await api.all(
            [("POST", f"/api/v1/statuses/{post}/{act}", person.token, {}) for act, post, person in marks]
        )
    return ids


async def thread(api: Api, crowd: Sequence[Person], replies: int, seed: int = 8) -> str:
    """A post with so many replies, some of them to one another; its id."""
    dice = random.Random(seed)
    question = {"status": "what did we learn this year?", "audience": "colleagues"}
    (first,) = await api.all([("POST", "/api/v1/statuses", crowd[0].token, question)])
    ids: list[str] = [first["id"]]
    while len(ids) <= replies:
        some = min(20, replies + 1 - len(ids))
        calls = [
            (
                "POST",
                "/api/v1/statuses",
                dice.choice(crowd).token,
                {"status": text(dice), "in_reply_to_id": dice.choice(ids)},
            )
            for _ in range(some)
        ]
        ids += [post["id"] for post in await api.all(calls)]
    return ids[0]


def _post(dice: random.Random, crowd: Sequence[Person], ids: Sequence[str]) -> tuple[str, str, str, Any]:
    person = dice.choice(crowd)
    body: dict[str, Any] = {"status": text(dice)}
    if ids and dice.random() < 0.2:
        body["in_reply_to_id"] = dice.choice(ids[-200:])
    else:
        body["audience"] = dice.choice(RINGS)
        if body["audience"] == "world":
            body["audience"] = "network"  # the widest that the policy allows unless told otherwise
    if dice.random() < 0.1:
        body["status"] = f"@{dice.choice(crowd).handle} " + body["status"]
    return "POST", "/api/v1/statuses", person.token, body


async def mass(db: asyncpg.Connection, authors: Sequence[int], posts: int, days: int = 365) -> None:
    """Posts in bulk (one in twenty for followers), spread evenly over the past, with their texts and their places in the homes of followers (800 each)."""
    now = int(time.time() * 1000)
    begin, step = now - days * 86_400_000, days * 86_400_000 / posts
    async with in_bulk(db, "posts", "post_texts"):
        await db.execute(
            """insert into posts (id, author_id, root_id, ring, visibility)
            select id, ($1::bigint[])[1 + (hashint8(n) & 2147483647) % $2], id, case when n % 20 < 14 then 0 when n % 20 < 19 then 1 else 2 end, case when n % 20 = 3 then 2 else 0 end
            from (select n, (($3::bigint + (n * $4::float8)::bigint) << 16) as id from generate_series(1, $5::bigint) n) made
            on conflict do nothing""",
            list(authors),
            len(authors),
            begin,
            step,
            posts,
            timeout=HOURS,
        )
        await db.execute(
            """insert into post_texts (post_id, text, language)
            select id, 'post ' || id || ' about things that many people here have seen before and will see again', 'en' from posts
            on conflict do nothing""",
            timeout=HOURS,
        )
    await db.execute("analyze people", timeout=HOURS)


async def bystanders(db: asyncpg.Connection, number: int, follows: int = 20) -> None:
    """People who only follow one another, without tokens: written by the database alone, a million in minutes."""
    async with in_bulk(db, "people", "follows"):
        await db.execute(
            """insert into people (handle, name, bio, standing, profile_ring, followers_count, following_count)
            select 'by' || n, 'By ' || n, '', 0, 0, $2, $2 from generate_series(1, $1::bigint) n""",
            number,
            follows,
            timeout=HOURS,
        )
        # Each follows those who stand at certain distances, which makes as many followers and no pair twice.
        await db.execute(
            """with numbered as (select id, row_number() over (order by id) - 1 as at from people where handle like 'by%')
            insert into follows (follower_id, followed_id)
            select one.id, other.id from numbered one cross join generate_series(1, $2::bigint) step
            join numbered other on other.at = (one.at + step * 7919) % $1
            where one.id <> other.id on conflict do nothing""",
            number,
            follows,
            timeout=HOURS,
        )


async def settle(db: asyncpg.Connection) -> None:
    """Homes as the program keeps them: the newest 800 entries of each, and the floor below them. Statistics fresh."""
    await db.execute(
        """insert into home_entries (person_id, post_id, boost_of_id)
        select p.id, x.id, x.boost_of_id from people p
        join tokens on tokens.person_id = p.id
        cross join lateral (select newest.id, newest.boost_of_id
          from (select followed_id as author_id from follows where follower_id = p.id union all select p.id) author
          cross join lateral (select posts.id, posts.boost_of_id from posts where posts.author_id = author.author_id
            and posts.deleted_at is null order by posts.id desc limit 800) newest
          order by newest.id desc limit 800) x on conflict do nothing""",
        timeout=HOURS,
    )
    await db.execute(
        """insert into home_floors (person_id, floor) select person_id, min(post_id) from home_entries group by 1 having count(*) >= 800
        on conflict (person_id) do update set floor = excluded.floor"""
    )
    await db.execute("vacuum analyze", timeout=HOURS)
