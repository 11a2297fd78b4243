"""What apps with strict decoders need: each field of their models is there, of the kind that they decode, null only where they
take null. Such an app drops a whole page for one field that is otherwise.

`app_models.json` holds, by app and entity, `field:kind`; a question mark says that it may be null or missing. Every answer in
the tests is held against the entities (`conformance.py`), so that what is true of these is true of the answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from tests.api.conformance import ENTITIES

MODELS: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "app_models.json").read_text())
KINDS: dict[str, tuple[type, ...]] = {
    "string": (inspect.StrType, inspect.LiteralType),
    "url": (inspect.StrType,),
    "date": (inspect.StrType,),
    "bool": (inspect.BoolType,),
    "int": (inspect.IntType,),
    "int32": (inspect.IntType,),
    "number": (inspect.FloatType, inspect.IntType),
    "list": (inspect.ListType,),
    "object": (inspect.StructType, inspect.DictType),
}


def rows() -> list[Any]:
    return [
        pytest.param(entity, *wanted.rpartition(":")[::2], id=f"{app}-{entity}-{wanted}")
        for app, models in MODELS.items()
        for entity, fields in models.items()
        for wanted in fields.split()
    ]


@pytest.mark.parametrize(("entity", "name", "wanted"), rows())
def test_a_field_is_of_the_kind_that_the_app_decodes(entity: str, name: str, wanted: str) -> None:
    info: Any = inspect.type_info(ENTITIES[entity])
    field = next(one for one in info.fields if one.encode_name == name)
    kind = field.type
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    may_be_null = any(isinstance(one, inspect.NoneType) for one in kinds) or not field.required
    assert wanted.endswith("?") or not may_be_null
    fits = KINDS[wanted.removesuffix("?")]
    rest = [plain(one) for one in kinds if not isinstance(one, inspect.NoneType)]
    assert rest and all(isinstance(one, fits) for one in rest), rest
    if wanted == "int32":
        assert all(isinstance(one, inspect.IntType) and one.lt == 2**31 for one in rest)


def plain(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind
