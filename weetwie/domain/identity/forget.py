"""Tidying up: codes and links that have expired, guesses that no longer slow anyone down."""

from datetime import timedelta

from sqlalchemy import DateTime, delete

from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import Grant, SignInAttempt, SignInLink

LONGER = timedelta(days=1)

_BEFORE = param("before", DateTime(timezone=True))
_EXPIRED = (
    Query(delete(Grant).where(Grant.expires_at < _BEFORE)),
    Query(delete(SignInLink).where(SignInLink.expires_at < _BEFORE)),
    Query(delete(SignInAttempt).where(SignInAttempt.at < _BEFORE)),
)


async def forget_expired(db: Db) -> None:
    for query in _EXPIRED:
        await db.run(query, before=clock.now() - LONGER)
