"""What time it is, from one place, so that tests can stop the clock."""

from datetime import UTC, datetime

_stopped_at: datetime | None = None


def now() -> datetime:
    return _stopped_at or datetime.now(UTC)


def stop(at: datetime | None) -> None:
    """Holds the clock at a moment (None lets it run again). For tests."""
    global _stopped_at
    _stopped_at = at
