"""Everything about oneself in one file: posts and files as other servers read them, tables, ties as CSV, a page to begin with."""

import html
import zipfile
from collections.abc import Awaitable, Callable
from typing import IO, Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Database
from weetwie.domain.exports import everything
from weetwie.errors import _
from weetwie.flows.exports import archive
from weetwie.flows.exports.ties import EXPORTED, export as ties
from weetwie.media.blob import Store
from weetwie.runtime.json import Json
from weetwie.text.language import translate

_TITLE: Final = _("What {place} has about you")
_ABOUT: Final = _("Made for @{handle}. Store it where nobody else can read it.")
_POSTS: Final = _("Your posts, photos, favourites and bookmarks, in a format Mastodon and others can read")
_CSV: Final = _("Who you follow, your lists and bookmarks, as tables Mastodon and others can read")
_DATA: Final = _("Everything else, table by table")

Moved = Callable[[int], Awaitable[None]]


async def write(
    database: Database, viewer: Viewer, store: Store, site: Site, out: IO[bytes], moved: Moved
) -> None:
    """`moved` is told after each of the four steps."""
    taken = await archive.export(database, viewer, store, site, out)
    await moved(1)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as box:
        for kind in EXPORTED:
            async with database.reading() as db:
                box.writestr(f"csv/{kind}.csv", await ties(Context(db, viewer, site), kind))
        await moved(2)
        counts: dict[str, int] = {}
        for name in everything.NAMES:
            async with database.reading() as db:
                rows = await everything.of(db, viewer, name)
            counts[name] = len(rows)
            if rows:
                box.writestr(f"data/{name}.json", _json(rows))
        await moved(3)
        box.writestr("index.html", _page(viewer, counts, taken.posts))


def _json(rows: list[dict[str, Json]]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(rows, enc_hook=str), indent=1)


def _page(viewer: Viewer, counts: dict[str, int], posts: int) -> str:
    """Readable by itself, in the person's language."""
    locale = viewer.pages_language or viewer.language

    def say(sentence: str) -> str:
        return html.escape(translate(sentence, locale, place=viewer.policy.name, handle=viewer.handle))

    def link(name: str, count: str = "") -> str:
        return f'<li><a href="{html.escape(name)}">{html.escape(name)}</a> {count}</li>'

    data = "".join(link(f"data/{name}.json", str(count)) for name, count in counts.items() if count)
    ties = "".join(link(f"csv/{kind}.csv") for kind in EXPORTED)
    main = "".join(
        link(name, str(posts) if name == "outbox.json" else "")
        for name in ("outbox.json", "actor.json", "likes.json", "bookmarks.json")
    )
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{say(_TITLE)}</title>"
        "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}</style>"
        f"<h1>{say(_TITLE)}</h1><p>{say(_ABOUT)}</p>"
        f"<h2>{say(_POSTS)}</h2><ul>{main}</ul><h2>{say(_CSV)}</h2><ul>{ties}</ul><h2>{say(_DATA)}</h2><ul>{data}</ul></html>"
    )
