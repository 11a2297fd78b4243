"""The code as the tests of its architecture read it: files, trees, names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "weetwie"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file; `path` is that inside the package, such as `domain/posts/publish.py`."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))

    @property
    def imports(self) -> Iterator[str]:
        """Every module that the file imports anywhere, by its full name."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def sources(folder: Path = PACKAGE) -> list[Source]:
    """Parsed once, whoever asks: the tests that do run in one process (the group `architecture`)."""
    return [
        Source(file.relative_to(folder).as_posix(), file.read_text())
        for file in sorted(folder.rglob("*.py"))
        if "__pycache__" not in file.parts
    ]
