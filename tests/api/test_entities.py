"""The entities hold every field that is documented, of the documented type, as null and as missing where documented."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.api.conformance import ENTITIES, SCHEMA_FILE, check_entity, schema
from weetwie.api.mastodon.entities import date_time, day

DOCUMENTED: dict[str, Any] = json.loads((Path(__file__).parent / "entity_fields.json").read_text())

OWN_FIELDS = {
    "Account": {"standing", "knows_about", "learning", "lately"},
    "Status": {"audience", "is_question", "answer_id"},
    "ScheduledStatus": {"error"},
    "Suggestion": {"reasons"},
    "Error": {"details", "number", "unexpected_accounts"},
    "WebPushSubscription": {"policy"},
}
"""What we add to the documented fields. `details` is documented in words and not in a table; `policy` and
`unexpected_accounts` are answered by Mastodon, and in no table either."""

# One struct stands for both, since a union of two structs cannot be told apart without a tag; the states of a quote
# stand in the table of another entity there.
STANDS_FOR = {"ShallowQuote": "Quote"}
LEFT_OUT_BY_CHOICE = {("Quote", "quoted_status"), ("ShallowQuote", "quoted_status_id")}
OTHER_VALUES = {("Quote", "state"), ("ShallowQuote", "state")}


def rows() -> list[Any]:
    return [
        pytest.param(entity, row, id=f"{entity}.{row['field']}")
        for entity, table in DOCUMENTED.items()
        for row in table["fields"]
    ]


def struct_of(entity: str) -> type[msgspec.Struct]:
    return ENTITIES[STANDS_FOR.get(entity, entity)]


def steps_of(name: str) -> list[str]:
    """`history[][day]`, `poll.options[].title` and `params[poll][options[]]` all name a field inside a field."""
    if name.startswith("alerts["):
        return ["alerts", name[7:-1]]
    return [step for step in re.split(r"[\[\].]+", name) if step]


def field_of(kind: Any, steps: list[str]) -> msgspec.inspect.Field:
    """Goes down the struct, through lists and past null, to the field at the end of the steps."""
    info = msgspec.inspect.type_info(kind)
    for step in steps[:-1]:
        info = inner(field_in(info, step).type)
    return field_in(info, steps[-1])


def field_in(info: Any, name: str) -> msgspec.inspect.Field:
    found: msgspec.inspect.Field = next(field for field in info.fields if field.encode_name == name)
    return found


def kinds(info: Any) -> list[Any]:
    if isinstance(info, msgspec.inspect.Metadata):
        return kinds(info.type)
    return (
        [kind for one in info.types for kind in kinds(one)]
        if isinstance(info, msgspec.inspect.UnionType)
        else [info]
    )


def inner(info: Any) -> Any:
    one = next(kind for kind in kinds(info) if not isinstance(kind, msgspec.inspect.NoneType))
    return inner(one.item_type) if isinstance(one, msgspec.inspect.ListType) else one


@pytest.mark.parametrize(("entity", "row"), rows())
def test_each_documented_field_is_there_with_its_nulls_and_gaps(entity: str, row: dict[str, Any]) -> None:
    field = field_of(struct_of(entity), steps_of(row["field"]))
    takes_null = any(isinstance(kind, msgspec.inspect.NoneType) for kind in kinds(field.type))
    may_miss = row["optional"] or row.get("deprecated", False) or (entity, row["field"]) in LEFT_OUT_BY_CHOICE
    assert takes_null == row["null"]
    assert field.required != may_miss


@pytest.mark.parametrize(("entity", "row"), rows())
def test_each_documented_field_has_its_type(entity: str, row: dict[str, Any]) -> None:
    field = field_of(struct_of(entity), steps_of(row["field"]))
    wanted = row["type"]
    shape = next(
        (kind for kind in kinds(field.type) if not isinstance(kind, msgspec.inspect.NoneType)),
        None,
    )
    if wanted.startswith("array of"):
        assert isinstance(shape, msgspec.inspect.ListType)
        wanted = wanted.removeprefix("array of ")
        shape = inner(field.type)
    if wanted.startswith("enum:"):
        assert isinstance(shape, msgspec.inspect.LiteralType)
        if (entity, row["field"]) not in OTHER_VALUES:
            assert set(shape.values) == set(wanted.removeprefix("enum:").split())
    elif wanted == "boolean":
        assert isinstance(shape, msgspec.inspect.BoolType)
    elif wanted in ("integer", "Number (UNIX Timestamp)"):
        assert isinstance(shape, msgspec.inspect.IntType)
    elif wanted == "Float":
        assert isinstance(shape, msgspec.inspect.FloatType)
    elif wanted == "Null":
        assert shape is None
    elif wanted in ("id string", "datetime", "date", "URL"):
        assert isinstance(shape, msgspec.inspect.StrType)
        assert shape.pattern
    elif wanted.startswith(("string", "HTML", "language", "blurhash", "email", "datetime")):
        assert isinstance(shape, msgspec.inspect.StrType)
    elif wanted == "object":
        assert isinstance(shape, msgspec.inspect.StructType | msgspec.inspect.DictType)
    else:
        assert isinstance(shape, msgspec.inspect.StructType)
        assert shape.cls.__name__ == wanted.split(",")[0].split(" or ")[0].replace("::", "").replace(
            "StatusTag", "StatusTag"
        )


@pytest.mark.parametrize("entity", list(DOCUMENTED))
def test_no_entity_has_fields_that_are_neither_documented_nor_named_as_our_own(
    entity: str,
) -> None:
    documented = {steps_of(row["field"])[0] for row in DOCUMENTED[entity]["fields"]}
    own = OWN_FIELDS.get(entity, set()) | OWN_FIELDS.get(DOCUMENTED[entity].get("extends", ""), set())
    if parent := DOCUMENTED[entity].get("extends"):
        documented |= {steps_of(row["field"])[0] for row in DOCUMENTED[parent]["fields"]}
    if entity in ("Quote", "ShallowQuote"):
        documented |= {"quoted_status", "quoted_status_id"}
    fields = {field.encode_name for field in msgspec.structs.fields(struct_of(entity))}
    assert fields == documented | own


@pytest.mark.parametrize("entity", [entity for entity in DOCUMENTED if entity not in STANDS_FOR])
def test_fields_come_in_the_documented_order(entity: str) -> None:
    documented = [steps_of(row["field"])[0] for row in DOCUMENTED[entity]["fields"]]
    fields = [field.encode_name for field in msgspec.structs.fields(struct_of(entity))]
    assert [name for name in fields if name in documented] == list(dict.fromkeys(documented))


def test_our_own_fields_may_be_missing() -> None:
    for entity, names in OWN_FIELDS.items():
        assert not any(field_of(ENTITIES[entity], [name]).required for name in names)


ACCOUNT = {
    "id": "1",
    "username": "ada",
    "acct": "ada",
    "url": "https://w.example/@ada",
    "uri": "https://w.example/people/1",
    "display_name": "Ada",
    "note": "<p>Hello</p>",
    "avatar": "https://w.example/a.png",
    "avatar_static": "https://w.example/a.png",
    "avatar_description": "",
    "header": "https://w.example/h.png",
    "header_static": "https://w.example/h.png",
    "header_description": "",
    "locked": False,
    "fields": [{"name": "unit", "value": "Engines", "verified_at": None}],
    "emojis": [],
    "bot": False,
    "group": False,
    "discoverable": True,
    "indexable": False,
    "created_at": "2026-01-31T09:00:00.000Z",
    "last_status_at": "2026-01-31",
    "statuses_count": 1,
    "followers_count": 0,
    "following_count": 0,
    "hide_collections": None,
    "show_media": True,
    "show_media_replies": True,
    "show_featured": True,
    "roles": [],
    "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
    "standing": "member",
}

STATUS = {
    "id": "113000000000000001",
    "uri": "https://w.example/posts/1",
    "created_at": "2026-01-31T09:00:00.123Z",
    "account": ACCOUNT,
    "content": "<p>Hello</p>",
    "visibility": "public",
    "sensitive": False,
    "spoiler_text": "",
    "media_attachments": [],
    "mentions": [{"id": "2", "username": "bo", "url": "https://w.example/@bo", "acct": "bo"}],
    "tags": [{"name": "größe", "url": "https://w.example/tags/gr%C3%B6%C3%9Fe"}],
    "emojis": [],
    "reblogs_count": 0,
    "favourites_count": 0,
    "quotes_count": 0,
    "replies_count": 0,
    "url": "https://w.example/@ada/1",
    "in_reply_to_id": None,
    "in_reply_to_account_id": None,
    "reblog": None,
    "poll": None,
    "card": None,
    "language": "en",
    "text": None,
    "edited_at": None,
    "quote": None,
    "quote_approval": {
        "automatic": ["public"],
        "manual": [],
        "current_user": "automatic",
    },
    "tagged_collections": [],
    "audience": "colleagues",
}


def test_a_whole_status_is_a_status() -> None:
    check_entity("Status", STATUS)
    check_entity("Status[]", msgspec.json.encode([STATUS, {**STATUS, "reblog": STATUS}]))
    check_entity("Context", {"ancestors": [STATUS], "descendants": []})


@pytest.mark.parametrize("name", [name for name in STATUS if name != "audience"])
def test_a_status_without_one_of_its_fields_is_none(name: str) -> None:
    with pytest.raises(AssertionError, match=name):
        check_entity("Status", {key: value for key, value in STATUS.items() if key != name})


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"id": 1},
        {"id": "01"},
        {"id": "abc"},
        {"id": "0"},
        {"id": "9" * 20},
        {"created_at": "2026-01-31T09:00:00Z"},
        {"created_at": "2026-01-31 09:00:00.000Z"},
        {"created_at": "2026-01-31T09:00:00.000+00:00"},
        {"created_at": None},
        {"url": "/@ada/1"},
        {"url": "https://"},
        {"url": "javascript:alert(1)"},
        {"visibility": "company"},
        {"sensitive": 0},
        {"reblogs_count": -1},
        {"reblogs_count": "1"},
        {"account": {**ACCOUNT, "last_status_at": "2026-01-31T00:00:00.000Z"}},
        {"account": {**ACCOUNT, "password": "x"}},
        {"audience": "everyone"},
        {"tags": None},
    ],
)
def test_a_status_with_something_wrong_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="this is no Status"):
        check_entity("Status", {**STATUS, **change})


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9990, 1, 1)),
    st.integers(-12, 12),
)
def test_every_moment_is_written_in_the_one_form_in_universal_time(moment: datetime, hours: int) -> None:
    here = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    check_entity("Status", {**STATUS, "created_at": date_time(here)})
    read = datetime.fromisoformat(date_time(here))
    assert timedelta(0) <= here.astimezone(UTC) - read < timedelta(milliseconds=1)


def test_a_day_is_written_as_a_date() -> None:
    assert day(date(2026, 1, 31)) == "2026-01-31"


def test_the_published_schema_of_the_entities_is_current() -> None:
    assert SCHEMA_FILE.read_bytes() == schema(), "run: python -m tests.api.conformance"
