"""Pictures of pages held against those of an earlier run, within what times, faces and rounding change by themselves.

Pictures are artifacts of a run, not files of the project: `WEETWIE_PICTURES` says where they are put, and
`WEETWIE_PICTURES_BEFORE` where those of an earlier run lie. A redesign is accepted by keeping the new ones.
"""

import os
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

PICTURES: Final = Path(os.environ.get("WEETWIE_PICTURES", "build/pictures"))
BEFORE: Final = Path(before) if (before := os.environ.get("WEETWIE_PICTURES_BEFORE")) else None
TELLING: Final = frozenset(
    """
    home who-knows nobody people people-table person topic questions notifications messages bookmarks settings
    privacy appearance told apps knowledge glossary invitations begin begin-topics front sign-in about admin
    admin-people admin-policy admin-import admin-retention admin-audit
    """.split()
)
"""The pages that are compared, wide and narrow, in light and dark."""
_BLOCK: Final = 16
"""Pixels: a block is told by its mean, so that a letter more or less is nothing."""
_OTHER: Final = 6
"""Of 255: by so much a block is another one."""
MOST: Final = 0.15
"""Of the blocks: what lists of posts, times and numbers change by themselves."""


def share_of_change(before: Path, now: Path) -> float:
    """How much of a page looks otherwise, of 1; a page of another size has changed by what is beyond the smaller one."""
    blocks, others = _blocks(before), _blocks(now)
    high, wide = (min(a, b) for a, b in zip(blocks.shape[:2], others.shape[:2], strict=True))
    area = max(blocks.shape[0], others.shape[0]) * max(blocks.shape[1], others.shape[1])
    differs = np.abs(blocks[:high, :wide] - others[:high, :wide]).max(axis=2) > _OTHER
    return float((int(differs.sum()) + area - high * wide) / area)


def look_changed(name: str) -> str:
    """What to say of a picture that looks otherwise than before; empty where it does not, or nothing is known of before."""
    is_telling = name.rpartition("-")[0].rpartition("-")[0] in TELLING
    if BEFORE is None or not is_telling or not (before := BEFORE / f"{name}.png").exists():
        return ""
    share = share_of_change(before, PICTURES / f"{name}.png")
    return f"{name}: {share:.0%} of the page looks otherwise than in {before}" if share > MOST else ""


def _blocks(path: Path) -> "np.ndarray[tuple[int, int, int], np.dtype[np.float32]]":
    with Image.open(path) as picture:
        wide, high = (max(1, side // _BLOCK) for side in picture.size)
        small = picture.convert("RGB").resize((wide, high), Image.Resampling.BOX)
    return np.asarray(small, np.float32)
