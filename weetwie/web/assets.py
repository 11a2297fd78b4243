"""Files that pages are made of: style, type, pictures. Their address holds a hash of what is in them, so they are kept for good."""

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import Final

import brotli
from starlette.requests import Request
from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.runtime.asgi import ROUTE

FOLDER: Final = Path(__file__).parent / "static"
SCRIPTS: Final = (
    "marks.js", "remove.js", "copy.js", "pictures.js", "times.js", "keys.js", "stream.js", "older.js", "complete.js",
    "box.js", "who-sees.js", "extras.js", "emoji.js", "asking.js", "changes.js", "hover.js", "install.js",
)  # fmt: skip
"""The modules of the pages that people live in, each with one purpose; they import `say.js` and one another."""
SHEETS: Final = ("weetwie.css", "embed.css")
"""What all pages look like, and what frames in other sites do: each with every sheet that it imports."""

_KEPT_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_KEPT_AN_HOUR: Final = "public, max-age=3600"
_TEXTS: Final = (".css", ".js", ".svg")
"""What becomes smaller; compressed once, when the program starts."""
_IMPORT: Final = re.compile(r'@import "([\w-]+\.css)";\n?')
_MODULE: Final = re.compile(r'from "\./([\w-]+\.js)"')
_FILE: Final = re.compile(r'(?<=url\(")[\w-]+\.\w+(?="\))')


class Assets:
    """All of them, in memory: they are few and small."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._packed: dict[str, dict[str, bytes]] = {}
        self._bodies = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        for sheet in SHEETS:
            self._bodies[sheet] = self._sheet(folder / "css", sheet)
        for script in sorted((folder / "js").glob("*.js")):
            self._add_script(script)
        for name, body in self._bodies.items():
            if name.endswith(_TEXTS):
                self._packed[name] = _compressed(body)
        self._hashed = {self._with_hash(name): name for name in self._bodies}
        self._addresses = {name: f"/static/{hashed}" for hashed, name in self._hashed.items()}

    @property
    def version(self) -> str:
        """Changes whenever one of them does."""
        return hashlib.sha256("".join(sorted(self._hashed)).encode()).hexdigest()[:10]

    def text(self, name: str) -> str:
        return self._bodies[name].decode()

    def address(self, name: str) -> str:
        """Where a file is. Raises KeyError for one that is not there."""
        return self._addresses[name]

    async def serve(self, request: Request) -> Response:
        """By its hashed name for good, by its plain one (which other programs are told) for an hour."""
        request.scope[ROUTE] = "/static/{name}"  # for who counts
        asked = request.path_params["name"]
        name = self._hashed.get(asked, asked)
        if name not in self._bodies:
            raise NotFound
        kept = _KEPT_FOR_GOOD if asked in self._hashed else _KEPT_AN_HOUR
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {
            "cache-control": kept,
            "access-control-allow-origin": "*",
            "x-content-type-options": "nosniff",
        }
        body = self._bodies[name]
        if name in self._packed:
            headers["vary"] = "Accept-Encoding"
            taken = re.findall(r"[\w-]+", request.headers.get("accept-encoding", ""))
            encoding = next((one for one in self._packed[name] if one in taken), "")
            if encoding:
                body, headers["content-encoding"] = self._packed[name][encoding], encoding
        return Response(body, media_type=kind, headers=headers)

    def _sheet(self, folder: Path, name: str) -> bytes:
        """One file for one request, which knows the hashed names of the files that it needs."""
        text = _IMPORT.sub(lambda found: (folder / found[1]).read_text(), (folder / name).read_text())
        return _FILE.sub(lambda found: self._with_hash(found[0]), text).encode()

    def _add_script(self, path: Path) -> None:
        """A module names what it imports by the hashed names, so that a new version of one is never met by an old one."""
        if path.name in self._bodies:
            return
        text = path.read_text()
        for name in _MODULE.findall(text):
            self._add_script(path.with_name(name))
        text = _MODULE.sub(lambda found: f'from "./{self._with_hash(found[1])}"', text)
        self._bodies[path.name] = text.encode()

    def _with_hash(self, name: str) -> str:
        stem, _dot, ending = name.rpartition(".")
        return f"{stem}-{hashlib.sha256(self._bodies[name]).hexdigest()[:10]}.{ending}"


@cache
def _compressed(body: bytes) -> dict[str, bytes]:
    """By what browsers may be able to read, the smallest first."""
    return {
        "br": brotli.compress(body, quality=10),
        "gzip": gzip.compress(body, compresslevel=9, mtime=0),
    }
