"""What the published OpenAPI document says is held against the real application by schemathesis.

For each operation it makes calls that the document allows and calls that it does not, and checks that no answer is a failure of
ours, and that status, content type, headers and body are as the document says. `negative_data_rejection` is left out: the client
API takes what is not as documented wherever that can be understood (a limit beyond the largest is cut, parameters that nobody
knows are skipped, `1` is a truth, a number is a text), as existing apps rely on.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.api.asking import Reply, ask
from tests.api.conformance import check_answer
from tests.site import HOME, Choices
from tests.world import World
from weetwie import __version__, reactions
from weetwie.api.endpoints import endpoints
from weetwie.api.openapi import document
from weetwie.app import build

EXAMPLES = 6
"""For each operation and each way."""

load_all_checks()
HELD = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
_NO_STREAMS = [one for one in endpoints() if not one.path.startswith("/api/v1/streaming/")]
SCHEMA: Any = schemathesis.openapi.from_dict(document(_NO_STREAMS, HOME, __version__))
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations()]


class Member:
    """Sends calls to the application in process, on a loop of its own, as somebody who has posts and follows."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._world, self._application = self._loop.run_until_complete(self._build(dsn))

    async def _build(self, dsn: str) -> tuple[World, Any]:
        world = await World.open(dsn, is_kept=True)
        reactions.attach(world.database)
        bo = await world.member("bo")
        ada = await world.member("ada", follows=[bo])
        for author in (ada, bo):
            await world.post(author, "Hello", tags=["hello"])
        return world, build(Choices(), world.database, world.site)

    def send(self, request: requests.PreparedRequest) -> httpx.Response:
        reply = self._loop.run_until_complete(self._ask(request))
        asked = httpx.Request(str(request.method), str(request.url))
        answer = httpx.Response(reply.status, headers=reply.headers, content=reply.body, request=asked)
        answer.elapsed = timedelta(0)
        return answer

    async def _ask(self, request: requests.PreparedRequest) -> Reply:
        place = urlsplit(str(request.url))
        body: Any = request.body or b""
        path = unquote_to_bytes(place.path).decode("utf-8", "surrogateescape")
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _OURS]
        reply = await ask(
            self._application, str(request.method), path, query=place.query,
            body=body.encode() if isinstance(body, str) else body,
            headers=[*((_text(name), _text(value)) for name, value in headers), ("authorization", "Bearer token-of-ada")],
        )  # fmt: skip
        check_answer(str(request.method), path, reply.status, reply.body)
        return reply

    def close(self) -> None:
        self._loop.run_until_complete(self._world.close())
        self._loop.close()


_OURS = ("content-length", "authorization")


def _text(header: str | bytes) -> str:
    return header.decode("latin-1") if isinstance(header, bytes) else header


@pytest.fixture
def member(dsn: str) -> Iterator[Member]:
    member = Member(dsn)
    yield member
    member.close()


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as documented", "otherwise"]
)
def test_every_operation_answers_as_the_document_says(member: Member, mode: GenerationMode) -> None:
    failures = []
    for operation in OPERATIONS:
        try:
            _hold(member, operation, mode)
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "only what takes nothing cannot be asked wrongly"
        except (FailureGroup, AssertionError) as error:
            failures.append(f"{operation.label}: {error}")
    assert not failures, "\n\n".join(failures[:10]) + f"\n{len(failures)} operations in all"


def _hold(member: Member, operation: Any, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def hold(case: Any) -> None:
        request = requests.Request(**case.as_transport_kwargs(base_url=HOME)).prepare()
        case.validate_response(member.send(request), checks=HELD)

    hold()
