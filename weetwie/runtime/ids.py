"""Ids hold the time of what they name: milliseconds since 1970 above, a running number in the 16 bits below."""

from datetime import UTC, datetime


def id_at(moment: datetime) -> int:
    """The least id of what was made at a moment."""
    return int(moment.timestamp() * 1000) << 16


def moment_of(id: int) -> datetime:
    """When it was made."""
    return datetime.fromtimestamp((id >> 16) / 1000, UTC)
