"""What follows a fact stands on one page, and what is done by the clock on another: all of it, and nothing changes them."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.source import Source, sources
from weetwie import reactions, schedule

pytestmark = pytest.mark.xdist_group("architecture")

BY_A_FLOW = {
    # What is told by email is forgotten after it was told.
    "weetwie.domain.identity.account.forget_gone",
}
"""Reactions of a domain that a flow calls, which stands on the page itself."""
TABLES = {"AT_ONCE", "AFTER", "FLOWS", "SCHEDULE"}
PAGES = ("reactions.py", "schedule.py", "worker.py")


def reacting(source: Source) -> Iterator[str]:
    """Public functions that are given facts."""
    for node in source.tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            given = [argument.arg for argument in node.args.args]
            if given[-1:] == ["facts"]:
                yield f"{_module(source)}.{node.name}"


def by_the_clock(source: Source) -> Iterator[str]:
    """Public flows that are given nothing but a context."""
    for node in source.tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
            if names == ["context"]:
                yield f"{_module(source)}.{node.name}"


def changes(source: Source) -> list[str]:
    """Where the tables are named outside of their pages."""
    named = (node for node in source.nodes if isinstance(node, ast.Attribute) and node.attr in TABLES)
    return [f"{source.path}:{node.lineno} {node.attr}" for node in named if isinstance(node.value, ast.Name)]


def _module(source: Source) -> str:
    return f"weetwie.{source.path.removesuffix('.py').replace('/', '.')}"


def _names(functions: Iterable[object]) -> set[str]:
    return {f"{one.__module__}.{getattr(one, '__qualname__', '')}" for one in functions}


def _in(*layers: str) -> list[Source]:
    return [source for source in sources() if source.path.startswith(layers)]


def test_every_reaction_stands_on_the_page() -> None:
    tables = (reactions.AT_ONCE, reactions.AFTER, reactions.FLOWS)
    told = _names(one for table in tables for several in table.values() for one in several)
    found = {name for source in _in("domain/", "flows/") for name in reacting(source)}
    assert len(found) > 50
    assert sorted(found - told) == sorted(BY_A_FLOW)


def test_every_flow_by_the_clock_stands_in_the_schedule() -> None:
    told = _names(flow for _every, flow in schedule.FLOWS)
    found = {name for source in _in("flows/") for name in by_the_clock(source)}
    assert len(found) >= 6
    assert sorted(found - told) == []


def test_nothing_is_added_or_replaced_where_a_process_starts() -> None:
    assert [change for source in sources() if source.path not in PAGES for change in changes(source)] == []


def test_a_breach_is_noticed() -> None:
    late = Source("flows/late.py", "async def tell(context, facts): ...\nasync def remind(context): ...")
    assert list(reacting(late)) == ["weetwie.flows.late.tell"]
    assert list(by_the_clock(late)) == ["weetwie.flows.late.remind"]
    assert changes(Source("serve/process.py", "after = {**reactions.AFTER, PersonLeft: []}"))
    assert not changes(Source("serve/process.py", "reactions.attach(database)"))
