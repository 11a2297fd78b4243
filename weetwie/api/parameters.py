"""The kinds of parameter that the client API knows beyond plain ones: ids, cursors, limits, uploads."""

import tempfile
from typing import IO, Annotated, Any, Final

import msgspec
from msgspec import Meta

KIND: Final = "weetwie"
"""Where the binder finds in a `Meta.extra` which of these kinds a parameter is."""

LARGEST_ID: Final = 2**63 - 1

# The OpenAPI document writes ids as text; eighteen digits are always below the largest.
_ID_SCHEMA: Final = {"pattern": "^[1-9][0-9]{0,17}$"}

Id = Annotated[int, Meta(extra={KIND: "id"}, extra_json_schema=_ID_SCHEMA)]
"""An id, given as text or number. What cannot be an id is refused."""

LooseId = Annotated[int, Meta(extra={KIND: "loose id"}, extra_json_schema=_ID_SCHEMA)]
"""A cursor, or an id in a batch. What cannot be an id counts as not given, as apps are used to."""


class LimitRange(msgspec.Struct, frozen=True):
    """What a `limit` comes to: the default when it is missing, zero or no number, at most the maximum."""

    default: int
    maximum: int
    zero: int

    def clamp(self, value: int) -> int:
        if value == 0:
            return self.zero
        # Apps of old send a negative limit now and then; the API has always taken its amount.
        return min(abs(value), self.maximum)


def at_most(default: int, maximum: int, zero: int | None = None) -> Meta:
    """For `Annotated[int, at_most(20, 40)]`; `zero` is what 0 means where it does not mean the default."""
    bounds = LimitRange(default, maximum, default if zero is None else zero)
    return Meta(extra={KIND: bounds}, extra_json_schema={"minimum": 0, "default": default})


def skipped(maximum: int = 10_000) -> Meta:
    """For `Annotated[int, skipped()]`: how many to skip; no number or a negative one counts as 0."""
    return Meta(
        extra={KIND: LimitRange(0, maximum, 0)},
        extra_json_schema={"minimum": 0, "default": 0},
    )


class PageParams(msgspec.Struct, kw_only=True, frozen=True):
    """Where a page of a list begins and how long it is: timelines and other lists of statuses."""

    max_id: LooseId | None = None
    since_id: LooseId | None = None
    min_id: LooseId | None = None
    limit: Annotated[int, at_most(20, 40)] = 20


class LongPageParams(PageParams, kw_only=True, frozen=True):
    """The same for lists of accounts and notifications."""

    limit: Annotated[int, at_most(40, 80)] = 40


class OffsetParams(msgspec.Struct, kw_only=True, frozen=True):
    """For lists that are ranked and not ordered by id."""

    offset: Annotated[int, skipped()] = 0
    limit: Annotated[int, at_most(20, 40)] = 20


class Upload:
    """A file that came in a multipart form, on disk when it is large; closed when the request is over."""

    __slots__ = ("content_type", "file", "filename", "size")

    def __init__(self, filename: str, content_type: str) -> None:
        self.filename = filename
        self.content_type = content_type
        self.size = 0
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=512 * 1024)  # noqa: SIM115

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self.size += len(data)

    def read(self) -> bytes:
        self.file.seek(0)
        return self.file.read()

    def close(self) -> None:
        self.file.close()


def schema_of(kind: type) -> dict[str, Any]:
    """The JSON schema of what msgspec does not know, for `schema_hook`."""
    if kind is Upload:
        return {"type": "string", "format": "binary"}
    raise NotImplementedError
