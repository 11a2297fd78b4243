"""What time it is, from one place, so that tests can stop the clock."""

from datetime import UTC, datetime

_stopped: list[datetime] = []


def now() -> datetime:
    return _stopped[0] if _stopped else datetime.now(UTC)


def stop(at: datetime | None) -> None:
    """Holds the clock at a moment (None lets it run again). For tests."""
    _stopped[:] = [] if at is None else [at]
