"""What a site loads: the script, the frame that it makes, and what the frame then shows to its reader."""

from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.access import viewer as viewers
from weetwie.domain.identity import attempts, embedded
from weetwie.errors import Forbidden, Invalid, NotFound, _
from weetwie.runtime import clock
from weetwie.text import language
from weetwie.web.embed import KINDS, LONGEST, check_on, origins
from weetwie.web.embed.shown import piece
from weetwie.web.visit import Visit, cookie

SCRIPT: Final = "embed.js"
_WORDS: Final = "/* words */"
_LANGUAGES: Final = ("en", "nl", "de")
_COOKIE: Final = "embed"

_NOT_OURS: Final = _("This request didn't come from a frame of ours.")


class AskedOfFrame(msgspec.Struct, frozen=True):
    """What the frame was told by the page around it, whose origin the browser vouches for."""

    origin: str
    value: str = ""
    question: str = ""
    stays: bool = False
    """The frame was just handed its token, and would like to be known to later pages of this site."""


async def script(visit: Visit) -> Response:
    """The same for everybody, whatever page loads it."""
    check_on(visit.viewer.policy)
    visit.new_cookies.clear()
    text = visit.site.assets.text(SCRIPT)
    words = {one: {kind: language.translate(said, one) for kind, said in KINDS.items()} for one in _LANGUAGES}
    body = text.replace(_WORDS, msgspec.json.encode(words).decode(), 1)
    headers = {
        "cache-control": "public, max-age=3600",
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
    }
    return Response(body, media_type="text/javascript", headers=headers)


async def show(visit: Visit) -> Response:
    """The frame, without anything of its reader: neither cookies nor their choices make a difference."""
    policy = visit.viewer.policy
    check_on(policy)
    kind = _kind(visit)
    visit.viewer = viewers.nobody(policy)
    visit.new_cookies.clear()
    query = visit.request.query_params
    visit.language = language.first_of(
        (query.get("lang"), visit.request.headers.get("accept-language"), None)
    )
    listed = origins(policy, visit.site.base_url)
    visit.framed_by, visit.is_living = listed, True
    theme = query.get("theme", "")
    response = visit.show(
        "embed.html",
        kind=kind,
        title=KINDS[kind],
        listed=msgspec.json.encode(listed).decode(),
        theme=theme if theme in ("light", "dark") else "",
    )
    response.headers["vary"] = "Accept-Language"
    # Pages that are isolated themselves show frames that say they are (cross-origin isolation).
    response.headers["cross-origin-embedder-policy"] = "require-corp"
    response.headers["cross-origin-resource-policy"] = "cross-origin"
    return response


async def content(visit: Visit) -> Response:
    """What its reader sees. Nobody but the frame's own script is answered, whoever they are."""
    asked, kind = await _asked(visit), _kind(visit)
    check_on(visit.viewer.policy)
    if asked.origin not in origins(visit.viewer.policy, visit.site.base_url):
        raise Forbidden(_NOT_OURS)
    visit.new_cookies.clear()
    await _recognise(visit, asked.origin)
    kept = await _kept(visit, asked) if asked.stays else None
    if visit.is_signed_in:
        visit.count("api", "search")
    response = await piece(visit, kind, asked.value.strip(), asked.question.strip())
    response.headers["cross-origin-resource-policy"] = "same-origin"
    if kept is not None:
        _keep(visit, response, kept)
    return response


def _kind(visit: Visit) -> str:
    """Raises NotFound."""
    kind: str = visit.request.path_params["kind"]
    if kind not in KINDS:
        raise NotFound
    return kind


async def _asked(visit: Visit) -> AskedOfFrame:
    """No page of others can send this: browsers say where a request comes from, and send JSON to no other site without asking it first.
    Raises Forbidden, Invalid."""
    headers = visit.request.headers
    is_ours = headers.get("origin") == visit.site.base_url
    if not is_ours or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden(_NOT_OURS)
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Forbidden(_NOT_OURS)
    try:
        asked = msgspec.json.decode(await visit.request.body(), type=AskedOfFrame)
    except (ValueError, RecursionError) as error:
        raise Invalid(_NOT_OURS) from error
    value, question = (text.replace("\x00", "")[:LONGEST] for text in (asked.value, asked.question))
    return msgspec.structs.replace(asked, value=value, question=question)


async def _recognise(visit: Visit, origin: str) -> None:
    """By the token in the frame's memory, else by the cookie for this site, else by the session, which only frames on the same site get.
    Raises TooMany for who tries tokens."""
    kind, _space, handed = visit.request.headers.get("authorization", "").partition(" ")
    token = handed.strip() if kind.lower() == "bearer" else ""
    kept = cookie(visit.request, visit.site.cookie(_COOKIE))
    async with visit.site.database.reading() as db:
        for credential in filter(None, (token, kept)):
            viewer = await visit.site.memory.recognise_for(db, credential, embedded.resource(origin))
            if viewer is not None and viewers.is_active(viewer, clock.now()):
                visit.viewer = viewer
                return
    if token and visit.site.limits is not None:
        await _count_wrong(visit)


async def _count_wrong(visit: Visit) -> None:
    await attempts.wrong_token(visit.site.database, visit.client_address)


async def _kept(visit: Visit, asked: AskedOfFrame) -> str | None:
    if not visit.is_signed_in or not visit.viewer.token_id:
        return None
    async with visit.site.database.transaction() as db:
        return await embedded.stay(db, visit.viewer, asked.origin)


def _keep(visit: Visit, response: Response, token: str) -> None:
    """Of this site alone (partitioned): no other one that shows us can tell that it is there. Browsers that know no such cookies drop it."""
    response.headers.append(
        "set-cookie",
        f"{visit.site.cookie(_COOKIE)}={token}; Max-Age={int(embedded.KEPT_LASTS.total_seconds())}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
    )
