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
    return _root("slapd", "usr/sbin/slapd")


def pgbouncer() -> str | None:
    return _root("pgbouncer", "usr/sbin/pgbouncer")


def nginx() -> str | None:
    return _root("nginx", "usr/sbin/nginx")


def caddy() -> str | None:
    return _root("caddy", "usr/bin/caddy")


def _root(name: str, program: str) -> str | None:
    return next((str(root) for root in (Path("/"), TOOLS / name) if (root / program).exists()), None)


def unpacked(root: str) -> dict[str, str]:
    """The environment in which a program below a root finds its libraries."""
    libraries = ":".join(str(folder) for folder in Path(root).glob("usr/lib/*-linux-gnu*"))
    return os.environ | ({"LD_LIBRARY_PATH": libraries} if root != "/" else {})


def xmlsec1() -> str | None:
    return shutil.which("xmlsec1")


def _existing(path: Path) -> str | None:
    return str(path) if path.exists() else None


NEEDS: Final[dict[str, tuple[Callable[[], str | None], str]]] = {
    "browser": (chromium, "no Chromium was found, and none could be got"),
    "node": (node, "no Node was found, and none could be got"),
    "older-postgres": (older_postgres, "the system has no PostgreSQL older than 18 (Debian: postgresql)"),
    "pgbouncer": (pgbouncer, "no PgBouncer was found, and none could be got (Debian: pgbouncer)"),
    "proxies": (
        lambda: nginx() and caddy(),
        "no nginx or no Caddy was found or could be got (Debian: nginx, caddy)",
    ),
    "xmlsec1": (xmlsec1, "no xmlsec1 was found, and none could be got (Debian: xmlsec1)"),
    "slapd": (slapd, "no OpenLDAP server was found, and none could be got (Debian: slapd)"),
}
"""By the word that stands in `@pytest.mark.needs`: what finds it, and what is said where it is missing."""


def missing(word: str) -> str | None:
    """Why tests that need this cannot run; None where they can."""
    find, why = NEEDS[word]
    return None if find() else why


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
