"""What lies in an export beside the files that are read: archives in the archive, names that lead out of it."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from weetwie.errors import _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources.form import Trouble

NESTED: Final = _(
    "This is an archive in the archive, so it wasn't read. Unpack it, and import what is in it."
)
LEADS_OUT: Final = _("The name of this file leads out of the archive, so it wasn't read.")
PACKED: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar")
_MOST_TOLD: Final = 100
_OF_FILES: Final = frozenset("attachments data uploads __uploads files".split())
"""Folders of what people sent: an archive in there is a file of theirs."""


def readable(box: OpenArchive) -> list[str]:
    return [name for name in box.sizes if not _leads_out(name)]


def troubles(box: OpenArchive) -> Iterator[Trouble]:
    strange = [Trouble(name, "", LEADS_OUT) for name in box.sizes if _leads_out(name)]
    yield from strange[:_MOST_TOLD]
    yield from [Trouble(name, "", NESTED) for name in _nested(box)][:_MOST_TOLD]


def instead(box: OpenArchive) -> str:
    """What to say where nothing of an export is found, but an archive that may hold it; else empty."""
    return NESTED if _nested(box) else ""


def folded(name: str) -> str:
    """Names of folders in one spelling: a Mac writes é as two signs."""
    return unicodedata.normalize("NFC", name[:500])


def _nested(box: OpenArchive) -> list[str]:
    if len(box.sizes) == 1 and "/" not in next(iter(box.sizes)) and box.name in box.sizes:
        return []
    return [
        name
        for name in box.sizes
        if name.lower().endswith(PACKED) and not _OF_FILES.intersection(name.lower().split("/")[:-1])
    ]


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or not name
