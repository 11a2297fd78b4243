"""Which users and groups a filter may mean: found by an index, or by words that must stand in the document."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from scim2_models.path import (
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    ScimFilter,
    ValuePath,
)

from weetwie.database.pool import Db
from weetwie.domain.scim import resources
from weetwie.domain.scim.resources import GROUP, MOST_LOOKED_AT, USER, Resource
from weetwie.text.signs import whole_number

_FOUND_BY: Final = {
    ("username", USER): resources.named,
    ("displayname", GROUP): resources.named,
    ("externalid", USER): resources.external,
    ("externalid", GROUP): resources.external,
}
"""Attributes that an index answers for, of what, and how."""
_NOT_WRITTEN: Final = ("meta", "groups", "id", "schemas")
"""Attributes that do not stand in the documents as the directory wrote them."""


async def candidates(db: Db, kinds: Sequence[str], asked: ScimFilter[Any] | None) -> list[Resource]:
    """All that can match, and not many more: by an index, else by words that must stand in the document."""
    node = asked.ast if asked is not None else None
    for term in _terms(node, within=False):
        if not isinstance(term, Comparison) or not isinstance(term.value, str):
            continue
        attribute = term.attr_path.attr.lower()
        if term.op == CompareOperator.eq and all((attribute, kind) in _FOUND_BY for kind in kinds):
            return [one for kind in kinds for one in await _FOUND_BY[attribute, kind](db, [kind], term.value)]
        if term.op == CompareOperator.eq and attribute == "id":
            found = [await resources.one(db, kind, whole_number(term.value) or 0) for kind in kinds]
            return [one for one in found if one is not None]
    held = next((words for term in _terms(node) if (words := _held(term))), "")
    return await resources.page(db, kinds, 0, MOST_LOOKED_AT, held=held)


def _terms(node: FilterNode | None, *, within: bool = True) -> Iterator[FilterNode]:
    """What must all be so for the filter to match, within one of several values too."""
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        for term in node.terms:
            yield from _terms(term, within=within)
    elif isinstance(node, ValuePath):
        if within and node.attr_path.attr.lower() not in _NOT_WRITTEN:
            yield from _terms(node.val_filter)
    elif node is not None:
        yield node


def _held(term: FilterNode) -> str:
    """Words that stand in every document that matches; nothing where that cannot be said."""
    if not isinstance(term, Comparison) or not isinstance(term.value, str):
        return ""
    is_written = term.attr_path.attr.lower() not in _NOT_WRITTEN and term.value.isascii()
    holds = term.op in (CompareOperator.eq, CompareOperator.co, CompareOperator.sw, CompareOperator.ew)
    return term.value if is_written and holds else ""
