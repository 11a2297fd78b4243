"""Holds answers against the documented entities: unknown, missing and ill-formed fields are errors.

A client of `tests/site.py` does so with each answer that it gets.

Run as a program, it writes the machine-readable schema of all entities to `docs/api/entities.schema.json`.
"""

from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec

from weetwie.api.endpoint import Endpoint
from weetwie.api.endpoints import endpoints
from weetwie.api.mastodon import entities
from weetwie.api.table import RouteTable

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "api" / "entities.schema.json"

ENTITIES: dict[str, type[msgspec.Struct]] = {
    name: kind
    for name in entities.__all__
    if isinstance(kind := getattr(entities, name), type) and kind is not entities.Entity
}


def check_entity(name: str, answer: bytes | str | Any) -> None:
    """Checks one entity, or with `Status[]` a list of them; `answer` is JSON text or what was read from it."""
    is_list = name.endswith("[]")
    kind: Any = ENTITIES[name.removesuffix("[]")]
    wanted = list[kind] if is_list else kind
    try:
        if isinstance(answer, bytes | str):
            msgspec.json.decode(answer, type=wanted, strict=True)
        else:
            msgspec.convert(answer, wanted, strict=True)
    except msgspec.ValidationError as error:
        raise AssertionError(f"this is no {name}: {error}") from None


class Conforming(httpx.AsyncBaseTransport):
    """Holds each answer that goes through against what its route declares."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        check_answer(request.method, request.url.path, answer.status_code, body)
        return answer


def check_answer(method: str, path: str, status: int, body: bytes) -> None:
    """A good answer is of the type that the route declares, a refusal is an error; what no route takes is not checked."""
    endpoint = _endpoint(method, path)
    if endpoint is None or method == "HEAD":
        return
    assert status < 500 or status == 503, f"{method} {path} answered {status}: {body[:300]!r}"
    kinds = endpoint.answers if status < 400 else (entities.Error,)
    if kinds[0] in (None, str) or 300 <= status < 400:
        return
    errors = [error for kind in kinds if (error := _misfit(body, kind))]
    if len(errors) == len(kinds):
        raise AssertionError(f"{method} {path} answered {status} with no {kinds}: {errors}: {body[:300]!r}")


def _misfit(body: bytes, kind: Any) -> str | None:
    try:
        msgspec.json.decode(body, type=kind, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return str(error) or type(error).__name__
    return None


def _endpoint(method: str, path: str) -> Endpoint | None:
    place, _names = _table().find(path)
    return place.get(method) if place else None


@cache
def _table() -> RouteTable:
    return RouteTable(endpoints())


def schema() -> bytes:
    """The JSON schema of all entities, each under `$defs` by its name."""
    _tops, defs = msgspec.json.schema_components(list(ENTITIES.values()), ref_template="#/$defs/{name}")
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entities of the client API",
        "$defs": dict(sorted(defs.items())),
    }
    return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=1) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA_FILE.write_bytes(schema())
