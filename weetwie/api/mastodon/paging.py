"""The `Link` header of a page: where the older and the newer things are."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from weetwie.api.call import Call
from weetwie.api.parameters import PageParams

_CURSORS: Final = frozenset((b"max_id", b"since_id", b"min_id"))


def link_page(call: Call, page: PageParams, ids: Sequence[int]) -> None:
    """Sets the header for a page whose things, newest first, have these ids (those of the relation, where the
    list is one of relations). A page that is not full is the last: it has no `next`.
    """
    if ids:
        call.set_link(links(call, older=ids[-1] if len(ids) >= page.limit else None, newer=ids[0]))


def links(call: Call, older: int | None, newer: int | None) -> str:
    """The header for a page that begins below `newer` and ends above `older`, as absolute addresses."""
    address = call.base_url + quote(call.path, safe="/:@!$&'()*+,;=~") + "?"
    kept = b"".join(pair + b"&" for pair in call.query.split(b"&") if pair and not _is_cursor(pair))
    # What came unencoded must not end the address or the header.
    address += quote(kept, safe="%[]=&+-._~!$'()*,:@/?")
    parts = []
    if older is not None:
        parts.append(f'<{address}max_id={older}>; rel="next"')
    if newer is not None:
        parts.append(f'<{address}min_id={newer}>; rel="prev"')
    return ", ".join(parts)


def _is_cursor(pair: bytes) -> bool:
    return pair.partition(b"=")[0] in _CURSORS
