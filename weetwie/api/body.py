"""Reads the body of a request, whatever its form, into the tree of its parameters."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from weetwie.api.multipart import MAX_TEXT, read_parts
from weetwie.api.parameters import Upload
from weetwie.api.refusals import Malformed, UnknownForm
from weetwie.api.tree import MAX_DEPTH, MAX_KEYS, TOO_DEEP, TOO_MANY_KEYS, Tree, read_query
from weetwie.errors import _
from weetwie.http.body import bounded, check_length
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Headers, Receive

MAX_BODY: Final = MAX_TEXT
"""What an endpoint takes that does not say otherwise; more is for files alone."""

_MOST_BRACKETS: Final = 20_000
"""More than any text holds. Each may be a list, and to make many of them takes long."""
_BROKEN_JSON = _("The body isn't readable JSON.")


async def read_body(
    headers: Headers,
    receive: Receive,
    limit: int,
    uploads: list[Upload],
) -> Tree:
    """The tree of a body. Files are added to `uploads` as they come, so that the caller closes them in any case."""
    content_type, encoding = b"", b""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-encoding":
            encoding = value
    check_length(headers, limit)
    if encoding.strip().lower() not in (b"", b"identity"):
        raise UnknownForm
    form = content_type.partition(b";")[0].strip().lower()
    if form == b"multipart/form-data":
        return await read_parts(content_type, _chunks(receive, limit), uploads)
    # Only files may be longer than the usual: a text that long is never meant.
    return _read_whole(
        form,
        b"".join([chunk async for chunk in _chunks(receive, min(limit, MAX_BODY))]),
    )


def _read_whole(form: bytes, body: bytes) -> Tree:
    if not body:
        return {}
    if form == b"application/json" or form.endswith(b"+json"):
        return _read_json(body)
    if form == b"application/x-www-form-urlencoded":
        return read_query(body)
    if not form:
        return _read_json(body) if body.lstrip()[:1] == b"{" else read_query(body)
    raise UnknownForm


def _read_json(body: bytes) -> Tree:
    if not body.strip():
        return {}
    if body.count(b"[") + body.count(b"{") > _MOST_BRACKETS:
        raise Malformed(TOO_MANY_KEYS, limit=MAX_KEYS)
    try:
        tree = msgspec.json.decode(body)
    except RecursionError:
        raise Malformed(TOO_DEEP, limit=MAX_DEPTH) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        tree = _read_odd_json(body)
    if not isinstance(tree, dict):
        raise Malformed(_("The body must be a JSON object."))
    _check_size(tree)
    return tree


def _read_odd_json(body: bytes) -> Any:
    """JSON with broken characters in it: read all the same, so that the binder can name the field."""
    try:
        return json.loads(body.decode("utf-8", "surrogateescape"), parse_constant=_refuse_constant)
    except RecursionError:
        raise Malformed(TOO_DEEP, limit=MAX_DEPTH) from None
    except ValueError:
        raise Malformed(_BROKEN_JSON) from None


def _refuse_constant(constant: str) -> Any:
    raise ValueError(constant)


def _check_size(tree: Tree) -> None:
    level: list[Any] = [tree]
    count = 0
    for _depth in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for node in level:
            count += len(node)
            if count > MAX_KEYS:
                raise Malformed(TOO_MANY_KEYS, limit=MAX_KEYS)
            below += [
                child
                for child in (node.values() if isinstance(node, dict) else node)
                if child.__class__ in (dict, list)
            ]
        if not below:
            return
        level = below
    raise Malformed(TOO_DEEP, limit=MAX_DEPTH)


async def _chunks(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    receive, has_more = bounded(receive, limit), True
    while has_more:
        message = await receive()
        if chunk := asgi.body(message):
            yield chunk
        has_more = bool(message.get("more_body"))
