"""An entry point calls one flow or one act: what takes several is a use case, and stands in `flows/`."""

from functools import cache

import pytest

from tests.architecture.acts import ENTRY, Code
from tests.architecture.source import Source, sources

pytestmark = pytest.mark.xdist_group("architecture")

EXCEPTIONS: dict[str, frozenset[str]] = {
    # Files are taken in before, each in a transaction of its own: a large one must hold no connection while it is read.
    "weetwie.web.pages.write.publish": frozenset({"domain.media", "flows.publish"}),
    "weetwie.web.pages.messages.write": frozenset({"domain.media", "flows.messages"}),
    "weetwie.web.pages.messages.send": frozenset({"domain.media", "flows.messages"}),
    # What was begun is taken before the provider is asked, which takes long and can fail: it is good for one answer.
    "weetwie.web.pages.sign_on.come_back": frozenset({"domain.identity", "flows.sign_on"}),
}
"""By function, the two that it may call."""


@cache
def everything() -> Code:
    return Code(sources())


def breaches(code: Code) -> list[str]:
    found = {
        name: units
        for name in sorted(code.functions)
        if name.split(".")[1] in ENTRY
        for units in code.ways(name)
        if len(units) > 1 and units != EXCEPTIONS.get(name)
    }
    return [f"{name} calls {' and '.join(sorted(units))}" for name, units in found.items()]


def test_no_entry_point_calls_two_acts() -> None:
    assert breaches(everything()) == []


def test_every_exception_is_still_needed() -> None:
    code = everything()
    assert [name for name, units in EXCEPTIONS.items() if units not in code.ways(name)] == []


def test_readers_of_files_act_on_nothing() -> None:
    assert [name for name in sorted(everything().acts) if name.startswith("weetwie.imports.")] == []


def test_what_acts_is_seen() -> None:
    """One of each kind: it writes, it records a fact, it calls what does; a question is none."""
    code = everything()
    for act in (
        "domain.people.end.set_end",
        "domain.people.leave.leave",
        "domain.posts.publish.publish",
        "flows.arrive.add",
    ):
        assert f"weetwie.{act}" in code.acts, act
    for question in ("domain.people.lookup.lookup", "domain.timelines.questions.open_questions"):
        assert f"weetwie.{question}" not in code.acts, question
    assert len(code.acts) > 350


LEAVE = Source(
    "domain/people/leave.py", "_SET = Query(update(Person))\nasync def leave(db): await db.run(_SET)"
)
PUT = Source(
    "domain/mail/emails.py",
    "from weetwie.events import record\nasync def put(db): await _put(db)\nasync def _put(db): await record(db)",
)
ALL = Source(
    "flows/offboard.py",
    "from weetwie.domain.mail.emails import put\nfrom weetwie.domain.people.leave import leave\n"
    "async def depart(c):\n    await leave(c)\n    await put(c)",
)
HEAD = "from weetwie.domain.people import leave\nfrom weetwie.domain.mail import emails\nfrom weetwie.flows import offboard\n"


@pytest.mark.parametrize(
    "body",
    [
        "async def act(db):\n    await leave.leave(db)\n    await emails.put(db)",
        "async def act(db):\n    if await leave.leave(db):\n        return await emails.put(db)",
        "async def act(db):\n    await leave.leave(db)\n    await _tell(db)\nasync def _tell(db): await emails.put(db)",
        "async def act(db):\n    try:\n        await leave.leave(db)\n    finally:\n        await emails.put(db)",
        "async def act(db):\n    for one in db:\n        await offboard.depart(one)\n    await emails.put(db)",
        "async def act(db):\n    await run(leave.leave, emails.put)",
        "async def act(db):\n    from weetwie.domain.mail.emails import put as tell\n    await leave.leave(db)\n    await tell(db)",
        "class Page:\n    async def act(self, db):\n        await leave.leave(db)\n        await self.tell(db)\n    async def tell(self, db): await emails.put(db)",
    ],
)
def test_two_acts_are_noticed(body: str) -> None:
    assert breaches(Code([LEAVE, PUT, ALL, Source("web/pages/leave.py", HEAD + body)]))


@pytest.mark.parametrize(
    "body",
    [
        "async def act(db):\n    await offboard.depart(db)",
        "async def act(db, verb):\n    if verb == 'leave':\n        await leave.leave(db)\n    else:\n        await emails.put(db)",
        "async def act(db, verb):\n    if verb == 'leave':\n        return await leave.leave(db)\n    await emails.put(db)",
        "async def act(db, verb):\n    match verb:\n        case 'a': await leave.leave(db)\n        case 'b': await emails.put(db)",
        "async def act(db, verb):\n    await {'leave': leave.leave, 'put': emails.put}[verb](db)",
        "async def act(db):\n    await leave.leave(db)\n    await leave.leave(db)",
    ],
)
def test_one_act_on_each_way_is_none(body: str) -> None:
    assert not breaches(Code([LEAVE, PUT, ALL, Source("web/pages/leave.py", HEAD + body)]))
