"""What changes in what holds here is announced to those whom it concerns, with the change itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import DateTime, SmallInteger, func, select

from weetwie.access import plain_words
from weetwie.access.enums import Ring
from weetwie.access.policy import Policy, from_choices
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.announcements.announcements import LONGEST, announce, withdraw
from weetwie.errors import _
from weetwie.events import PolicyChanged
from weetwie.runtime import clock
from weetwie.tables.announcements import Announcement
from weetwie.tables.policy import PolicyRow
from weetwie.text import language

LASTS: Final = timedelta(days=30)
_TOGETHER: Final = timedelta(days=1)
"""What changes within this stands in one announcement, the last."""
_NOW = Query(select(PolicyRow.version, PolicyRow.choices))
_LATELY = Query(
    select(Announcement.id, Announcement.policy_names).where(
        func.cardinality(Announcement.policy_names) > 0,  # what earlier releases announced stays as it is
        Announcement.ring == param("ring", SmallInteger),
        Announcement.published_at > param("since", DateTime(timezone=True)),
    )
)
_BEGIN: Final = _("Policies changed:")


async def changed(db: Db, viewer: Viewer, facts: Sequence[PolicyChanged]) -> None:
    """In each reader's language; alumni and guests are told too, but of what concerns colleagues alone."""
    row = await db.row(_NOW)
    assert row is not None, "there is always one policy"
    policy = from_choices(row["version"], row["choices"])
    names = [name for fact in facts for name in fact.names]
    for ring, of in (
        (Ring.network, plain_words.CONCERN_EVERYBODY),
        (Ring.colleagues, plain_words.CONCERN_COLLEAGUES),
    ):
        if any(name in names for name in of):
            earlier = await db.rows(_LATELY, ring=int(ring), since=clock.now() - _TOGETHER)
            for row in earlier:
                await withdraw(db, viewer, row["id"])
            before = {name for row in earlier for name in row["policy_names"]}
            told = [name for name in of if name in names or name in before]
            texts = {speak: _text(policy, told, speak) for speak in language.languages()}
            await announce(
                db,
                viewer,
                texts[language.first_of(policy.languages)],
                ring=ring,
                ends_at=clock.now() + LASTS,
                policy_names=told,
                in_languages=texts,
            )


def _text(policy: Policy, names: Sequence[str], speak: str) -> str:
    def say(words: str) -> str:
        return language.translate(words, speak)

    lines = [say(_BEGIN), *(plain_words.sentence(name, policy, say) for name in names)]
    return "\n\n".join(lines)[:LONGEST]
