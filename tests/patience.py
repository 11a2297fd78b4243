"""How long a test waits for what must happen in the end: so long that on a busy machine only what never happens takes longer."""

from typing import Final

PATIENCE: Final = 300.0
"""Seconds."""
