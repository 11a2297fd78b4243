"""`bin/bench [NAME] [--json]`: measures, tells, and never fails for being slow."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.bench import (
    api,
    asking,
    growth,
    imports,
    overload,
    push,
    scale,
    search,
    slow,
    soak,
    streaming,
    who_knows,
)
from tests.bench.report import Report, released

_MANY = 1_000_000


def main() -> None:
    """One scenario, or all of them."""
    names = [
        "api",
        "asking",
        "growth",
        "import",
        "overload",
        "push",
        "scale",
        "search",
        "slow",
        "soak",
        "streaming",
        "who-knows",
    ]
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names, help="all of them unless one is named")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each endpoint is asked")
    parser.add_argument("--wait", type=float, default=60.0, help="seconds before memory is read")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long it is looked for leaks")
    parser.add_argument(
        "--posts", type=int, default=_MANY, help="how many there are after growth, or who-knows"
    )
    parser.add_argument("--streams", type=int, default=streaming.STREAMS, help="how many are open at once")
    parser.add_argument("--people", type=int, default=0, help="how many more there are who follow 20 each")
    parser.add_argument("--keep", action="store_true", help="leave the folder with data and logs")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    for name in [given.name] if given.name else names:
        _run(name, given)


def _run(name: str, given: argparse.Namespace) -> None:
    report, work = Report(name, released=released(name)), Path(tempfile.mkdtemp(prefix="weetwie-bench-"))
    try:
        match name:
            case "api":
                api.run(work, report, seconds=given.seconds, wait=given.wait)
            case "asking":
                asking.run(work, report)
            case "growth":
                growth.run(work, report, many=given.posts, bystanders=given.people)
            case "import":
                imports.run(work, report)
            case "overload":
                overload.run(work, report)
            case "push":
                push.run(work, report)
            case "scale":
                scale.run(work, report, leak_minutes=given.minutes)
            case "search":
                search.run(work, report)
            case "slow":
                slow.run(work, report)
            case "soak":
                soak.run(work, report, minutes=given.minutes)
            case "who-knows":
                sizes = (given.posts,) if given.posts != _MANY else who_knows.SIZES
                who_knows.run(work, report, sizes=sizes)
            case "streaming":
                streaming.run(work, report, given.streams)
    finally:
        print(report.as_json() if given.json else report.as_table())
        if given.keep:
            print(f"kept in {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
