"""Holds answers against the documented entities: unknown, missing and ill-formed fields are errors.

Run as a program, it writes the machine-readable schema of all entities to `docs/api/entities.schema.json`.
"""

from pathlib import Path
from typing import Any

import msgspec

from weetwie.api.mastodon import entities

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
