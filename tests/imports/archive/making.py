"""Makes archives in the forms of Mastodon and Twitter, as small as a test needs them."""

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ADA = "https://social.example/users/ada"
FOLLOWERS = f"{ADA}/followers"


def note(number: int, content: str = "<p>Hello</p>", *, to: Any = None, **more: Any) -> dict[str, Any]:
    """A public post of Ada's on the day of its number in January 2023."""
    given = {
        "id": f"{ADA}/statuses/{number}",
        "type": "Note",
        "published": f"2023-01-{number:02}T09:00:00Z",
        "to": [PUBLIC] if to is None else to,
        "cc": [FOLLOWERS],
        "content": content,
        **more,
    }
    return {"type": "Create", "actor": ADA, "object": given}


def outbox(*items: Any) -> bytes:
    return json.dumps({"type": "OrderedCollection", "orderedItems": items}).encode()


ACTOR = json.dumps({"id": ADA, "preferredUsername": "ada"}).encode()


def tweet(number: int, text: str = "Hello", **more: Any) -> dict[str, Any]:
    given = {
        "id_str": str(number),
        "full_text": text,
        "created_at": f"Wed Feb {number % 28 + 1:02} 12:33:11 +0000 2023",
        "lang": "en",
        **more,
    }
    return {"tweet": given}


def script(name: str, *elements: Any) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + json.dumps(elements).encode()


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def unpacked(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def picture(side: int = 8) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(content, "PNG")
    return content.getvalue()
