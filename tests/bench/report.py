"""What was measured, as a table to read and as JSON."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    """One measured number; `bar` is what the project set itself."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether it is within its bar."""
        if self.bar is None:
            return ""
        return "met" if self.value <= self.bar else f"{self.value / self.bar:.1f} x the bar"


@dataclass
class Report:
    """The figures of one run."""

    scenario: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, value: float, unit: str, bar: float | None = None, note: str = "") -> None:
        """One more figure, told at once to whoever waits at the terminal."""
        self.figures.append(Figure(what, value, unit, bar, note))
        print(f"  {what}: {value:.3g} {unit} {note}", file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Something that a reader of the figures should know."""
        self.notes.append(text)
        print(f"  note: {text}", file=sys.stderr, flush=True)

    def as_json(self) -> str:
        """For programs."""
        figures = [asdict(figure) | {"verdict": figure.verdict} for figure in self.figures]
        machine = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.release(),
        }
        return json.dumps(
            {"scenario": self.scenario, "machine": machine, "figures": figures, "notes": self.notes}, indent=1
        )

    def as_table(self) -> str:
        """For people."""
        rows = [("what", "measured", "", "bar", "", "")]
        for figure in self.figures:
            bar = "" if figure.bar is None else f"{figure.bar:g}"
            rows.append((figure.what, f"{figure.value:.3g}", figure.unit, bar, figure.verdict, figure.note))
        widths = [max(len(row[column]) for row in rows) for column in range(6)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([f"== {self.scenario}", *lines, *(f"- {note}" for note in self.notes)])
