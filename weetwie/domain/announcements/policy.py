"""What changes in what holds here is announced to those whom it concerns, with the change itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from weetwie.access import plain_words
from weetwie.access.policy import Policy, from_choices
from weetwie.access.viewer import Viewer
from weetwie.access.words import Ring
from weetwie.domain.announcements.announcements import LONGEST, announce
from weetwie.errors import _
from weetwie.events import PolicyChanged
from weetwie.kit import clock, language
from weetwie.kit.db import Db, Query
from weetwie.tables.policy import PolicyRow

LASTS: Final = timedelta(days=30)
_NOW = Query(select(PolicyRow.version, PolicyRow.choices))
_BEGIN: Final = _("What holds here has changed:")


async def changed(db: Db, viewer: Viewer, facts: Sequence[PolicyChanged]) -> None:
    """In the first language of the house; alumni and guests are told too, but of what concerns colleagues alone."""
    row = await db.row(_NOW)
    assert row is not None, "there is always one policy"
    policy = from_choices(row["version"], row["choices"])
    names = [name for fact in facts for name in fact.names]
    for ring, of in (
        (Ring.network, plain_words.CONCERN_EVERYBODY),
        (Ring.colleagues, plain_words.CONCERN_COLLEAGUES),
    ):
        told = [name for name in of if name in names]
        if told:
            await announce(
                db, viewer, _text(policy, told), ring=ring, ends_at=clock.now() + LASTS, tells_policy=True
            )


def _text(policy: Policy, names: Sequence[str]) -> str:
    speak = language.first_of(policy.languages)

    def say(words: str) -> str:
        return language.translate(words, speak)

    lines = [say(_BEGIN), *(plain_words.sentence(name, policy, say) for name in names)]
    return "\n\n".join(lines)[:LONGEST]
