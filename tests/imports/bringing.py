"""What the tests of imports share: a watcher that keeps what it is told, and looks at what came in."""

from pathlib import Path
from typing import Any

from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Database, Db
from weetwie.flows.imports.run import ImportReport
from weetwie.imports.lines import BadLine

DATA = Path(__file__).parent / "data"


class Told:
    def __init__(self) -> None:
        self.bads: list[BadLine] = []

    def bad(self, bad: BadLine) -> None:
        self.bads.append(bad)

    def moved(self, report: ImportReport, position: int, size: int) -> None:
        assert 0 <= position <= size


async def acting(database: Database) -> Viewer:
    async with database.reading() as db:
        return system(await Memory().policy(db))


_WHAT_CAME = """
    select a.handle author, p.id >> 16 as ms, t.text, t.language, p.ring, p.visibility, p.origin, p.is_question,
        parent_text.text reply_to, root_text.text root, answer_text.text answer, p.replies_in_ring,
        (select array_agg(g.key order by g.key) from post_tags pt join tags g on g.id = pt.tag_id where pt.post_id = p.id) tags,
        (select array_agg(m.handle order by m.handle) from mentions n join people m on m.id = n.person_id where n.post_id = p.id)
            mentions,
        (select array_agg(e.kind || ' ' || m.handle order by e.kind, m.handle) from endorsements e
            join people m on m.id = e.person_id where e.post_id = p.id) endorsements,
        (select array_agg(m.handle order by m.handle) from home_entries h join people m on m.id = h.person_id
            where h.post_id = p.id) homes
    from posts p join people a on a.id = p.author_id join post_texts t on t.post_id = p.id
    left join post_texts parent_text on parent_text.post_id = p.reply_to_id
    left join post_texts root_text on root_text.post_id = p.root_id
    left join post_texts answer_text on answer_text.post_id = p.answer_id
    order by p.id >> 16, t.text
"""
_WHO_CAME = """
    select p.handle, p.name, p.unit, p.place, p.languages, m.handle manager, p.has_joined, p.may_rank, p.standing,
        p.posts_in_ring, (select array_agg(i >> 16) from unnest(p.last_post_in_ring) i) last,
        (select count(*) from addresses a where a.person_id = p.id) addresses
    from people p left join people m on m.id = p.manager_id order by lower(p.handle)
"""


async def world_as_it_is(database: Database) -> tuple[list[Any], list[Any]]:
    """All posts and all people, without ids, so that two ways to the same world can be compared."""
    async with database.reading() as db:
        posts = await db.connection.fetch(_WHAT_CAME)
        people = await db.connection.fetch(_WHO_CAME)
    return [dict(row) for row in posts], [dict(row) for row in people]


async def kept(db: Db, person_id: int) -> str | None:
    """The address of theirs that is kept in full."""
    found: str | None = await db.connection.fetchval(
        "select address from addresses where person_id = $1 and not is_personal order by id limit 1",
        person_id,
    )
    return found
