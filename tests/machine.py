"""What some tests need of the machine beside Python: found here, and where it is missing those tests are left out and named at the end.

In CI nothing may be missing. `bin/check` gets what it can (`tests/equip.py`).
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TOOLS: Final = Path(__file__).parents[1] / ".venv" / "tools"


def chromium() -> str | None:
    """The system's, else the one that `tests/equip.py` has got."""
    got = TOOLS / "chromium"
    return next((path for kind in _BROWSERS if (path := shutil.which(kind))), None) or _existing(got)


def node() -> str | None:
    return shutil.which("node")


def older_postgres() -> str | None:
    """The major version of a PostgreSQL of the system that is older than ours (14 at least)."""
    found = sorted(
        int(match[1])
        for place in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if (match := re.fullmatch(r"(\d+)", place.parent.parent.name)) and 14 <= int(match[1]) < 18
    )
    return str(found[0]) if found else None


def slapd() -> str | None:
    """The root below which OpenLDAP's server lies: the system's, or the folder that `tests/equip.py` has unpacked it into."""
    for root in (Path("/"), TOOLS / "slapd"):
        if (root / "usr/sbin/slapd").exists():
            return str(root)
    return None


def _existing(path: Path) -> str | None:
    return str(path) if path.exists() else None


NEEDS: Final[dict[str, tuple[Callable[[], str | None], str]]] = {
    "browser": (chromium, "no Chromium was found, and none could be got"),
    "node": (node, "no Node was found, and none could be got"),
    "older-postgres": (older_postgres, "the system has no PostgreSQL older than 18 (Debian: postgresql)"),
    "slapd": (slapd, "no OpenLDAP server was found, and none could be got (Debian: slapd)"),
}
"""By the word that stands in `@pytest.mark.needs`: what finds it, and what is said where it is missing."""


def missing(word: str) -> str | None:
    """Why tests that need this cannot run; None where they can."""
    find, why = NEEDS[word]
    return None if find() else why


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
