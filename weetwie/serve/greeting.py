"""What whoever started the program is told: where it is, and on an empty installation how to open it."""

from collections.abc import Callable

from weetwie.database.pool import Database
from weetwie.domain.identity import links
from weetwie.domain.people import anybody

Say = Callable[[str], None]


async def greet(database: Database, base_url: str, say: Say) -> None:
    greeting = f"Weetwie is open at {base_url}"
    async with database.transaction() as db:
        if not await anybody.is_here(db):
            token = await links.make(db, "first-admin")
            greeting += (
                "\nThere is no administrator yet. Use this link to create the first one. It works once, for a day:\n"
                f"{base_url}/welcome/{token}"
            )
    say(greeting)
