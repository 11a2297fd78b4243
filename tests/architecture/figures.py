"""The figures by which the code is judged as a whole: how long, how knotted, how loosely typed."""

import ast
import io
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from tests.architecture.source import Source

TARGETS: Final = {
    "logical lines": "4,000 fewer",
    "imports per module, p95": "12",
    "import lines, percent": "7",
    "Any per 1,000 lines": "2",
    "duplicate class names": "0",
    "file lines, p95": "250",
    "file lines, most": "400",
    "function lines, most": "50",
}
ENTITIES: Final = ("api/mastodon/entities/", "api/weetwie/entities", "tables/")
"""Where classes are named after what others call a thing: the wire, the schema."""
JSON_EDGES: Final = (
    "api/binding.py",
    "api/openapi.py",
    "api/openapi_forms.py",
    "api/parameters.py",
    "api/tree.py",
    "api/values.py",
    "imports/",
    "runtime/log.py",
    "scim/",
    "security/oidc.py",
    "web/api_reference.py",
)
"""Where values come in, or go out, whose shape others have chosen."""


def figures(sources: Sequence[Source]) -> dict[str, str]:
    files = sorted(source.text.count("\n") for source in sources)
    fan_out = sorted(len(modules) for modules in imported(sources).values())
    import_lines = sum(length(node) for source in sources for node in _imports(source))
    loose_lines = sum(source.text.count("\n") for source in sources if not _is_edge(source))
    functions = [length(function) for source in sources for function in source.functions]
    return {
        "logical lines": f"{sum(map(logical_lines, sources)):,}",
        "imports per module, p95": str(_p95(fan_out)),
        "import lines, percent": f"{100 * import_lines / sum(files):.1f}",
        "Any per 1,000 lines": f"{1000 * loose(sources).total() / loose_lines:.1f}",
        "duplicate class names": str(len(duplicates(sources))),
        "file lines, p95": str(_p95(files)),
        "file lines, most": str(max(files)),
        "function lines, most": str(max(functions, default=0)),
    }


def logical_lines(source: Source) -> int:
    """Statements as Python's own lexer counts them, however they are broken; texts that stand alone are none."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    docs = sum(_is_text(node) for node in ast.walk(source.tree))
    return sum(token.type == tokenize.NEWLINE for token in tokens) - docs


def imported(sources: Sequence[Source]) -> dict[str, set[str]]:
    """By file, which modules of ours it imports."""
    known = {_module(source) for source in sources}
    return {
        source.path: {
            full if (full := f"{node.module}.{alias.name}") in known else str(node.module)
            for node in _imports(source)
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "weetwie"
            for alias in node.names
        }
        for source in sources
    }


def duplicates(sources: Sequence[Source]) -> dict[str, list[str]]:
    """Names that two public classes or more bear, with their files."""
    found = defaultdict(list)
    for source in (one for one in sources if not one.path.startswith(ENTITIES)):
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(source.path)
    return {name: paths for name, paths in sorted(found.items()) if len(paths) > 1}


def loose(sources: Sequence[Source]) -> Counter[str]:
    """By file, how often it says `Any`, by whatever name, away from the edges."""
    aliases = _aliases(sources)
    return Counter(
        {
            source.path: sum(1 for _ in _loose(source.tree, _names_of_any(source, aliases)))
            for source in sources
            if not _is_edge(source)
        }
    )


def _loose(tree: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    sentinels = {
        id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _is(node.func, "object")
    }
    return (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id in names
        and id(node) not in sentinels
    )


def _aliases(sources: Sequence[Source]) -> set[tuple[str, str]]:
    """Module and name of each alias that says `Any`, be it by way of another."""
    found: set[tuple[str, str]] = set()
    while True:
        more = {
            (_module(source), name)
            for source in sources
            for name, value in _assigned(source)
            if any(_loose(value, _names_of_any(source, found)))
        }
        if more <= found:
            return found
        found |= more


def _assigned(source: Source) -> Iterator[tuple[str, ast.expr]]:
    """Types that the module gives a name."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp | ast.Name):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and _is(node.annotation, "TypeAlias") and node.value:
            assert isinstance(node.target, ast.Name)
            yield node.target.id, node.value


def _names_of_any(source: Source, aliases: set[tuple[str, str]]) -> set[str]:
    names = {"object"} | {name for module, name in aliases if module == _module(source)}
    for node in _imports(source):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                is_any = node.module == "typing" and alias.name in {"Any", "cast"}
                if is_any or (node.module, alias.name) in aliases:
                    names.add(alias.asname or alias.name)
    return names


def _imports(source: Source) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Import | ast.ImportFrom))


def _module(source: Source) -> str:
    return "weetwie." + source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_edge(source: Source) -> bool:
    return source.path.startswith(JSON_EDGES)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _p95(ordered: Sequence[int]) -> int:
    return ordered[round(0.95 * (len(ordered) - 1))] if ordered else 0
