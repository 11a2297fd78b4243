"""The proofs."""

from weetwie.security import sealing


def hold_key() -> None:
    """What an installation reads from its key file at the start."""
    sealing.hold(sealing.Keys([bytes(sealing.LENGTH)]))


hold_key()
