"""Reads what came with a request (query string, form, multipart, JSON) into one tree of plain values."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from weetwie.api.parameters import Upload
from weetwie.api.refusals import Malformed, TooLarge, UnknownForm
from weetwie.errors import _

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

Tree = dict[str, Any]
"""Names to text, `Upload`, numbers and truths (JSON), lists and trees."""

MAX_BODY: Final = 1024 * 1024
MAX_KEYS: Final = 1000
MAX_DEPTH: Final = 8

_TOO_MANY_KEYS = _("There are more than {limit} parameters.")
_TOO_DEEP = _("The parameters are nested more than {limit} deep.")
_TWO_WAYS = _("The parameter {field} is given in two ways that do not fit together.")
_BROKEN_JSON = _("The body is not JSON that can be read.")
_BROKEN_PARTS = _("The body is not a multipart form that can be read.")


class Repeated(list[Any]):
    """A plain name that was given several times: the last counts, unless a list is wanted."""


def read_query(raw: bytes) -> Tree:
    """The tree of a query string or of a urlencoded form."""
    tree: Tree = {}
    if not raw:
        return tree
    if raw.count(b"&") >= MAX_KEYS:
        raise Malformed(_TOO_MANY_KEYS, limit=MAX_KEYS)
    for pair in raw.split(b"&"):
        name, _equals, value = pair.partition(b"=")
        if name:
            put(tree, _text(name), _text(value))
    return tree


async def read_body(
    headers: list[tuple[bytes, bytes]], receive: Receive, limit: int, uploads: list[Upload]
) -> Tree:
    """The tree of a body. Files are added to `uploads` as they come, so that the caller closes them in any case."""
    content_type, encoding, length = b"", b"", b""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-encoding":
            encoding = value
        elif name == b"content-length":
            length = value
    if length.isdigit() and (len(length) > 15 or int(length) > limit):
        raise TooLarge(limit=limit)
    if encoding.strip().lower() not in (b"", b"identity"):
        raise UnknownForm
    form = content_type.partition(b";")[0].strip().lower()
    if form == b"multipart/form-data":
        return await _read_parts(content_type, _chunks(receive, limit), uploads)
    # Only files may be longer than the usual: a text that long is never meant.
    return _read_whole(form, b"".join([chunk async for chunk in _chunks(receive, min(limit, MAX_BODY))]))


def put(tree: Tree, name: str, value: object) -> None:
    """Puts a value where its name says: `id`, `id[]`, `poll[options][]`, `fields_attributes[0][name]`."""
    if "[" not in name:
        _put_leaf(tree, name, value, name)
        return
    steps = _steps(name)
    if len(steps) > MAX_DEPTH:
        raise Malformed(_TOO_DEEP, limit=MAX_DEPTH)
    node: Any = tree
    for place, step in enumerate(steps[:-1]):
        node = _child(node, step, steps[place + 1 :], name)
    _put_leaf(node, steps[-1], value, name)


@lru_cache(maxsize=512)
def _steps(name: str) -> tuple[str, ...]:
    """`a[b][]` to a, b and nothing. A name that is not well formed stands for itself."""
    base, _bracket, rest = name.partition("[")
    if not base or not _BRACKETS.fullmatch("[" + rest):
        return (name,)
    steps = [base]
    for step in ("[" + rest)[1:-1].split("]["):
        if step or steps[-1]:
            steps.append(step)
    return tuple(steps)


_BRACKETS = re.compile(r"(?:\[[^\[\]]*\])+")


def _child(node: Any, step: str, rest: tuple[str, ...], name: str) -> Any:
    kind: type = dict if rest[0] else list
    if isinstance(node, list):
        # `a[][x]=1&a[][y]=2&a[][x]=3` are two things: a name that comes again begins the next.
        if node and type(node[-1]) is kind and not _has(node[-1], rest):
            return node[-1]
        node.append(kind())
        return node[-1]
    child = node.setdefault(step, kind())
    if kind is list and isinstance(child, str | Upload):
        child = node[step] = [child]
    elif kind is list and type(child) is Repeated:
        child = node[step] = list(child)
    if type(child) is not kind:
        raise Malformed(_TWO_WAYS, field=_printable(name))
    return child


def _has(node: Any, rest: tuple[str, ...]) -> bool:
    for step in rest:
        if not step or not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def _put_leaf(node: Any, step: str, value: object, name: str) -> None:
    if isinstance(node, list):
        node.append(value)
        return
    there = node.get(step)
    if there is None:
        node[step] = value
    elif isinstance(there, list):
        there.append(value)
    elif isinstance(there, dict):
        raise Malformed(_TWO_WAYS, field=_printable(name))
    else:
        node[step] = Repeated((there, value))


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:100]


def _text(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    # What is not UTF-8 becomes lone surrogates here, so that the binder can name the field when it meets them.
    return raw.decode("utf-8", "surrogateescape")


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
    try:
        tree = msgspec.json.decode(body)
    except RecursionError:
        raise Malformed(_TOO_DEEP, limit=MAX_DEPTH) from None
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
        raise Malformed(_TOO_DEEP, limit=MAX_DEPTH) from None
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
                raise Malformed(_TOO_MANY_KEYS, limit=MAX_KEYS)
            below += [
                child
                for child in (node.values() if isinstance(node, dict) else node)
                if child.__class__ in (dict, list)
            ]
        if not below:
            return
        level = below
    raise Malformed(_TOO_DEEP, limit=MAX_DEPTH)


async def _chunks(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Malformed(_("The request ended before its body did."))
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit=limit)
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


async def _read_parts(content_type: bytes, chunks: AsyncIterator[bytes], uploads: list[Upload]) -> Tree:
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not boundary or len(boundary) > 256:
        raise Malformed(_BROKEN_PARTS)
    parts = _Parts(uploads)
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        async for chunk in chunks:
            parser.write(chunk)
    except (FormParserError, ValueError):
        raise Malformed(_BROKEN_PARTS) from None
    if not parts.is_complete:
        raise Malformed(_BROKEN_PARTS)
    return parts.tree


class _Parts:
    """Takes the parts of a multipart form one after the other: texts into the tree, files to disk."""

    def __init__(self, uploads: list[Upload]) -> None:
        self.tree: Tree = {}
        self.is_complete = False
        self._uploads = uploads
        self._count = 0
        self._text_size = 0
        self._begin()

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._complete,
        }

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._field: str | None = None
        self._upload: Upload | None = None
        self._texts: list[bytes] = []

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _headers_end(self) -> None:
        self._count += 1
        if self._count > MAX_KEYS:
            raise Malformed(_TOO_MANY_KEYS, limit=MAX_KEYS)
        options = parse_options_header(self._headers.get(b"content-disposition"))[1]
        name = options.get(b"name")
        self._field = name.decode("utf-8", "surrogateescape") if name else None
        if b"filename" in options and self._field:
            self._upload = Upload(
                options[b"filename"].decode("utf-8", "replace")[:255],
                self._headers.get(b"content-type", b"").decode("latin-1")[:255],
            )
            self._uploads.append(self._upload)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._upload is not None:
            self._upload.write(data[start:end])
            return
        self._text_size += end - start
        if self._text_size > MAX_BODY:
            raise TooLarge(limit=MAX_BODY)
        self._texts.append(data[start:end])

    def _end(self) -> None:
        if not self._field:
            return
        if self._upload is None:
            put(self.tree, self._field, b"".join(self._texts).decode("utf-8", "surrogateescape"))
        elif self._upload.filename or self._upload.size:
            put(self.tree, self._field, self._upload)
        else:
            # An untouched file field of a web form comes without a name and empty: nothing was given.
            put(self.tree, self._field, "")

    def _complete(self) -> None:
        self.is_complete = True
