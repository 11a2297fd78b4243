"""Random small companies, and how one is written into the database in a handful of statements."""

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.access.plain_rule import GUEST, MEMBER, UNLISTED, WORLD, Company, Human, Note, Written
from tests.world import SOME_DAY

_POST_COLUMNS = (
    "id", "author_id", "boost_of_id", "reply_to_id", "reply_to_person_id", "root_id", "ring", "visibility", "deleted_at",
    "replies_in_ring",
)  # fmt: skip
_PERSON_COLUMNS = (
    "id", "handle", "standing", "is_dormant", "suspended_at", "erased_at", "is_removed", "until", "sponsor_id",
    "profile_ring", "posts_in_ring", "last_post_in_ring",
)  # fmt: skip


dice = st.integers(0, 2**32).map(Random) | st.randoms(use_true_random=False)
"""Chance: the first covers more, the second comes down to smaller failures."""


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """People of every standing, and every kind of post that can come to be, rather more tangled than in life."""
    pick = draw(dice)
    company = Company(
        now=SOME_DAY,
        widest_ring=pick.choice((0, 1, 1, 2, 2)),
        guests_see_only_their_circle=pick.random() < 0.7,
    )
    for id in range(1, draw(st.integers(3, 9)) + 1):
        company.people.append(_human(pick, id, company))
    pairs = [(a, b) for a in company.people for b in company.people if a is not b]
    company.follows = {pair for pair in pairs if pick.random() < 0.3}
    company.blocks = {pair for pair in pairs if pick.random() < 0.06}
    for id in range(1, draw(st.integers(2, 16)) + 1):
        company.posts.append(_note(pick, id, company))
    for id in range(1001, 1001 + draw(st.integers(0, 8))):
        author = pick.choice((None, *company.people))
        is_hidden = author is not None and pick.random() < 0.2
        company.passages.append(Written(id, author, pick.choice((0, 1, 1, 2)), is_hidden))
    return company


def _human(pick: Any, id: int, company: Company) -> Human:
    standing = pick.choice((0, 0, 1, 1, 2, 2))
    until = SOME_DAY + timedelta(seconds=pick.choice((-3600, 0, 1, 3600, 3600, 3600)))
    erased = pick.random() < 0.07
    return Human(
        id,
        standing=standing,
        is_dormant=standing != MEMBER and pick.random() < 0.25,
        is_suspended=pick.random() < 0.1,
        is_erased=erased,
        is_removed=erased and pick.random() < 0.5,
        until=until if standing == GUEST else None,
        sponsor=pick.choice(company.people)
        if company.people and (standing == GUEST or pick.random() < 0.1)
        else None,
        profile_ring=pick.choice((0, 0, 1, 1, 2)),
    )


def _note(pick: Any, id: int, company: Company) -> Note:
    author, is_deleted = pick.choice(company.people), pick.random() < 0.08
    originals = [post for post in company.posts if post.boost_of is None]
    boosted = {post.boost_of for post in company.posts if post.author is author and not post.is_deleted}
    to_boost = [post for post in originals if post not in boosted]
    if to_boost and pick.random() < 0.25:
        original = pick.choice(to_boost)
        return Note(id, author, original.ring, original.visibility, boost_of=original, is_deleted=is_deleted)
    parent = pick.choice(originals) if originals and pick.random() < 0.4 else None
    return Note(
        id,
        author,
        ring=pick.choice((0, 1, 1, 2)),
        visibility=pick.choice((0, 0, 1, 2, 2, 3)),
        mentions=frozenset(person for person in company.people if pick.random() < 0.15),
        parent=parent,
        root=(parent.root or parent) if parent else None,
        is_deleted=is_deleted,
    )


async def write(connection: Any, company: Company) -> None:
    """Into an empty database (what the policy was is not kept)."""
    choices = {
        "widest_ring": company.widest_ring,
        "guests_see_only_their_circle": company.guests_see_only_their_circle,
    }
    await connection.execute("update policy set version = version + 1, choices = $1::jsonb", choices)
    await _copy(
        connection, "people", _PERSON_COLUMNS, [_person_row(company, person) for person in company.people]
    )
    await _copy(connection, "posts", _POST_COLUMNS, [_post_row(company, post) for post in company.posts])
    mentions = [(post.id, person.id) for post in company.posts for person in post.mentions]
    await _copy(connection, "mentions", ("post_id", "person_id"), mentions)
    follows = [(a.id, b.id) for a, b in company.follows]
    await _copy(connection, "follows", ("follower_id", "followed_id"), follows)
    blocks = [(a.id, b.id) for a, b in company.blocks]
    await _copy(connection, "blocks", ("blocker_id", "blocked_id"), blocks)
    if company.passages:
        await _write_passages(connection, company)


async def _write_passages(connection: Any, company: Company) -> None:
    await _copy(connection, "imports", ("id", "kind", "source"), [(1, "slack", "slack acme")])
    rings = [(ring + 1, 1, f"c{ring}", f"channel{ring}", ring) for ring in range(WORLD + 1)]
    await _copy(connection, "channels", ("id", "import_id", "key", "name", "ring"), rings)
    names = (
        "id",
        "import_id",
        "channel_id",
        "key",
        "author_id",
        "thread_key",
        "ring",
        "is_hidden",
        "content_hash",
        "text",
    )
    rows = [
        (one.id, 1, one.ring + 1, f"m{one.id}", one.author.id if one.author else None, f"m{one.id}", one.ring, one.is_hidden, b"", "pumps")
        for one in company.passages
    ]  # fmt: skip
    await _copy(connection, "passages", names, rows)


async def _copy(connection: Any, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        await connection.copy_records_to_table(table, columns=columns, records=rows)


def _person_row(company: Company, person: Human) -> tuple[Any, ...]:
    own = [post for post in company.posts if post.author is person]
    newest = [0, 0, 0]
    for post in own:
        if counts(post):
            newest[post.ring] = max(newest[post.ring], post.id)
    sponsor_id = person.sponsor.id if person.sponsor else None
    return (
        person.id, f"p{person.id}", person.standing, person.is_dormant, SOME_DAY if person.is_suspended else None,
        SOME_DAY if person.is_erased else None, person.is_removed, person.until, sponsor_id, person.profile_ring,
        by_ring(own), newest,
    )  # fmt: skip


def _post_row(company: Company, post: Note) -> tuple[Any, ...]:
    children = [child for child in company.posts if child.parent is post]
    parent, root = post.parent, post.root or post
    return (
        post.id, post.author.id, post.boost_of.id if post.boost_of else None, parent.id if parent else None,
        parent.author.id if parent else None, root.id, post.ring, post.visibility,
        SOME_DAY if post.is_deleted else None, by_ring(children),
    )  # fmt: skip


def counts(post: Note) -> bool:
    return post.visibility <= UNLISTED and not post.is_deleted


def by_ring(children: list[Note]) -> list[int]:
    return [sum(counts(child) and child.ring == ring for child in children) for ring in range(WORLD + 1)]


async def read(connection: Any, now: Any) -> Company:
    """The company that stands in the database, as plain data."""
    policy = await connection.fetchval("select choices from policy")
    company = Company(
        now=now,
        widest_ring=policy.get("widest_ring", 1),
        guests_see_only_their_circle=policy.get("guests_see_only_their_circle", True),
    )
    people: dict[int, Human] = {}
    rows = await connection.fetch("select * from people order by id")
    for row in rows:
        people[row["id"]] = Human(
            row["id"], row["standing"], row["is_dormant"], row["suspended_at"] is not None,
            row["erased_at"] is not None, row["is_removed"], row["until"], profile_ring=row["profile_ring"],
        )  # fmt: skip
    for row in rows:
        people[row["id"]].sponsor = people.get(row["sponsor_id"])
    named: dict[int, set[Human]] = {}
    for row in await connection.fetch("select post_id, person_id from mentions"):
        named.setdefault(row["post_id"], set()).add(people[row["person_id"]])
    posts: dict[int, Note] = {}
    for row in await connection.fetch("select * from posts order by id"):
        posts[row["id"]] = Note(
            row["id"], people[row["author_id"]], row["ring"], row["visibility"],
            frozenset(named.get(row["id"], ())), posts.get(row["root_id"]), posts.get(row["boost_of_id"]),
            posts.get(row["reply_to_id"]), row["deleted_at"] is not None,
        )  # fmt: skip
    for row in await connection.fetch("select * from passages order by id"):
        company.passages.append(
            Written(row["id"], people.get(row["author_id"]), row["ring"], row["is_hidden"])
        )
    company.people, company.posts = list(people.values()), list(posts.values())
    follows = await connection.fetch("select follower_id, followed_id from follows")
    company.follows = {(people[row[0]], people[row[1]]) for row in follows}
    blocks = await connection.fetch("select blocker_id, blocked_id from blocks")
    company.blocks = {(people[row[0]], people[row[1]]) for row in blocks}
    return company
