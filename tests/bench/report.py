"""What was measured, as a table to read and as JSON: beside each figure its bar, and the last release's as a ratio."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RELEASED = Path(__file__).with_name("released")
"""The figures of the last release, a file for each scenario, as `--json` gives them."""
CPU = "ms CPU"
"""The unit of what is compared by the fixed piece of work, and not as it stands."""


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
    fixed: float | None = None
    """CPU milliseconds of the fixed piece of work in this run (`fixed.py`)."""
    released: dict[str, Any] | None = None
    """The report of the last release."""

    def add(self, what: str, value: float, unit: str, bar: float | None = None, note: str = "") -> None:
        """One more figure, told at once to whoever waits at the terminal."""
        self.figures.append(Figure(what, value, unit, bar, note))
        print(f"  {what}: {value:.3g} {unit} {note}", file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Something that a reader of the figures should know."""
        self.notes.append(text)
        print(f"  note: {text}", file=sys.stderr, flush=True)

    def in_fixed_work(self, figure: Figure) -> float | None:
        """How many times the fixed piece of work it costs; None for what is no CPU time."""
        return figure.value / self.fixed if self.fixed and figure.unit == CPU else None

    def against_released(self, figure: Figure) -> float | None:
        """How many times the last release's figure: CPU time by the fixed piece of work of each run, all else as it stands."""
        if self.released is None:
            return None
        before = next((one for one in self.released["figures"] if one["what"] == figure.what), None)
        if before is None or before["unit"] != figure.unit or not before["value"]:
            return None
        ratio: float = figure.value / before["value"]
        if figure.unit == CPU:
            if not (self.fixed and self.released.get("fixed")):
                return None
            ratio *= self.released["fixed"] / self.fixed
        return ratio

    def as_json(self) -> str:
        """For programs."""
        figures = [
            asdict(figure) | {"verdict": figure.verdict, "against_released": self.against_released(figure)}
            for figure in self.figures
        ]
        machine = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "system": platform.release(),
        }
        told = {"scenario": self.scenario, "machine": machine, "fixed": self.fixed}
        return json.dumps({**told, "figures": figures, "notes": self.notes}, indent=1)

    def as_table(self) -> str:
        """For people."""
        rows: list[Sequence[str]] = [
            ("what", "measured", "", "bar", "", "x fixed work", "x last release", "")
        ]
        for figure in self.figures:
            bar = "" if figure.bar is None else f"{figure.bar:g}"
            ratios = (_ratio(self.in_fixed_work(figure)), _ratio(self.against_released(figure)))
            measured = figure.what, f"{figure.value:.3g}", figure.unit, bar, figure.verdict
            rows.append((*measured, *ratios, figure.note))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([f"== {self.scenario}", *lines, *(f"- {note}" for note in self.notes)])


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def released(scenario: str) -> dict[str, Any] | None:
    """The last release's report of a scenario; None where there is none."""
    file = RELEASED / f"{scenario}.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else None
