"""What was written elsewhere: found by its words, and read in its thread."""

from typing import Annotated

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.parameters import at_most, skipped
from weetwie.api.weetwie import entities as wire
from weetwie.domain.search.passages import search
from weetwie.domain.search.query import read
from weetwie.flows.translated_search import in_every_language
from weetwie.views import passages as seen_passages
from weetwie.views.passages import SeenPassage

routes = Routes("who knows what")


class PassageSearch(Struct, frozen=True, kw_only=True):
    q: str = ""
    """Words and operators as in the search for posts; `in:slack` or `in:slack/general` for one source or channel."""
    limit: Annotated[int, at_most(20, 40)] = 20
    offset: Annotated[int, skipped()] = 0


@routes.get("/api/weetwie/v1/passages", scopes=["read:search"], rate="search")
async def found(call: Call, wanted: PassageSearch) -> list[wire.SourcePassage]:
    """What was written elsewhere and has these words, of the newest those that fit best first."""
    db = await call.db()
    asked = await in_every_language(db, call.viewer, read(wanted.q))
    ids = await search(db, call.viewer, asked, wanted.limit, offset=wanted.offset)
    return [entity(call, one) for one in await seen_passages.passages(db, call.viewer, ids)]


@routes.get("/api/weetwie/v1/passages/{id}", scopes=["read:search"])
async def thread(call: Call) -> list[wire.SourcePassage]:
    """All that one sees of the thread of a passage, oldest first."""
    return [entity(call, one) for one in await seen_passages.thread(await call.db(), call.viewer, call.id)]


def entity(call: Call, one: SeenPassage) -> wire.SourcePassage:
    return wire.SourcePassage(
        id=str(one.id),
        source=one.kind,  # type: ignore[arg-type]
        channel=one.channel,
        author_id=str(one.author_id) if one.author_id else None,
        author_name=one.author_name,
        title=one.title,
        text=one.text,
        language=one.language,
        created_at=date_time(one.at),
        url=f"{call.base_url}{one.address}",
        source_url=one.link or None,
        files=one.files,
    )
