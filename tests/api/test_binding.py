"""The binder: each spelling comes to the same value, and whatever else comes is refused and nothing worse."""

import asyncio
import json
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import example, given, strategies as st
from msgspec import UNSET, Meta, UnsetType

from weetwie.api.binding import Binder
from weetwie.api.body import MAX_BODY, read_body
from weetwie.api.parameters import Id, LongPageParams, LooseId, OffsetParams, PageParams, Upload, at_most
from weetwie.api.refusals import Malformed, UnknownForm
from weetwie.api.tree import read_query
from weetwie.errors import Invalid, Refusal
from weetwie.http.body import TooLarge

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "----3f9a"
PARTS = f"multipart/form-data; boundary={BOUNDARY}"


class NewPoll(msgspec.Struct):
    options: list[str]
    expires_in: Annotated[int, Meta(ge=300, le=2_629_746)]
    multiple: bool = False


class NewField(msgspec.Struct):
    name: str = ""
    value: str = ""


class Everything(msgspec.Struct, kw_only=True):
    """One parameter of each kind."""

    status: str | None = None
    in_reply_to_id: Id | None = None
    id: list[LooseId] = []
    media_ids: list[Id] = []
    languages: list[str] | None = None
    poll: NewPoll | None = None
    fields_attributes: list[NewField] | UnsetType = UNSET
    visibility: Literal["public", "private"] | None = None
    sensitive: bool | None = None
    duration: int = 0
    focus: float = 0.0
    alerts: dict[str, bool] = {}
    avatar: Upload | None = None
    limit: Annotated[int, at_most(20, 40)] = 20


binder = Binder(Everything)


def read(
    form: str, body: bytes, limit: int = MAX_BODY, chunk: int = 0
) -> tuple[dict[str, Any], list[Upload]]:
    size = chunk or max(len(body), 1)
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    uploads: list[Upload] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    headers = [(b"content-type", form.encode("latin-1"))]
    try:
        return asyncio.run(read_body(headers, receive, limit, uploads)), uploads
    except Refusal:
        close(uploads)
        raise


def close(uploads: list[Upload]) -> None:
    for upload in uploads:
        upload.close()


def from_query(query: str | bytes) -> Everything:
    return binder.bind(read_query(query.encode() if isinstance(query, str) else query))


def from_json(value: Any) -> Everything:
    return binder.bind(read(JSON, json.dumps(value).encode())[0])


def parts(*pairs: tuple[str, str], files: tuple[tuple[str, str, bytes], ...] = ()) -> bytes:
    body = b""
    for name, value in pairs:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, filename, data in files:
        head = (
            f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: image/png'
        )
        body += f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize(
    "query",
    [
        "id[]=1&id[]=2",
        "id=1&id=2",
        "id[0]=1&id[1]=2",
        "id[1]=2&id[0]=1",
        "id%5B%5D=1&id[]=2",
    ],
)
def test_a_list_is_read_in_each_of_its_spellings(query: str) -> None:
    assert from_query(query).id == [1, 2]
    assert binder.bind(read(FORM, query.encode())[0]).id == [1, 2]


def test_a_single_value_makes_a_list_of_one_and_an_empty_one_makes_none() -> None:
    assert from_query("id=7").id == [7]
    assert from_query("languages[]=").languages == []
    assert from_json({"languages": []}).languages == []
    assert from_json({"languages": None}).languages is None
    assert from_query("").languages is None


def test_a_poll_is_the_same_in_all_forms() -> None:
    wanted = NewPoll(["a", "ü & b"], 300, True)
    query = "poll[options][]=a&poll[options][]=%C3%BC+%26+b&poll[expires_in]=300&poll[multiple]=1"
    pairs = (
        ("poll[options][]", "a"),
        ("poll[options][]", "ü & b"),
        ("poll[expires_in]", "300"),
        ("poll[multiple]", "on"),
    )
    assert from_query(query).poll == wanted
    assert binder.bind(read(PARTS, parts(*pairs))[0]).poll == wanted
    assert (
        from_json({"poll": {"options": ["a", "ü & b"], "expires_in": "300", "multiple": True}}).poll == wanted
    )
    assert (
        from_json(
            {
                "poll": {
                    "options": {"1": "ü & b", "0": "a"},
                    "expires_in": 300,
                    "multiple": 1,
                }
            }
        ).poll
        == wanted
    )


def test_profile_fields_are_the_same_numbered_listed_and_in_json() -> None:
    wanted = [NewField("a", "1"), NewField("b", "2")]
    numbered = "&".join(
        f"fields_attributes[{n}][name]={f.name}&fields_attributes[{n}][value]={f.value}"
        for n, f in enumerate(wanted)
    )
    listed = "&".join(
        f"fields_attributes[][name]={f.name}&fields_attributes[][value]={f.value}" for f in wanted
    )
    as_json = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert from_query(numbered).fields_attributes == wanted
    assert from_query(listed).fields_attributes == wanted
    assert from_json({"fields_attributes": as_json}).fields_attributes == wanted
    assert from_json({"fields_attributes": {"10": as_json[1], "9": as_json[0]}}).fields_attributes == wanted
    assert from_query("").fields_attributes is UNSET


@given(st.lists(st.integers(1, 2**63 - 1), max_size=20))
def test_ids_come_back_from_every_spelling(ids: list[int]) -> None:
    for query in (
        "&".join(f"id[]={n}" for n in ids),
        "&".join(f"id[{at}]={n}" for at, n in enumerate(ids)),
    ):
        assert from_query(query).id == ids
    assert from_json({"id": ids}).id == ids
    assert from_json({"id": [str(n) for n in ids]}).id == ids
    assert binder.bind(read(PARTS, parts(*(("id[]", str(n)) for n in ids)))[0]).id == ids


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_comes_back_unchanged_from_every_form(text: str) -> None:
    from urllib.parse import urlencode

    assert from_query(urlencode({"status": text})).status == text
    assert from_json({"status": text}).status == text
    if BOUNDARY not in text:
        assert binder.bind(read(PARTS, parts(("status", text)))[0]).status == text


@pytest.mark.parametrize("word", ["false", "f", "F", "0", "off", "OFF", "False", "FALSE"])
def test_the_known_words_for_no_are_false(word: str) -> None:
    assert from_query(f"sensitive={word}").sensitive is False


@pytest.mark.parametrize("word", ["true", "1", "on", "t", "yes"])
def test_any_other_word_is_true(word: str) -> None:
    assert from_query(f"sensitive={word}").sensitive is True


def test_an_empty_truth_number_id_or_choice_is_not_given() -> None:
    value = from_query("sensitive=&duration=&in_reply_to_id=&visibility=&poll=&avatar=&focus=")
    assert value == Everything()


def test_an_empty_text_is_given() -> None:
    assert from_query("status=").status == ""


def test_null_is_not_given_or_nothing() -> None:
    assert from_json(dict.fromkeys(Everything.__struct_fields__)) == Everything()


def test_the_last_of_several_plain_values_counts() -> None:
    assert from_query("status=a&status=b").status == "b"


@pytest.mark.parametrize(
    ("query", "limit"),
    [("", 20), ("limit=5", 5), ("limit=999", 40), ("limit=99999999999999999999999", 40), ("limit=-7", 7), ("limit=0", 20),
     ("limit=x", 20), ("limit=12abc", 12), ("limit=", 20), ("limit[]=3", 20), ("limit=\u0665", 20)],
)  # fmt: skip
def test_a_limit_is_kept_within_its_bounds_and_never_refused(query: str, limit: int) -> None:
    assert from_query(query).limit == limit


def test_longer_lists_have_longer_limits() -> None:
    assert Binder(LongPageParams).bind({"limit": "500"}).limit == 80
    assert Binder(LongPageParams).bind({}).limit == 40
    assert Binder(OffsetParams).bind({"offset": "-3", "limit": 7}) == OffsetParams(offset=3, limit=7)
    assert Binder(OffsetParams).bind({"offset": "9" * 19}).offset == 10_000


@pytest.mark.parametrize(
    "cursor",
    ["abc", "", "-1", "0", "9223372036854775808", "1e3", "١", "1" * 5000, " 1"],
)
def test_a_cursor_that_is_no_id_counts_as_not_given(cursor: str) -> None:
    assert Binder(PageParams).bind({"max_id": cursor}).max_id is None


def test_cursors_are_taken_as_text_or_number() -> None:
    assert Binder(PageParams).bind({"max_id": "9223372036854775807"}).max_id == 2**63 - 1
    assert Binder(PageParams).bind({"min_id": 12}).min_id == 12


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"status": []}, "status"),
        ({"status": {"a": 1}}, "status"),
        ({"status": True}, "status"),
        ({"status": "a\x00b"}, "status"),
        ({"status": "a\ud800b"}, "status"),
        ({"in_reply_to_id": "abc"}, "in_reply_to_id"),
        ({"in_reply_to_id": -4}, "in_reply_to_id"),
        ({"in_reply_to_id": True}, "in_reply_to_id"),
        ({"in_reply_to_id": 2**63}, "in_reply_to_id"),
        ({"media_ids": ["x"]}, "media_ids"),
        ({"media_ids": {"x": 1}}, "media_ids"),
        ({"languages": ["de", "\x00"]}, "languages"),
        ({"poll": "x"}, "poll"),
        ({"poll": {"options": ["a", "b"]}}, "poll[expires_in]"),
        ({"poll": {"options": ["a", "b"], "expires_in": 3}}, "poll[expires_in]"),
        ({"poll": {"options": ["a", "b"], "expires_in": "soon"}}, "poll[expires_in]"),
        ({"poll": {"options": [["a"]], "expires_in": 300}}, "poll[options]"),
        ({"fields_attributes": [{"name": "\udc80"}]}, "fields_attributes[name]"),
        ({"visibility": "secret"}, "visibility"),
        ({"visibility": 3.5}, "visibility"),
        ({"sensitive": [True]}, "sensitive"),
        ({"duration": "1.5"}, "duration"),
        ({"duration": 10**18 * 10}, "duration"),
        ({"focus": "nan"}, "focus"),
        ({"alerts": [1]}, "alerts"),
        ({"alerts": {"\x00": True}}, "alerts"),
        ({"avatar": "data:image/png;base64,AAAA"}, "avatar"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_and_its_field_named(value: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_json(value)
    assert refused.value.field == field
    assert field in str(refused.value)


@pytest.mark.parametrize(
    "query",
    [
        b"status=%00",
        b"status=%ff",
        b"status=\xed\xa0\x80",
        b"status=%ED%A0%80",
        b"status=\xc3",
    ],
)
def test_broken_characters_in_a_form_are_refused_and_the_field_named(
    query: bytes,
) -> None:
    with pytest.raises(Invalid, match="status has a character") as refused:
        from_query(query)
    assert refused.value.field == "status"


def test_broken_characters_in_json_are_refused_and_the_field_named() -> None:
    for body in (
        rb'{"status": "\ud800"}',
        b'{"status": "\xff"}',
        b'{"status": "\xed\xa0\x80"}',
    ):
        with pytest.raises(Invalid) as refused:
            binder.bind(read(JSON, body)[0])
        assert refused.value.field == "status"


def test_unknown_parameters_are_ignored_whatever_they_hold() -> None:
    assert from_query(b"no=%00&such[thing]=%ff&%ff=1&=&&a]b[=1") == Everything()
    assert from_json({"no": {"such": ["\x00", {}]}, "\ud800": 1}) == Everything()


@pytest.mark.parametrize(
    "query",
    ["id=1&id[x]=2", "id[x]=2&id=1", "id[]=1&id[x]=2", "poll=1&poll[options][]=a"],
)
def test_a_name_used_in_two_ways_is_refused(query: str) -> None:
    with pytest.raises(Malformed):
        from_query(query)


def test_more_than_a_thousand_parameters_are_refused() -> None:
    with pytest.raises(Malformed):
        read_query(b"&".join(b"a[]=1" for _ in range(1001)))
    with pytest.raises(Malformed):
        read(JSON, json.dumps({"id": list(range(1001))}).encode())
    with pytest.raises(Malformed):
        read(PARTS, parts(*[("a", "1")] * 1001))
    assert len(from_query(b"&".join(b"id[]=1" for _ in range(1000))).id) == 1000


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(Malformed):
        read_query(b"a" + b"[b]" * 8 + b"=1")
    for depth in (10, 2_000, 40_000):
        with pytest.raises(Malformed):
            read(JSON, b'{"a":' + b"[" * depth + b"]" * depth + b"}")
        with pytest.raises(Malformed):
            read(JSON, b'{"a":' * depth + b"1" + b"}" * depth)
    with pytest.raises(Malformed):
        read(JSON, b'{"x":"\\ud800","a":' + b"[" * 40_000 + b"]" * 40_000 + b"}")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"{",
        b"nope",
        b'{"a":1}x',
        b'{"a":NaN}',
        b'"x"',
        b'{"a":' + b"9" * 5000 + b"}",
        b"\xff\xfe",
    ],
)
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(JSON, body)


@pytest.mark.parametrize("body", [b"", b"   "])
def test_an_empty_body_is_no_mistake_in_any_form(body: bytes) -> None:
    assert read(JSON, body)[0] == {}
    assert read("text/plain", b"")[0] == {}
    assert read("", b"")[0] == {}


def test_a_body_without_a_content_type_is_read_as_what_it_looks_like() -> None:
    assert read("", b'{"status": "a"}')[0] == {"status": "a"}
    assert read("", b"status=a")[0] == {"status": "a"}


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UnknownForm):
        read("text/plain", b"hello")


@pytest.mark.parametrize("form", [FORM, JSON, PARTS, "", "text/plain"])
def test_a_body_over_the_limit_is_refused_in_every_form(form: str) -> None:
    body = parts(("x", "x" * MAX_BODY)) if form == PARTS else b"x" * (MAX_BODY + 1)
    with pytest.raises(TooLarge):
        read(form, body, chunk=65536)


def test_the_announced_length_is_enough_to_refuse() -> None:
    async def receive() -> dict[str, Any]:
        raise AssertionError("the body must not be read")

    for length in (b"1048577", b"9" * 5000):
        with pytest.raises(TooLarge):
            asyncio.run(read_body([(b"content-length", length)], receive, MAX_BODY, []))


def test_long_texts_are_refused_even_where_long_files_are_taken() -> None:
    with pytest.raises(TooLarge):
        read(
            PARTS,
            parts(("status", "x" * (MAX_BODY + 1))),
            limit=10 * MAX_BODY,
            chunk=65536,
        )
    tree, _uploads = read(
        PARTS,
        parts(files=(("avatar", "a.png", b"x" * (2 * MAX_BODY)),)),
        limit=10 * MAX_BODY,
        chunk=65536,
    )
    assert tree["avatar"].size == 2 * MAX_BODY
    close([tree["avatar"]])


@pytest.mark.parametrize("chunk", [0, 1, 7])
def test_a_file_comes_with_its_name_and_kind_however_it_is_cut(chunk: int) -> None:
    data = bytes(range(256)) * 3
    tree, uploads = read(
        PARTS,
        parts(("status", "hello"), files=(("avatar", "me.png", data),)),
        chunk=chunk,
    )
    value = binder.bind(tree)
    assert value.avatar is not None
    assert (value.avatar.filename, value.avatar.content_type, value.avatar.read()) == (
        "me.png",
        "image/png",
        data,
    )
    assert value.status == "hello"
    assert uploads == [value.avatar]
    value.avatar.close()


def test_an_untouched_file_field_is_not_given() -> None:
    tree, uploads = read(PARTS, parts(files=(("avatar", "", b""),)))
    assert binder.bind(tree).avatar is None
    close(uploads)


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=", b"--x--"),
        ("multipart/form-data; boundary=" + "x" * 500, b"--x--"),
        (PARTS, b"no parts at all"),
        (PARTS, parts(("a", "b"))[:-10]),
        (PARTS, b"\r\n" + parts(("a", "b"))[20:]),
        (PARTS, f"--{BOUNDARY}\r\nbroken header\r\n\r\nx\r\n--{BOUNDARY}--".encode()),
        (PARTS, f"--{BOUNDARY}\r\n".encode() + b"A: b\r\n" * 100 + f"\r\nx\r\n--{BOUNDARY}--".encode()),
        (PARTS, f"--{BOUNDARY}\r\nA: ".encode() + b"b" * 100_000 + f"\r\n\r\nx\r\n--{BOUNDARY}--".encode()),
    ],
)  # fmt: skip
def test_a_broken_multipart_form_is_refused(form: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        read(form, body)


def whatever_comes(form: str, body: bytes, chunk: int = 0) -> None:
    """Gives a value or a refusal; any other exception fails the test."""
    uploads: list[Upload] = []
    try:
        tree, uploads = read(form, body, chunk=chunk)
        binder.bind(tree)
    except Refusal as refusal:
        str(refusal).encode()
    finally:
        close(uploads)


NAMES = st.sampled_from([*Everything.__struct_fields__, "x"])
STEPS = st.lists(
    st.sampled_from(
        [
            "[]",
            "[0]",
            "[1]",
            "[name]",
            "[options]",
            "[expires_in]",
            "[",
            "]",
            "%5B",
            "%00",
        ]
    ),
    max_size=10,
)
VALUES = st.one_of(
    st.just(b""),
    st.binary(max_size=8),
    st.integers().map(lambda n: str(n).encode()),
    st.sampled_from([b"%00", b"%ff", b"%", b"+"]),
)
PAIRS = st.builds(
    lambda name, steps, value: name.encode() + "".join(steps).encode() + b"=" + value,
    NAMES,
    STEPS,
    VALUES,
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["\x00", "\ud800", "1", ""]),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.lists(below, max_size=4),
        st.dictionaries(st.text(max_size=4), below, max_size=4),
    ),
    max_leaves=12,
)


@given(st.lists(PAIRS, max_size=8))
@example([b"id[0]=1", b"id[]=2"])
def test_whatever_form_comes_it_is_read_or_refused(pairs: list[bytes]) -> None:
    whatever_comes(FORM, b"&".join(pairs))


@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_whatever_json_comes_it_is_read_or_refused(tree: dict[str, Any]) -> None:
    whatever_comes(JSON, json.dumps(tree).encode())


@given(
    st.sampled_from(
        [
            FORM,
            JSON,
            PARTS,
            "",
            "text/plain",
            "multipart/form-data",
            "application/problem+json",
        ]
    ),
    st.binary(max_size=300),
    st.sampled_from([0, 1, 5]),
)
def test_whatever_bytes_come_they_are_read_or_refused(form: str, body: bytes, chunk: int) -> None:
    whatever_comes(form, body, chunk)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=12),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        ),
        max_size=5,
    ),
    st.integers(0, 400),
    st.binary(max_size=5),
)
def test_a_multipart_form_cut_or_spoilt_anywhere_is_read_or_refused(
    pairs: list[tuple[str, str]], at: int, spoil: bytes
) -> None:
    good = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode("utf-8", "replace")
        for name, value in pairs
    )  # fmt: skip
    body = good + f"--{BOUNDARY}--\r\n".encode()
    whatever_comes(PARTS, body[:at] + spoil + body[at:])
    whatever_comes(PARTS, body[:at])


@given(st.text(st.sampled_from("application/jsonmultipart;=boundary \"\\'é"), max_size=60))
def test_whatever_content_type_comes_it_is_read_or_refused(form: str) -> None:
    whatever_comes(form, b"a=b")


def test_parameters_that_could_not_be_bound_are_refused_at_start() -> None:
    class Several(msgspec.Struct):
        either: int | str

    class Anything(msgspec.Struct):
        thing: Any

    for kind in (Several, Anything):
        with pytest.raises(TypeError):
            Binder(kind)
