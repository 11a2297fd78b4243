"""Which functions of domains act: they insert, update or delete, record a fact, or call what does. And which acts a call leads to."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from tests.architecture.source import Function, Source

ENTRY = ("api", "feeds", "hooks", "scim", "web", "cli")
"""Where the outside comes in."""
WRITES = {"insert", "update", "delete"}
RECORDS = {"weetwie.events.record", "weetwie.events.audit"}
NO_ACTS = {
    # A secret is made when it is first asked for.
    "weetwie.domain.identity.keys.key",
    # Tries are counted before anything else is done, in a transaction of their own, so that nothing that fails takes them back.
    "weetwie.domain.identity.asked.check_place",
    "weetwie.domain.identity.attempts.wrong_token",
    "weetwie.domain.identity.one_time.prove",
    "weetwie.domain.identity.sign_in.knock",
    "weetwie.domain.identity.sign_in.prove",
    "weetwie.domain.identity.sign_in.take_back",
}
"""What writes and is no act by itself."""

Units = frozenset[str]
"""The domains and flows whose acts are called on one way through a function."""
NOTHING: Units = frozenset()


@dataclass
class Module:
    name: str
    source: Source
    imports: dict[str, str] = field(default_factory=dict)
    """What is imported, by the name that it has there; functions may import more."""
    functions: dict[str, Function] = field(default_factory=dict)
    """Also those of classes, as `Class.function`."""
    writes: set[str] = field(default_factory=set)
    """Names of statements that write, and of what makes such statements."""

    @classmethod
    def read(cls, source: Source) -> "Module":
        name = f"weetwie.{source.path.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
        module = cls(name, source)
        verbs = set(WRITES)
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                verbs |= {alias.asname for alias in node.names if alias.asname and alias.name in WRITES}
        module.imports = _imported(source.tree)
        defined = dict(_defined(source.tree))
        for name, node in defined.items():
            if isinstance(node, Function):
                module.functions[name] = node
        while found := {
            name
            for name, node in defined.items()
            if name not in module.writes
            and not isinstance(node, ast.AsyncFunctionDef)
            and _writes(node, verbs, module.writes)
        }:
            module.writes |= found
        return module

    def does_write(self, function: Function) -> bool:
        is_async = isinstance(function, ast.AsyncFunctionDef)
        return is_async and _writes(function, WRITES & set(self.imports), self.writes)

    def resolved(self, function: str, node: ast.AST) -> str | None:
        """The full name of what a name in a function stands for."""
        dotted = _dotted(node)
        first, _dot, rest = dotted.partition(".")
        klass = function.partition(".")[0] if "." in function else ""
        if first != "self" and first in _parameters(self.functions[function]):
            return None
        if first == "self" and klass and rest:
            return f"{self.name}.{klass}.{rest}"
        for imports in (_imported(self.functions[function]), self.imports):
            if first in imports:
                return f"{imports[first]}.{rest}".rstrip(".")
        return f"{self.name}.{dotted}" if dotted in self.functions else None


class Code:
    """All modules, with the acts among their functions."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.modules = [Module.read(source) for source in sources]
        self.functions = {
            f"{module.name}.{name}": (module, node)
            for module in self.modules
            for name, node in module.functions.items()
        }
        self.acts = self._acts()
        self._ways: dict[str, set[Units]] = {}

    def _acts(self) -> set[str]:
        below = {
            name: one
            for name, one in self.functions.items()
            if _layer(name) in ("domain", "flows", "imports")
        }
        called = {name: self.called(name) for name in below}
        acts = {
            name
            for name, (module, node) in below.items()
            if module.does_write(node) or called[name] & RECORDS
        }
        acts -= NO_ACTS
        while found := {name for name in below if name not in acts | NO_ACTS and called[name] & acts}:
            acts |= found
        return acts

    def called(self, name: str) -> set[str]:
        module, node = self.functions[name]
        calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
        return {found for one in calls if (found := module.resolved(_short(module, name), one))}

    def ways(self, name: str) -> set[Units]:
        """For each way through a function, whose acts it calls, itself or by other functions of entry points."""
        if name not in self._ways:
            self._ways[name] = {NOTHING}  # for those that call themselves
            module, node = self.functions[name]
            walk = _Walk(self, module, _short(module, name))
            self._ways[name] = {units for units, _ended in walk.block(node.body)}
        return self._ways[name]

    def unit(self, name: str) -> set[Units]:
        if name in self.acts:
            return {frozenset({".".join(name.split(".")[1:3])})}
        return self.ways(name) if name in self.functions and _layer(name) in ENTRY else {NOTHING}


Way = tuple[Units, bool]
"""What was called, and whether it ended there."""


@dataclass
class _Walk:
    code: Code
    module: Module
    function: str

    def block(self, body: Iterable[ast.stmt]) -> set[Way]:
        ways: set[Way] = {(NOTHING, False)}
        for statement in body:
            ways = _then(ways, self.statement(statement))
        return ways

    def statement(self, node: ast.stmt) -> set[Way]:
        match node:
            case ast.If():
                return _then(self.said(node.test), self.block(node.body) | self.block(node.orelse))
            case ast.Match():
                cases = [self.block(case.body) for case in node.cases]
                return _then(self.said(node.subject), {(NOTHING, False)}.union(*cases))
            case ast.For() | ast.AsyncFor():
                return _then(self.said(node.iter), {(NOTHING, False)} | self.block(node.body))
            case ast.While():
                return _then(self.said(node.test), {(NOTHING, False)} | self.block(node.body))
            case ast.With() | ast.AsyncWith():
                ways = self.block(node.body)
                for item in node.items:
                    ways = _then(self.said(item.context_expr), ways)
                return ways
            case ast.Try():
                handlers = [self.block(handler.body) for handler in node.handlers]
                failed = {(units, False) for units, _ended in self.block(node.body)}
                ways = _then(self.block(node.body), self.block(node.orelse))
                ways |= {way for handler in handlers for way in _then(failed, handler)}
                return _then(ways, self.block(node.finalbody))
            case ast.Return() | ast.Raise():
                return {(units, True) for units, _ended in self.said(node)}
        return self.said(node)

    def said(self, node: ast.AST) -> set[Way]:
        """Everything that is named in it, but for tables from which one is chosen."""
        ways: set[Way] = {(NOTHING, False)}
        for one in _names(node):
            if name := self.module.resolved(self.function, one):
                ways = _then(ways, {(units, False) for units in self.code.unit(name)})
        return ways


def _then(first: set[Way], second: set[Way]) -> set[Way]:
    gone = {way for way in first if way[1]}
    return gone | {(a | b, ended) for (a, _on), (b, ended) in product(first - gone, second)}


def _names(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Dict):
        return
    if isinstance(node, ast.Name | ast.Attribute) and _dotted(node):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def _layer(name: str) -> str:
    return name.split(".")[1]


def _short(module: Module, name: str) -> str:
    return name.removeprefix(f"{module.name}.")


def _parameters(function: Function) -> set[str]:
    given = function.args
    return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


@cache
def _imported(node: ast.AST) -> dict[str, str]:
    """In a module outside of functions, or in one function."""
    found: dict[str, str] = {}
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.ImportFrom) and one.module:
            found |= {alias.asname or alias.name: f"{one.module}.{alias.name}" for alias in one.names}
        elif not isinstance(one, Function | ast.ClassDef | ast.expr):
            found |= _imported(one)
    return found


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, Function))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((one.id, node.value) for one in targets if isinstance(one, ast.Name))


def _writes(node: ast.AST, verbs: set[str], known: set[str]) -> bool:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in known:
            return True
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in verbs:
            return True
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            words = one.value.upper().split()
            if words[:2] in (["INSERT", "INTO"], ["DELETE", "FROM"]) or (
                words[:1] == ["UPDATE"] and "SET" in words
            ):
                return True
    return False
