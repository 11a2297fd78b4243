"""Who asks, before anything is asked of the database: whom this process has met, else an address."""

from collections.abc import Callable, Iterable

from weetwie.access.authenticate import Memory
from weetwie.http.turns import Requester
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Scope
from weetwie.security.client_address import in_front, networks, place_of
from weetwie.text import language


def recalled(
    memory: Memory, session_cookie: str, trusted_proxies: Iterable[str] = ()
) -> Callable[[Scope], Requester]:
    """A made-up token is nobody's, so it counts for the address that it comes from. So does one whose person this process has not
    met yet: these come in turn with all who show nothing, or a crowd of strangers in the same office would keep them out."""
    wanted, trusted = f"{session_cookie}=", networks(trusted_proxies)

    def caller(scope: Scope) -> Requester:
        credentials = _credentials(scope, wanted)
        for token, session in credentials:
            viewer = memory.recall(token=token, session=session)
            if viewer is not None and viewer.is_person:
                return Requester(f"person:{viewer.person_id}", is_person=True)
            if viewer is not None:
                return Requester(f"token:{viewer.token_id}", is_person=False)
        kind = "unmet" if credentials else "address"
        return Requester(f"{kind}:{place_of(in_front(scope, trusted))}", is_person=False)

    return caller


def _credentials(scope: Scope, wanted: str) -> list[tuple[str | None, str | None]]:
    found: list[tuple[str | None, str | None]] = []
    for name, value in asgi.headers(scope):
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            found.append((value[7:].decode("latin-1").strip(), None))
        elif name == b"cookie":
            found += [
                (None, pair.strip()[len(wanted) :])
                for pair in value.decode("latin-1").split(";")
                if pair.strip().startswith(wanted)
            ]
    return found


def in_their_language(scope: Scope, sentence: str) -> str:
    return language.translate_for(sentence, asgi.header(scope, b"accept-language").decode("latin-1"))
