"""The sample company, put up where it is not yet, with one of its people to sign in as."""

import secrets

import msgspec

from weetwie import reactions
from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.domain.identity import passwords
from weetwie.domain.imports import imported
from weetwie.domain.people.import_ import members
from weetwie.flows.imports import sample as fill
from weetwie.flows.imports.sample import SampleReport
from weetwie.imports.sample.company import company
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.serve import store
from weetwie.settings import Settings

GUIDE = "priya"
"""Her home is a lively one, in all three languages."""


class PutUp(msgspec.Struct, frozen=True):
    handle: str
    password: str
    """Made anew each time; an older one is no longer good."""
    filled: SampleReport | None
    """None where the company was here before."""


async def put_up(database: Database, viewer: Viewer, kept: Store, *, beside_others: bool = False) -> PutUp:
    """Twice is once. Raises Conflict where others have written, unless the company may stand beside them."""
    async with database.reading() as db:
        is_here = await fill.is_here(db)
    filled = None
    if not is_here:
        filled = await fill.fill(database, viewer, kept, company(clock.now()), beside_others=beside_others)
    password = secrets.token_urlsafe(9)
    hash = await passwords.hashed(password)
    async with database.transaction() as db:
        person_id = (await imported.people(db, fill.SOURCE, [GUIDE]))[GUIDE]
        await passwords.put(db, viewer, person_id, hash, notifies=False)
        handles = {id: handle for handle, id in (await members(db, [GUIDE, f"{GUIDE}_2"])).items()}
    return PutUp(handles.get(person_id, GUIDE), password, filled)


async def put_up_at(settings: Settings, dsn: str) -> PutUp:
    database = await Database.open(dsn, size=2)
    try:
        async with database.reading() as db:
            viewer = viewers.system(await Memory().policy(db))
        return await put_up(reactions.attach(database), viewer, store.chosen(settings))
    finally:
        await database.close()


def told(found: PutUp) -> str:
    put = (
        f"Loaded the sample company: {found.filled.people} people and {found.filled.posts} posts, all made up."
        if found.filled
        else "The sample company is already here."
    )
    return (
        f"{put}\nLog in as @{found.handle} with the password {found.password}\n"
        "To remove it: weetwie sample --remove"
    )
