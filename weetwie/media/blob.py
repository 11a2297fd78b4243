"""Files by name: in a folder of this machine, or in a bucket that speaks S3. Never whole in memory."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from weetwie.errors import NoSpace, NotFound, Unavailable, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ObjectStore

PIECE: Final = 256 * 1024
_OUT_OF_ORDER: Final = _("Files can't be saved or opened right now. Try again in a few minutes.")
_FULL: Final = ("No space left", "os error 28", "os error 122", "XMinioStorageFull", "QuotaExceeded")


class Store:
    """What fails raises NotFound, NoSpace or Unavailable; what was being written is then not there at all."""

    def __init__(self, made: "Callable[[], ObjectStore]") -> None:
        """`made` makes what obstore knows it by, at the first need: many commands need none, and it takes megabytes."""
        self._made = made

    @cached_property
    def _store(self) -> "ObjectStore":
        return self._made()

    async def put(self, name: str, content: IO[bytes] | bytes) -> None:
        """There whole when this returns."""
        import obstore

        if not isinstance(content, bytes):
            content.seek(0)
        with _translated():
            await obstore.put_async(self._store, name, content)

    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, in pieces. The file is opened before this returns, so that what is not there is
        known before an answer begins."""
        import obstore

        if start >= end:
            return _nothing()
        with _translated():
            found = await obstore.get_async(self._store, name, options={"range": (start, end)})
        return _pieces(found)

    async def size(self, name: str) -> int:
        import obstore

        with _translated():
            return int((await obstore.head_async(self._store, name))["size"])

    async def whole(self, name: str) -> bytes:
        """For files whose size is known to be small."""
        import obstore

        with _translated():
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())

    async def remove(self, names: Iterable[str]) -> None:
        """What is not there is no error."""
        import obstore

        for name in names:
            try:
                with _translated():
                    await obstore.delete_async(self._store, name)
            except NotFound:
                continue

    async def names(self, folder: str) -> AsyncIterator[list[tuple[str, datetime]]]:
        """All files in a folder, with when they were written, some at a time."""
        import obstore

        with _translated():
            async for some in obstore.list(self._store, folder):
                yield [(one["path"], one["last_modified"]) for one in some]


def in_folder(folder: Path) -> Store:
    """Made at the first need; files are written beside and put in place whole."""

    def made() -> "ObjectStore":
        from obstore.store import LocalStore

        return LocalStore(folder, automatic_cleanup=True)

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Store(made)


def in_bucket(address: str, **access: str) -> Store:
    """`address` is s3://BUCKET/FOLDER. `access` are options of obstore: `endpoint`, `region`, `access_key_id`, ..."""
    from obstore.store import S3Store

    parts = urlsplit(address)
    given = {name: value for name, value in access.items() if value}
    is_plain = given.get("endpoint", "").startswith("http://")
    store = S3Store(  # now, for wrong settings are told at the start
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"timeout": "60s", "connect_timeout": "5s", "allow_http": is_plain},
        retry_config={"max_retries": 2},
        **given,  # type: ignore[arg-type]
    )
    return Store(lambda: store)


def in_memory() -> Store:
    """For tests."""
    from obstore.store import MemoryStore

    store = MemoryStore()
    return Store(lambda: store)


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    with _translated():
        async for piece in found.stream(min_chunk_size=PIECE):
            yield bytes(piece)


async def _nothing() -> AsyncIterator[bytes]:
    for _piece in range(0):
        yield b""


@contextmanager
def _translated() -> "Iterator[None]":
    from obstore.exceptions import BaseError

    try:
        yield
    except (FileNotFoundError, ValueError) as error:
        # A name that cannot be one is one of nothing.
        raise NotFound from error
    except (BaseError, OSError) as error:
        if any(sign in str(error) for sign in _FULL):
            raise NoSpace(retry_after=60) from error
        raise Unavailable(_OUT_OF_ORDER, retry_after=10) from error
