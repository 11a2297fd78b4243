"""Reads a multipart form piece by piece: texts into the tree, files to disk when they are large."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from weetwie.api.parameters import Upload
from weetwie.api.refusals import Malformed
from weetwie.api.tree import MAX_KEYS, TOO_MANY_KEYS, Tree, put
from weetwie.errors import _
from weetwie.http.body import TooLarge

MAX_TEXT: Final = 256 * 1024
"""All texts of one form together: a text that long is never meant, however long its files may be. What is longer takes longer
to read than other requests should wait."""

_BROKEN_PARTS = _("The body isn't a readable multipart form.")


async def read_parts(content_type: bytes, chunks: AsyncIterator[bytes], uploads: list[Upload]) -> Tree:
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
            raise Malformed(TOO_MANY_KEYS, limit=MAX_KEYS)
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
        if self._text_size > MAX_TEXT:
            raise TooLarge(limit=MAX_TEXT)
        self._texts.append(data[start:end])

    def _end(self) -> None:
        if not self._field:
            return
        if self._upload is None:
            put(
                self.tree,
                self._field,
                b"".join(self._texts).decode("utf-8", "surrogateescape"),
            )
        elif self._upload.filename or self._upload.size:
            put(self.tree, self._field, self._upload)
        else:
            # An untouched file field of a web form comes without a name and empty: nothing was given.
            put(self.tree, self._field, "")

    def _complete(self) -> None:
        self.is_complete = True
