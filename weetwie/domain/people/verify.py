"""Fields of a profile that lead to a page which leads back with `rel="me"` are verified: the page is theirs.

Source: https://docs.joinmastodon.org/user/profile/#verification
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, Text, delete, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, param
from weetwie.database.sql import before_now
from weetwie.events import PersonChanged, record
from weetwie.http import page
from weetwie.http.fetch import Fetcher, FetchFailed
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.tables.people import FieldCheck, Person

log = logger(__name__)

MOST_ATTEMPTS: Final = 3
REST: Final = timedelta(minutes=10)
"""Between two attempts at one page."""


async def asked(db: Db, viewer: Viewer, facts: Sequence[PersonChanged]) -> None:
    """Nothing where the organisation does not want pages of others to be fetched."""
    if not viewer.policy.fetches_links:
        return
    for fact in facts:
        fields: list[dict[str, str]] = await db.value(_FIELDS, id=fact.person_id) or []
        for field in fields:
            if is_page(field["value"]) and not field.get("verified_at"):
                await db.run(_ASK, person_id=fact.person_id, url=field["value"])


def is_page(value: str) -> bool:
    """Whether a field is an address and nothing else; only what cannot be read on the way proves something."""
    return value.startswith("https://") and " " not in value.strip() and len(value) <= 2048


async def work(database: Database, fetcher: Fetcher, base_url: str) -> bool:
    """Looks at one page; False when none waits."""
    async with database.transaction() as db:
        claimed = await db.row(_CLAIM, now=clock.now())
    if claimed is None:
        return False
    person_id, url, handle = claimed["person_id"], claimed["url"], claimed["handle"]
    try:
        found = await fetcher.fetch(url, "text/html")
    except FetchFailed as error:
        log.info("a page of a profile cannot be looked at", why=str(error))
        if claimed["attempts"] < MOST_ATTEMPTS:
            return True
        leads_back = False
    else:
        ours = f"{base_url}/@{handle}".lower()
        me = page.read(found.content, found.url, found.charset).me
        leads_back = any(link.rstrip("/").lower() == ours for link in me)
    async with database.transaction() as db:
        await db.run(_DONE, person_id=person_id, url=url)
        if leads_back:
            await _verified(db, person_id, url)
    return True


async def _verified(db: Db, person_id: int, url: str) -> None:
    fields: list[dict[str, str]] = await db.value(_HELD, id=person_id) or []
    at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    marked = [field | {"verified_at": at} if field["value"] == url else field for field in fields]
    if marked != fields:
        await db.run(_MARK, id=person_id, fields=marked)
        await record(db, Viewer(policy=Policy()), PersonChanged(person_id))


_ID, _PERSON_ID, _URL = param("id", BigInteger), param("person_id", BigInteger), param("url", Text)
_NOW = param("now", DateTime(timezone=True))
_FIELDS = Query(select(Person.fields).where(Person.id == _ID, Person.erased_at.is_(None)))
_HELD = Query(
    select(Person.fields).where(Person.id == _ID, Person.erased_at.is_(None)).with_for_update(key_share=True)
)
_ASK = Query(insert(FieldCheck).values(person_id=_PERSON_ID, url=_URL).on_conflict_do_nothing())
_waiting = select(FieldCheck.person_id, FieldCheck.url).where(
    or_(FieldCheck.claimed_at.is_(None), FieldCheck.claimed_at < before_now(REST))
)
WAITS = _waiting.exists()
_NEXT = (
    _waiting.order_by(FieldCheck.claimed_at.nulls_first())
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("next")
)
_CLAIM = Query(
    update(FieldCheck)
    .where(
        FieldCheck.person_id == _NEXT.c.person_id,
        FieldCheck.url == _NEXT.c.url,
        Person.id == FieldCheck.person_id,
    )
    .values(claimed_at=_NOW, attempts=FieldCheck.attempts + 1)
    .returning(FieldCheck.person_id, FieldCheck.url, FieldCheck.attempts, Person.handle)
)
_DONE = Query(delete(FieldCheck).where(FieldCheck.person_id == _PERSON_ID, FieldCheck.url == _URL))
_MARK = Query(
    update(Person).where(Person.id == _ID).values(fields=param("fields", JSONB), version=Person.version + 1)
)
