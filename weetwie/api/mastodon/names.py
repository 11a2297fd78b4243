"""Handles and addresses as apps write them: `ada`, `@ada`, `ada@this.host`, `https://this.host/@ada/123`."""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from weetwie.api.parameters import LARGEST_ID
from weetwie.errors import NotFound
from weetwie.text.signs import visible

_PERSON: Final = re.compile(r"/(?:@|people/)(?P<handle>[^/]+)/?")
_POST: Final = re.compile(r"/(?:@[^/]+/|people/[^/]+/posts/|boosts/|statuses/)(?P<id>[0-9]{1,19})/?")


class AddressTarget(NamedTuple):
    """What an address of ours leads to."""

    handle: str | None = None
    post_id: int | None = None


def local_handle(acct: str, base_url: str, *, strict: bool = True) -> str:
    """The handle without our own host. Raises NotFound for that of another host; not strict, it is left as it is."""
    handle, at, host = visible(acct).removeprefix("@").partition("@")
    if at and host.lower() != urlsplit(base_url).netloc.lower():
        if strict:
            raise NotFound
        return acct
    return handle


def named_by(address: str, base_url: str) -> AddressTarget | None:
    """What is meant by an address; None for one that is not ours, or leads to nothing of the kind."""
    if not address.startswith(base_url + "/"):
        return None
    path = address[len(base_url) :].partition("?")[0].partition("#")[0]
    if post := _POST.fullmatch(path):
        post_id = int(post["id"])
        return AddressTarget(post_id=post_id) if 0 < post_id <= LARGEST_ID else None
    if person := _PERSON.fullmatch(path):
        return AddressTarget(handle=person["handle"])
    return None
