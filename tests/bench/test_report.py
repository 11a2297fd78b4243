"""Figures beside their bars and the last release's, and the page that is made of them."""

from __future__ import annotations

import json

import pytest

from tests.bench.capacity import PAGE, page
from tests.bench.report import RELEASED, Report


def _report() -> Report:
    before = {
        "fixed": 0.1,
        "figures": [
            {"what": "home, 1 conn", "value": 2.0, "unit": "ms CPU"},
            {"what": "memory", "value": 200.0, "unit": "MB PSS"},
        ],
    }
    report = Report("api", fixed=0.2, released=before)
    report.add("home, 1 conn", 2.0, "ms CPU", 0.5)
    report.add("memory", 150.0, "MB PSS")
    report.add("something new", 1.0, "ms CPU")
    return report


def test_cpu_time_stands_beside_the_last_release_by_the_fixed_work_of_each_run() -> None:
    report = _report()
    home, memory, new = report.figures
    assert report.in_fixed_work(home) == pytest.approx(10)
    assert report.against_released(home) == pytest.approx(0.5)
    assert report.in_fixed_work(memory) is None
    assert report.against_released(memory) == pytest.approx(0.75)
    assert report.against_released(new) is None


def test_the_table_says_both_ratios_and_the_bar() -> None:
    line = next(line for line in _report().as_table().splitlines() if line.startswith("home"))
    assert line.split() == [
        "home,",
        "1",
        "conn",
        "2",
        "ms",
        "CPU",
        "0.5",
        "4.0",
        "x",
        "the",
        "bar",
        "10.00",
        "0.50",
    ]


def test_the_page_on_capacity_is_made_of_the_figures_of_the_release() -> None:
    kept = json.loads((RELEASED / "api.json").read_text("utf-8"))
    text = PAGE.read_text("utf-8")
    assert page(kept, text) == text, "run `python -m tests.bench.capacity`"
    assert f"{kept['fixed']:.3f} ms" in text
