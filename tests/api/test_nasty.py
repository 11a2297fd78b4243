"""Whatever comes in at whatever route: a clear refusal or an answer, and never a failure of ours."""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.asking import Reply, ask
from tests.api.conformance import check_answer
from tests.site import Choices
from tests.world import World
from weetwie import reactions
from weetwie.api.endpoint import Endpoint, is_id
from weetwie.api.endpoints import endpoints
from weetwie.app import build

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MANY = "multipart/form-data; boundary=b"
HUGE = "9" * 400

ROUTES = [endpoint for endpoint in endpoints() if not endpoint.path.startswith("/api/v1/streaming/")]
"""Streams go on for ever; what they are asked with is bound as everywhere."""
WITH_BODY = [endpoint for endpoint in ROUTES if endpoint.method != "GET"]

TEXTS: dict[str, bytes] = {
    "empty": b"",
    "NUL": b"a%00b",
    "lone surrogate": b"%ED%A0%80",
    "invalid UTF-8": b"%FF%FE%80",
    "broken percent": b"%zz%",
    "overlong": b"%C0%AF",
    "bidi and joiners": "\u202e\u200d\ufeff".encode(),
    "emoji": "👩‍👩‍👧‍👦".encode(),
    "injection": b"'%3B drop table posts--",
    "huge number": HUGE.encode(),
    "negative": b"-1",
    "just past 64 bits": b"9223372036854775808",
    "largest": b"9223372036854775807",
    "fraction": b"1.5",
    "exponent": b"1e400",
    "not a number": b"NaN",
    "other digits": "١٢٣".encode(),
    "long": b"x" * 60_000,
}
VALUES: list[Any] = [
    None, True, -1, 0, 2**63, 10**400, 1.5, 1e308, "", "x", "\x00", "\ud800", "x" * 100_000,
    [], [[]], [None], [{}], ["\x00"], [1] * 900, {}, {"": ""}, {"0": 1}, {"\x00": "\x00"}, {"a": {"b": [{"c": None}]}},
]  # fmt: skip
"""What JSON may hold in the place of a parameter."""


@dataclass
class Target:
    application: Any
    ids: dict[str, int]
    """What there is, by a word of the paths that lead to it."""

    def at(self, endpoint: Endpoint) -> str:
        """The path with an id that leads somewhere."""
        kind = next((kind for kind in self.ids if f"/{kind}/" in endpoint.path), "accounts")
        return at(endpoint, str(self.ids[kind]))


@pytest.fixture
async def target(dsn: str) -> AsyncIterator[Target]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    ada = await world.member("ada")
    bo = await world.member("bo", follows=[ada])
    post = await world.post(bo, "Hello", tags=["hello"])
    told = await world.notify(ada, "mention", bo, post)
    application = build(Choices(), world.database, world.site)
    yield Target(application, {"statuses": post, "notifications": told, "accounts": bo.id})
    await world.close()


TOKEN = ("authorization", "Bearer token-of-ada")


async def try_it(target: Target, endpoint: Endpoint, path: str, **given: Any) -> Reply:
    headers = given.pop("headers", [TOKEN])
    reply = await ask(target.application, endpoint.method, path, headers=headers, **given)
    if reply.status >= 500:  # Only then: to write down what was sent takes longer than to send it.
        what = f"{endpoint.method} {path[:100]} {str(given)[:200]}"
        pytest.fail(f"{what}: {reply.status} {reply.body[:300]!r}")
    check_answer(endpoint.method, path, reply.status, reply.body)
    return reply


def at(endpoint: Endpoint, ids: str, names: str = "hello") -> str:
    path = endpoint.path
    for name in endpoint.path_names:
        path = path.replace(f"{{{name}}}", ids if is_id(name) else names)
    return path


def names_of(endpoint: Endpoint) -> list[str]:
    """What the parameters are called, and one that nobody asked for."""
    fields = endpoint.parameters.__struct_fields__ if endpoint.parameters else ()
    return [name for name in fields if name not in endpoint.path_names] + ["nobody_asked"]


def each_way(name: str) -> Iterable[str]:
    yield from (name, f"{name}[]", f"{name}[0]", f"{name}[a][b][]", f"{name}[][x]")


async def test_odd_texts_in_every_parameter_of_every_route(target: Target) -> None:
    for endpoint in ROUTES:
        for name in names_of(endpoint):
            for text in TEXTS.values():
                given = {"query": b"%b=%b" % (name.encode(), text)} if endpoint.method == "GET" else {
                    "body": b"%b=%b" % (name.encode(), text), "form": FORM
                }  # fmt: skip
                await try_it(target, endpoint, target.at(endpoint), **given)


async def test_parameters_in_every_nesting(target: Target) -> None:
    for endpoint in ROUTES:
        for name in names_of(endpoint):
            for way in each_way(name):
                pair = f"{quote(way)}=1&{way}=2".encode()
                given = {"query": pair} if endpoint.method == "GET" else {"body": pair, "form": FORM}
                await try_it(target, endpoint, target.at(endpoint), **given)


async def test_every_kind_of_json_in_the_place_of_every_parameter(target: Target) -> None:
    for endpoint in WITH_BODY:
        for name in names_of(endpoint):
            for value in VALUES:
                body = json.dumps({name: value}).encode()
                await try_it(target, endpoint, target.at(endpoint), body=body, form=JSON)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        HUGE,
        "9223372036854775807",
        "9223372036854775808",
        "x",
        "\x00",
        "١",
        "1.0",
        "\udc80",
        " 1",
        "%",
        "a\x00b",
        "x" * 5000,
        "..",
        "😀",
    ],
)
async def test_odd_ids_and_names_in_every_path(target: Target, text: str) -> None:
    for endpoint in ROUTES:
        if endpoint.path_names:
            await try_it(target, endpoint, at(endpoint, text, text))


@pytest.mark.parametrize("limit", [b"0", b"-5", b"41", b"1000000", HUGE.encode(), b"x", b"", b"1e3"])
async def test_any_limit_and_any_cursor_on_every_list(target: Target, limit: bytes) -> None:
    for endpoint in ROUTES:
        if endpoint.method == "GET":
            for bound in (b"max_id=%b", b"min_id=%b", b"since_id=%b", b"offset=%b"):
                for cursor in (b"1", b"0", b"-1", b"x", HUGE.encode(), b"9223372036854775807"):
                    await try_it(
                        target, endpoint, target.at(endpoint), query=b"limit=" + limit + b"&" + bound % cursor
                    )


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
BODIES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", JSON),
    "JSON that is a list": (b"[1,2]", JSON),
    "JSON that is a text": (b'"x"', JSON),
    "JSON that is nothing": (b"null", JSON),
    "JSON with NaN": (b'{"status":NaN}', JSON),
    "JSON with a lone surrogate": (b'{"status":"\\ud800"}', JSON),
    "JSON with invalid UTF-8": (b'{"status":"\xff"}', JSON),
    "JSON with a byte order mark": (b'\xef\xbb\xbf{"status":"x"}', JSON),
    "JSON in UTF-16": ('{"status":"x"}'.encode("utf-16"), JSON),
    "deep JSON": (DEEP, JSON),
    "deep list": (b"[" * 200_000, JSON),
    "a name twice": (b'{"status":"a","status":{}}', JSON),
    "many names": (b"&".join(b"a%d=1" % number for number in range(20_000)), FORM),
    "deep names": (b"a" + b"[b]" * 5000 + b"=1", FORM),
    "two ways": (b"poll[a]=1&poll=2&poll[]=3", FORM),
    "no boundary": (b"--b\r\n", "multipart/form-data"),
    "no end": (b'--b\r\nContent-Disposition: form-data; name="status"\r\n\r\nx', MANY),
    "no name": (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", MANY),
    "not a disposition": (b"--b\r\n\x00\xff: \r\n\r\nx\r\n--b--\r\n", MANY),
    "no parts": (b"--b--\r\n", MANY),
    "rubbish": (bytes(range(256)) * 20, MANY),
    "long header": (b"--b\r\nA: " + b"x" * 100_000 + b"\r\n\r\nx\r\n--b--\r\n", MANY),
    "many parts": (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 5000 + b"--b--\r\n", MANY),
    "a file for a text": (
        b'--b\r\nContent-Disposition: form-data; name="status"; filename="x"\r\n\r\nx\r\n--b--\r\n', MANY,
    ),
    "NUL in a name": (b'--b\r\nContent-Disposition: form-data; name="a\x00b"\r\n\r\nx\r\n--b--\r\n', MANY),
    "another boundary": (b"--c\r\n\r\n--c--", MANY),
    "a long boundary": (b"", "multipart/form-data; boundary=" + "b" * 10_000),
    "an unknown form": (b"x", "application/xml"),
    "a form that is none": (b"x", "\x7f;;;="),
    "nothing said": (b"\x00\x01\x02", ""),
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
async def test_any_body_at_every_route(target: Target, body: str) -> None:
    raw, form = BODIES[body]
    for endpoint in WITH_BODY:
        for chunk in (0, 977):
            await try_it(
                target,
                endpoint,
                target.at(endpoint),
                body=raw,
                form=form,
                chunk=chunk if len(raw) < 50_000 else 0,
            )


@pytest.mark.parametrize("form", [FORM, JSON, MANY])
async def test_a_text_of_ten_megabytes_is_too_large(target: Target, form: str) -> None:
    text = b"x" * 10_000_000
    body = {
        FORM: b"status=" + text,
        JSON: b'{"status":"%b"}' % text,
        MANY: b'--b\r\nContent-Disposition: form-data; name="status"\r\n\r\n%b\r\n--b--\r\n' % text,
    }[form]
    for endpoint in WITH_BODY:
        for chunk in (0, 65_536):
            reply = await try_it(target, endpoint, target.at(endpoint), body=body, form=form, chunk=chunk)
            if endpoint.parameters is not None:
                assert reply.status == 413, f"{endpoint.method} {endpoint.path}: {reply.status}"


HEADERS: dict[str, list[tuple[str, str]]] = {
    "no scheme": [("authorization", "token-of-ada")],
    "another scheme": [("authorization", "Basic x")],
    "empty token": [("authorization", "Bearer ")],
    "long token": [("authorization", "Bearer " + "x" * 60_000)],
    "odd token": [("authorization", "Bearer \xff\x00\u00e9")],
    "twice": [TOKEN, ("authorization", "Bearer wrong")],
    "languages": [TOKEN, ("accept-language", "x" * 10_000 + ";q=a,,,;;q=1e999,\xff")],
    "key": [TOKEN, ("idempotency-key", "\x00\xff" * 500)],
    "encoding": [TOKEN, ("content-encoding", "gzip, br, \x00")],
    "length": [TOKEN, ("content-length", "-1")],
    "length too": [TOKEN, ("content-length", "9" * 100)],
    "host": [TOKEN, ("host", "evil.example/\x00")],
    "range": [TOKEN, ("range", "bytes=-1-"), ("if-none-match", "\xff"), ("if-modified-since", "then")],
    "cookie": [TOKEN, ("cookie", "=;=;\xff=\x00; session=" + "x" * 5000)],
    "forwarded": [TOKEN, ("x-forwarded-for", "x,,\xff"), ("forwarded", "for=;;=")],
}


@pytest.mark.parametrize("odd", HEADERS)
async def test_odd_headers_at_every_route(target: Target, odd: str) -> None:
    for endpoint in ROUTES:
        await try_it(
            target,
            endpoint,
            target.at(endpoint),
            headers=HEADERS[odd],
            body=b"status=x" if endpoint.method != "GET" else b"",
            form=FORM,
        )


async def test_texts_and_keys_of_a_post(target: Target) -> None:
    """What goes into the database is what breaks it."""
    publish = next(one for one in ROUTES if (one.method, one.path) == ("POST", "/api/v1/statuses"))
    for text in TEXTS.values():
        for key in ("", "\x00", "x" * 5000, "\xff"):
            await try_it(
                target, publish, publish.path, body=b"status=x" + text, form=FORM,
                headers=[TOKEN, ("idempotency-key", key)],
            )  # fmt: skip
    for value in VALUES:
        for name in names_of(publish):
            body = json.dumps({"status": "x", name: value}).encode()
            await try_it(target, publish, publish.path, body=body, form=JSON)
