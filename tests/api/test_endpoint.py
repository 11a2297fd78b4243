"""The doors for programs: which one opens for what, to whom, and what is said when none does."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.api.asking import Reply, ask
from tests.api.conformance import check_entity
from weetwie.api.call import Answer, Call, StreamedAnswer
from weetwie.api.dispatch import EXPOSED, Dispatcher
from weetwie.api.endpoint import Endpoint, Routes, holders
from weetwie.api.mastodon.errors import STATUS
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import PageParams, Upload
from weetwie.api.refusals import Unauthorized
from weetwie.context import Site
from weetwie.errors import (
    Conflict,
    Detail,
    Forbidden,
    Invalid,
    NoSpace,
    NotFound,
    Refusal,
    TooMany,
    Unavailable,
)
from weetwie.runtime.asgi import Scope


class Thing(msgspec.Struct):
    name: str
    number: int = 0


class NewThing(msgspec.Struct):
    name: str
    file: Upload | None = None


class Viewer(msgspec.Struct):
    """As the doors need it."""

    is_person: bool = True
    token_id: int = 1
    scopes: frozenset[str] = frozenset()


class Ledger:
    """A database that writes down how each transaction ended."""

    def __init__(self, at_commit: Exception | None = None, at_begin: Exception | None = None) -> None:
        self.said: list[str] = []
        self._at_commit = at_commit
        self._at_begin = at_begin

    def __call__(self, call: Call) -> "Ledger":
        return self

    async def __aenter__(self) -> str:
        if self._at_begin:
            raise self._at_begin
        self.said.append("begin")
        return "db"

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        self.said.append("undo" if kind else "commit")
        if not kind and self._at_commit:
            raise self._at_commit


def build(*, raising: BaseException | None = None, **options: Any) -> tuple[Dispatcher, Routes]:
    routes = Routes("things")

    @routes.get("/api/v1/things")
    async def things(call: Call, page: PageParams) -> list[Thing]:
        """Lists things.

        More about it.
        """
        link_page(call, page, list(range(100, 100 - page.limit, -1)))
        return [Thing("a", page.limit)]

    @routes.get("/api/v1/things/{id}")
    async def thing(call: Call) -> Thing:
        return Thing("one", call.id)

    @routes.delete("/api/v1/things/{id}", scopes=["write:statuses"])
    async def remove(call: Call) -> Answer:
        return Answer(202, {"gone": call.id}, {"X-Own": "1"})

    @routes.get("/api/v1/things/all")
    async def every(call: Call) -> bytes:
        return b'"all"'

    @routes.get("/api/v1/things/{id}/parts/{part_id}")
    async def part(call: Call) -> list[int]:
        return [call.id, call.number("part_id")]

    @routes.get("/api/v1/tags/{name}")
    async def tag(call: Call) -> str:
        name: str = call.text("name")
        return name

    @routes.get("/api/v2/filters/keywords/{id}")
    async def keyword(call: Call) -> str:
        return "keyword"

    @routes.get("/api/v2/filters/{filter_id}/keywords")
    async def keywords(call: Call) -> str:
        return "keywords"

    @routes.post("/api/v1/things", scopes=["write:statuses"])
    async def make(call: Call, new: NewThing) -> Thing:
        await call.db()
        return Thing(new.name, new.file.size if new.file else 0)

    @routes.get("/api/v1/mine", scopes=["read:blocks", "profile"])
    async def mine(call: Call) -> Thing:
        return Thing("mine")

    @routes.get("/api/v1/app", access="app")
    async def app(call: Call) -> Thing:
        return Thing("app")

    @routes.get("/api/v1/broken")
    async def broken(call: Call) -> Thing:
        await call.db()
        assert raising is not None
        raise raising

    @routes.get("/page", hidden=True)
    async def page(call: Call) -> Answer:
        return Answer(200, b"<p>", {"Cache-Control": "public"}, "text/html")

    return Dispatcher(routes, site=Site(base_url="https://w.example"), **options), routes


def say(app: Dispatcher, method: str, path: str, **options: Any) -> Reply:
    return asyncio.run(ask(app, method, path, **options))


def as_viewer(viewer: Viewer | None) -> Callable[[Call], Any]:
    async def recognise(call: Call) -> Viewer | None:
        return viewer

    return recognise


WRITER = as_viewer(Viewer(scopes=frozenset({"write"})))


def test_a_door_answers_json_with_its_length_and_a_number() -> None:
    reply = say(build()[0], "GET", "/api/v1/things/12")
    assert (reply.status, reply.json) == (200, {"name": "one", "number": 12})
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["content-length"] == str(len(reply.body))
    assert len(reply.headers["x-request-id"]) == 16
    assert reply.headers["cache-control"] == "private, no-store"


def test_a_word_of_the_path_goes_before_a_name() -> None:
    app, _routes = build()
    assert say(app, "GET", "/api/v1/things/all").json == "all"
    assert say(app, "GET", "/api/v2/filters/keywords/7").json == "keyword"
    assert say(app, "GET", "/api/v2/filters/7/keywords").json == "keywords"
    assert say(app, "GET", "/api/v1/things/1/parts/2").json == [1, 2]
    assert say(app, "GET", "/api/v1/tags/größe").json == "größe"


@pytest.mark.parametrize(
    "id_",
    [
        "0",
        "-1",
        "abc",
        "1.5",
        "9223372036854775808",
        "1" * 5000,
        "١",
        "1%00",
        " 1",
        "+1",
        "1_0",
        "\ud800",
    ],
)
def test_an_id_that_is_none_is_not_found_before_the_door_opens(id_: str) -> None:
    reply = say(build()[0], "GET", f"/api/v1/things/{id_}")
    assert reply.status == 404
    check_entity("Error", reply.body)


def test_the_largest_id_is_an_id() -> None:
    assert say(build()[0], "GET", "/api/v1/things/9223372036854775807").json["number"] == 2**63 - 1


@pytest.mark.parametrize("name", ["", "a\x00b", "\udcff"])
def test_a_name_with_broken_characters_is_not_found(name: str) -> None:
    assert say(build()[0], "GET", f"/api/v1/tags/{name}").status == 404


@given(
    st.text(max_size=60),
    st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD", "TRACE", "BREW"]),
    st.binary(max_size=40),
)
def test_whatever_is_asked_for_there_is_an_answer_and_no_failure(
    path: str, method: str, query: bytes
) -> None:
    app, _routes = build()
    for start in ("/", "/api/v1/", "/api/v1/things/", "/api/v1/tags/"):
        assert say(app, method, start + path, query=query).status < 500


def test_another_method_is_refused_and_the_known_ones_told() -> None:
    reply = say(build()[0], "PUT", "/api/v1/things/1")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, DELETE, HEAD, OPTIONS")
    check_entity("Error", reply.body)


def test_head_is_get_without_the_body() -> None:
    app, _routes = build()
    head, get = (
        say(app, "HEAD", "/api/v1/things/12"),
        say(app, "GET", "/api/v1/things/12"),
    )
    assert head.status == 200
    assert head.body == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert say(app, "HEAD", "/api/v1/nothing").body == b""


def test_web_apps_of_other_sites_may_read_answers_refusals_and_failures() -> None:
    app, _routes = build(raising=RuntimeError())
    for path in (
        "/api/v1/things/1",
        "/api/v1/things/x",
        "/api/v1/mine",
        "/api/v1/broken",
    ):
        reply = say(app, "GET", path)
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["access-control-expose-headers"] == EXPOSED
    assert "access-control-allow-origin" not in say(app, "GET", "/page").headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/things",
        "/api/v1/unknown",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
    ],
)
def test_a_preflight_is_answered_with_what_it_asked_for(path: str) -> None:
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"),
             ("Access-Control-Request-Headers", "authorization, idempotency-key")]  # fmt: skip
    reply = say(build()[0], "OPTIONS", path, headers=asked)
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert reply.headers["access-control-allow-headers"] == "authorization, idempotency-key"
    assert "x-request-id" in reply.headers


def test_a_preflight_with_odd_header_names_gets_the_usual_ones() -> None:
    reply = say(
        build()[0],
        "OPTIONS",
        "/api/v1/things",
        headers=[("Access-Control-Request-Headers", "a\tb<>")],
    )
    assert reply.headers["access-control-allow-headers"] == "Authorization, Content-Type, Idempotency-Key"


def test_other_paths_go_to_the_pages() -> None:
    async def pages(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    app, _routes = build(otherwise=pages)
    assert say(app, "GET", "/@ada").body == b"page"
    assert say(app, "GET", "/api/v1/unknown").status == 404
    assert say(app, "GET", "/api/v1/things/1").status == 200


def test_without_a_token_only_public_doors_open() -> None:
    app, _routes = build()
    for path in ("/api/v1/mine", "/api/v1/app"):
        reply = say(app, "GET", path)
        assert reply.status == 401
        assert reply.headers["www-authenticate"].startswith("Bearer")
        check_entity("Error", reply.body)
    assert say(app, "GET", "/api/v1/things/1").status == 200


@pytest.mark.parametrize(
    ("scopes", "status"),
    [({"read"}, 200), ({"read:blocks"}, 200), ({"profile"}, 200), ({"follow"}, 200), ({"write"}, 403), ({"read:statuses"}, 403), (set(), 403)],
)  # fmt: skip
def test_a_token_opens_what_its_scopes_hold(scopes: set[str], status: int) -> None:
    app, _routes = build(recognise=as_viewer(Viewer(scopes=frozenset(scopes))))
    assert say(app, "GET", "/api/v1/mine").status == status


def test_wider_scopes_hold_narrower_ones() -> None:
    assert set(holders("read:blocks")) == {"read:blocks", "read", "follow"}
    assert set(holders("write:statuses")) == {"write:statuses", "write"}
    assert set(holders("admin:read:accounts")) == {"admin:read:accounts", "admin:read"}
    assert set(holders("admin:read")) == {"admin:read"}
    assert set(holders("push")) == {"push"}


def test_an_app_without_a_person_opens_doors_for_apps_alone() -> None:
    app, _routes = build(recognise=as_viewer(Viewer(is_person=False, scopes=frozenset({"read"}))))
    assert say(app, "GET", "/api/v1/app").status == 200
    assert say(app, "GET", "/api/v1/mine").status == 403


def test_a_bad_token_is_refused_everywhere_and_counted() -> None:
    async def recognise(call: Call) -> None:
        raise Unauthorized

    counted = []
    app, _routes = build(recognise=recognise, count=lambda call: counted.append(call.path))
    assert say(app, "GET", "/api/v1/things/1").status == 401
    assert counted == ["/api/v1/things/1"]


def test_a_limit_tells_its_state_with_every_answer() -> None:
    def count(call: Call) -> None:
        call.set_header("X-RateLimit-Remaining", "0")
        if call.path.endswith("/2"):
            raise TooMany(retry_after=30)

    app, _routes = build(count=count)
    good, refused = (
        say(app, "GET", "/api/v1/things/1"),
        say(app, "GET", "/api/v1/things/2"),
    )
    assert good.headers["x-ratelimit-remaining"] == refused.headers["x-ratelimit-remaining"] == "0"
    assert (refused.status, refused.headers["retry-after"]) == (429, "30")


def test_what_was_done_is_kept_before_it_is_answered() -> None:
    ledger = Ledger()
    app, _routes = build(recognise=WRITER, open_db=ledger)
    reply = say(
        app,
        "POST",
        "/api/v1/things",
        body=b"name=x",
        form="application/x-www-form-urlencoded",
    )
    assert (reply.status, reply.json["name"]) == (200, "x")
    assert ledger.said == ["begin", "commit"]


@pytest.mark.parametrize("error", [NotFound(), RuntimeError("boom"), OSError("boom")])
def test_what_was_done_is_undone_when_the_door_refuses_or_fails(
    error: Exception,
) -> None:
    ledger = Ledger()
    app, _routes = build(raising=error, open_db=ledger)
    say(app, "GET", "/api/v1/broken")
    assert ledger.said == ["begin", "undo"]


def test_what_was_done_is_undone_when_the_caller_goes_away() -> None:
    ledger = Ledger()
    app, _routes = build(raising=asyncio.CancelledError(), open_db=ledger)
    with pytest.raises(asyncio.CancelledError):
        say(app, "GET", "/api/v1/broken")
    assert ledger.said == ["begin", "undo"]


def test_a_commit_that_fails_is_no_success() -> None:
    ledger = Ledger(at_commit=asyncpg.exceptions.SerializationError("x"))
    app, _routes = build(recognise=WRITER, open_db=ledger)
    reply = say(app, "POST", "/api/v1/things", body=b'{"name": "x"}', form="application/json")
    assert reply.status == 503


def test_no_transaction_is_begun_where_none_is_asked_for() -> None:
    ledger = Ledger()
    assert say(build(open_db=ledger)[0], "GET", "/api/v1/things/1").status == 200
    assert ledger.said == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(NotFound(), 404), (Forbidden(), 403), (Invalid(), 422), (Conflict(), 409), (TooMany(), 429), (Unavailable(), 503), (NoSpace(), 507),
     (Refusal("Own."), 422)],
)  # fmt: skip
def test_each_refusal_has_its_answer(refusal: Refusal, status: int) -> None:
    reply = say(build(raising=refusal, open_db=Ledger())[0], "GET", "/api/v1/broken")
    assert (reply.status, reply.json["error"]) == (status, refusal.sentence)
    assert ("retry-after" in reply.headers) == isinstance(refusal, TooMany | Unavailable)
    check_entity("Error", reply.body)


def test_every_refusal_there_is_stands_in_the_table() -> None:
    from weetwie import errors
    from weetwie.api import refusals

    kinds = [kind for module in (errors, refusals) for kind in vars(module).values()]
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal:
            assert kind in STATUS


def test_a_refusal_names_its_fields_and_speaks_the_language_of_its_reader() -> None:
    german = {
        "{field} is taken.": "{field} ist vergeben.",
        "Too short: {least}.": "Zu kurz: {least}.",
    }
    details = {
        "name": [
            Detail("ERR_TAKEN", "{field} is taken.", field="name"),
            Detail("ERR_TOO_SHORT", "Too short: {least}.", least=3),
        ]
    }
    refusal = Invalid("{field} is taken.", field="name", details=details)
    app, _routes = build(
        raising=refusal,
        open_db=Ledger(),
        translate=lambda text, languages: german[text] if languages == "de" else text,
    )
    reply = say(app, "GET", "/api/v1/broken", headers=[("Accept-Language", "de")])
    assert reply.json == {
        "error": "name ist vergeben.",
        "details": {
            "name": [
                {"error": "ERR_TAKEN", "description": "name ist vergeben."},
                {"error": "ERR_TOO_SHORT", "description": "Zu kurz: 3."},
            ]
        },
    }
    check_entity("Error", reply.body)


def test_a_failure_of_ours_shows_a_number_and_nothing_else() -> None:
    reply = say(
        build(raising=RuntimeError("secret"), open_db=Ledger())[0],
        "GET",
        "/api/v1/broken",
    )
    assert reply.status == 500
    assert reply.json["number"] == reply.headers["x-request-id"]
    assert reply.json["number"] in reply.json["error"]
    assert b"secret" not in reply.body
    check_entity("Error", reply.body)


class Wrapped(Exception):
    """As layers over the database wrap what it says."""

    def __init__(self, orig: BaseException) -> None:
        self.orig = orig


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("x"),
        asyncpg.TooManyConnectionsError("x"),
        asyncpg.exceptions.AdminShutdownError("x"),
        asyncpg.exceptions.ConnectionDoesNotExistError("x"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.exceptions.DeadlockDetectedError("x"),
        asyncpg.exceptions.QueryCanceledError("x"),
        asyncpg.exceptions.ReadOnlySQLTransactionError("x"),
        Wrapped(asyncpg.exceptions.AdminShutdownError("x")),
    ],
)
def test_a_database_that_is_gone_is_out_of_order_and_no_failure_of_ours(
    error: Exception,
) -> None:
    reply = say(build(raising=error, open_db=Ledger())[0], "GET", "/api/v1/broken")
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    check_entity("Error", reply.body)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), FileNotFoundError(), TimeoutError(), OSError()])
def test_a_database_that_cannot_be_reached_is_out_of_order(error: Exception) -> None:
    assert say(build(open_db=Ledger(at_begin=error))[0], "GET", "/api/v1/broken").status == 503


def test_a_connection_that_asyncpg_fails_to_make_is_out_of_order() -> None:
    async def fails(call: Call) -> None:
        await asyncpg.connect(host="/no/such/folder", user="x")

    app = Dispatcher([Endpoint("GET", "/api/x", fails)])
    assert say(app, "GET", "/api/x").status == 503


@pytest.mark.parametrize("error", [asyncpg.DiskFullError("x"), OSError(errno.ENOSPC, "x")])
def test_a_full_disk_is_said_clearly(error: Exception) -> None:
    reply = say(build(raising=error, open_db=Ledger())[0], "GET", "/api/v1/broken")
    assert reply.status == 507
    assert "no space" in reply.json["error"]


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("x"),
        asyncpg.exceptions.DataError("x"),
        FileNotFoundError(),
        asyncpg.UndefinedTableError("x"),
    ],
)
def test_our_own_mistakes_with_the_database_are_failures(error: Exception) -> None:
    assert say(build(raising=error, open_db=Ledger())[0], "GET", "/api/v1/broken").status == 500


@pytest.mark.parametrize(
    ("form", "body", "status"),
    [
        ("application/json", b"{", 400),
        ("application/json", b"{}", 422),
        ("application/json", b'{"name": "x\\u0000"}', 422),
        ("application/json", b'{"name": "' + b"x" * 2_000_000 + b'"}', 413),
        ("text/plain", b"x", 415),
        ("multipart/form-data; boundary=x", b"--y", 400),
        ("application/x-www-form-urlencoded", b"name=" + b"x" * 2_000_000, 413),
    ],
)
def test_bad_bodies_get_a_clear_answer(form: str, body: bytes, status: int) -> None:
    app, _routes = build(recognise=WRITER, open_db=Ledger())
    for chunk in (0, 65536):
        reply = say(app, "POST", "/api/v1/things", body=body, form=form, chunk=chunk)
        assert reply.status == status
        check_entity("Error", reply.body)


def test_files_are_closed_when_the_call_is_over() -> None:
    kept: list[Any] = []

    async def keep(call: Call, new: NewThing) -> bytes:
        kept.append(new.file)
        return b"{}"

    app = Dispatcher([Endpoint("POST", "/api/x", keep, parameters=NewThing)])
    body = (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nn\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nabc\r\n--x--\r\n'
    )
    assert say(app, "POST", "/api/x", body=body, form="multipart/form-data; boundary=x").status == 200
    assert kept[0].size == 3
    assert kept[0].file.closed


def test_an_answer_of_its_own_keeps_its_status_headers_and_kind() -> None:
    app, _routes = build(recognise=WRITER)
    reply = say(app, "DELETE", "/api/v1/things/3")
    assert (reply.status, reply.json, reply.headers["x-own"]) == (202, {"gone": 3}, "1")
    page = say(app, "GET", "/page")
    assert (page.headers["content-type"], page.headers["cache-control"]) == (
        "text/html",
        "public",
    )


def test_a_page_links_to_the_next_and_the_previous_and_keeps_the_other_parameters() -> None:
    reply = say(
        build()[0],
        "GET",
        "/api/v1/things",
        query="limit=2&max_id=300&only_media=true&x=<>&min_id=4",
    )
    kept = "https://w.example/api/v1/things?limit=2&only_media=true&x=%3C%3E&"
    assert reply.headers["link"] == f'<{kept}max_id=99>; rel="next", <{kept}min_id=100>; rel="prev"'


def test_the_last_page_has_no_next_and_an_empty_one_no_links() -> None:
    async def short(call: Call, page: PageParams) -> list[int]:
        link_page(call, page, [9, 8] if page.max_id else [])
        return []

    app = Dispatcher(
        [Endpoint("GET", "/api/x", short, parameters=PageParams)], site=Site(base_url="https://w")
    )
    assert (
        say(app, "GET", "/api/x", query="max_id=10").headers["link"]
        == '<https://w/api/x?min_id=9>; rel="prev"'
    )
    assert "link" not in say(app, "GET", "/api/x").headers


def test_a_stream_goes_on_until_it_ends() -> None:
    async def ticks(call: Call) -> StreamedAnswer:
        async def chunks() -> AsyncIterator[bytes]:
            for number in range(3):
                yield b"%d\n" % number

        return StreamedAnswer(chunks())

    async def listen() -> tuple[Any, bytes]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(10)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/x",
            "query_string": b"",
            "headers": [],
        }
        await Dispatcher([Endpoint("GET", "/api/x", ticks)])(scope, receive, send)
        return sent[0], b"".join(message["body"] for message in sent[1:])

    start, body = asyncio.run(listen())
    assert body == b"0\n1\n2\n"
    assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]


def test_a_stream_is_closed_when_its_listener_has_gone() -> None:
    closed = []

    async def endless(call: Call) -> StreamedAnswer:
        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b":thump\n"
                    await asyncio.sleep(0)
            finally:
                closed.append(True)

        return StreamedAnswer(chunks())

    reply = say(Dispatcher([Endpoint("GET", "/api/x", endless)]), "GET", "/api/x", stays=0.1)
    assert reply.status == 200
    assert closed == [True]


def test_the_table_of_routes_is_data() -> None:
    _app, routes = build()
    listed = {(endpoint.method, endpoint.path): endpoint for endpoint in routes}
    things, make = listed["GET", "/api/v1/things"], listed["POST", "/api/v1/things"]
    assert (things.access, things.parameters, things.answer, things.tags) == (
        "public",
        PageParams,
        list[Thing],
        ("things",),
    )
    assert things.summary == "Lists things."
    assert (make.access, make.scopes, make.parameters, make.answer) == (
        "person",
        ("write:statuses",),
        NewThing,
        Thing,
    )
    assert listed["GET", "/api/v1/things/{id}/parts/{part_id}"].path_names == (
        "id",
        "part_id",
    )


def test_routes_that_contradict_one_another_are_refused_at_start() -> None:
    async def door(call: Call) -> bytes:
        return b""

    for one, other in (("/a", "/a"), ("/a/{id}", "/a/{id}"), ("/a/{id}", "/a/{name}")):
        with pytest.raises(ValueError, match="/a"):
            Dispatcher([Endpoint("GET", one, door), Endpoint("GET", other, door)])


def test_a_path_that_says_a_parameter_goes_before_the_body_and_the_query() -> None:
    class Named(msgspec.Struct):
        id: int
        word: str = ""

    async def echo(call: Call, named: Named) -> Named:
        return named

    app = Dispatcher([Endpoint("PUT", "/api/x/{id}", echo, parameters=Named)])
    reply = say(
        app,
        "PUT",
        "/api/x/5",
        query="id=6&word=query",
        body=b"id=7&word=body",
        form="application/x-www-form-urlencoded",
    )
    assert reply.json == {"id": 5, "word": "body"}
