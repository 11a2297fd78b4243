"""Makes the table of requests in `docs/capacity.md` out of the figures of the release: `python -m tests.bench.capacity [FILE.json]`.

With the output of `bin/bench api --json` it first puts that down as the release's figures.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.report import CPU, RELEASED

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"
_TABLE = re.compile(r"(<!-- made by tests\.bench\.capacity -->\n).*?(<!-- made so far -->\n)", re.DOTALL)
_COLUMNS = 3
_CONSTANT = re.compile(r"([\d.]+) x constant")


def table(report: dict[str, Any]) -> Iterator[str]:
    """Each endpoint by its number of connections: CPU milliseconds, times the fixed piece of work, times the constant app."""
    fixed = report["fixed"]
    yield f"The fixed piece of work took {fixed:.3f} ms of CPU in this run."
    yield ""
    yield "| CPU of a request: ms, and times the fixed work | 1 connection | 16 | 64 | times the constant app | the bar we set, in ms |"
    yield "|---|---|---|---|---|---|"
    of_requests = [one for one in report["figures"] if one["what"].endswith(" conn")]
    for name in dict.fromkeys(one["what"].rpartition(", ")[0] for one in of_requests):
        by_connections = [one for one in of_requests if one["what"].rpartition(", ")[0] == name]
        cells = [f"{one['value']:.2f} ({one['value'] / fixed:.0f})" for one in by_connections]
        cells += [""] * (_COLUMNS - len(cells))
        times = [match[1] for one in by_connections if (match := _CONSTANT.search(one["note"]))]
        bar = by_connections[0]["bar"]
        yield f"| {name} | {' | '.join(cells)} | {', '.join(times)} | {'' if bar is None else f'{bar:g}'} |"
    yield ""
    yield "| Everything else | measured | times the fixed work | the bar we set |"
    yield "|---|---|---|---|"
    for one in report["figures"]:
        if one not in of_requests:
            times_fixed = f"{one['value'] / fixed:.0f}" if one["unit"] == CPU else ""
            bar = "" if one["bar"] is None else f"{one['bar']:g}"
            yield f"| {one['what']} | {one['value']:.3g} {one['unit']} | {times_fixed} | {bar} |"


def page(report: dict[str, Any], text: str) -> str:
    """The page with its table made anew."""
    made = "\n".join(table(report)) + "\n"
    return _TABLE.sub(lambda found: f"{found[1]}{made}{found[2]}", text)


def main() -> None:
    kept = RELEASED / "api.json"
    if sys.argv[1:]:
        report = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    report = json.loads(kept.read_text("utf-8"))
    PAGE.write_text(page(report, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
