"""Patches in mails: what is said of them stays, the changes themselves do not. Pure."""

import re
from collections.abc import Sequence
from typing import Final

_LOOKED_AT: Final = 600
"""Characters of a line that is compared."""
_DIFF: Final = re.compile(r"(?:diff --|Index: \S|--- \S.*|\*\*\* \S.*\d{4}|@@ -\d)")
_IN_DIFF: Final = re.compile(
    r"(?:[ +\-@\\!*].*|diff .*|index [0-9a-f].*|Index: .*|={20,}|(?:new|deleted) file mode .*|old mode .*|new mode .*"
    r"|(?:dis)?similarity index .*|rename .*|copy .*|Binary files .*|GIT binary patch|(?:literal|delta) \d+|Property changes .*|)"
)
_DIFFSTAT: Final = re.compile(
    r" \S.{0,200} \|\s{1,6}(?:\d+|Bin|Unmerged)\b.{0,100}| \d+ files? changed.{0,80}| (?:create|delete) mode \d+ .*| rename .* \(\d+%\)| mode change .*"
)


def without_diffs(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        short = lines[at][:_LOOKED_AT]
        if _DIFF.match(short) and _begins_diff(lines, at):
            at = _past_diff(lines, at)
        elif _DIFFSTAT.fullmatch(short):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _begins_diff(lines: Sequence[str], at: int) -> bool:
    """`--- a` is one only where `+++ b` follows; the others where a hunk comes soon."""
    line = lines[at]
    if line.startswith("--- "):
        return at + 1 < len(lines) and lines[at + 1].startswith("+++ ")
    if line.startswith("*** "):
        return at + 1 < len(lines) and lines[at + 1].startswith("--- ")
    return True


def _past_diff(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at] != "-- " and (_IN_DIFF.fullmatch(lines[at])):
        at += 1
        blank = at < len(lines) and not lines[at].strip()
        following = lines[at + 1] if blank and at + 1 < len(lines) else ""
        if blank and following and not _IN_DIFF.fullmatch(following):
            break
    return at
