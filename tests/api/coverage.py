"""Which endpoints of the client API there are here, held against the list of all there are in Mastodon 4.6.

Run as a program, it writes `docs/clients.md`.
"""

import json
import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

from weetwie.api.endpoints import endpoints

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "clients.md"
LIST = DOCS / "api" / "client_endpoints.json"

Tier = Literal["must", "should", "may"]


class Known(NamedTuple):
    """An endpoint of the client API. Tiers: without a `must` apps fail; they live without a `should`; a `may` is rare."""

    section: str
    tier: Tier
    method: str
    path: str
    state: str

    @property
    def is_here(self) -> bool:
        return (self.method, _plain(self.path)) in _HERE

    @property
    def why_not(self) -> str:
        """Why it is not here; KeyError for one that nobody has thought about."""
        if self.state == "removed":
            return "removed from the client API"
        if self.state == "deprecated":
            return "deprecated; apps use its successor"
        raise KeyError(f"{self.method} {self.path} is not here, and nobody has said why")


NOT_ROUTES: Final = {
    ("GET", "/oauth/authorize"): "a page",
    ("WS", "/api/v1/streaming"): "a WebSocket",
}
"""What is here, but in no table of routes."""


def known() -> list[Known]:
    return [Known(**one) for one in json.loads(LIST.read_text())]


def own() -> list[tuple[str, str]]:
    """What is here beyond the list."""
    listed = {(one.method, _plain(one.path)) for one in known()}
    return [
        (one.method, one.path)
        for one in endpoints()
        if (one.method, _plain(one.path)) not in listed and not one.hidden
    ]


def page() -> str:
    everything = known()
    lines = [
        "# Apps that speak the Mastodon client API",
        "",
        "Any such app signs in with the address of an installation. Mastodon.py, toot and masto are tried against a real server with",
        "every change (`tests/clients/`). This page tells endpoint by endpoint what is here, held against the list of all that",
        "Mastodon 4.6 has. Tiers: without a *must* apps fail or show an error; they live without a *should*; a *may* is rare.",
        "",
        "Made by `python -m tests.api.coverage`. The exact parameters and answers stand in `/api/openapi.json` of each",
        "installation, the shapes of all entities in `docs/api/entities.schema.json`. What takes PUT takes PATCH as well, and the",
        "other way round, as in Mastodon. Two ids are numbers there and here, for strict apps decode them so:",
        "`most_recent_notification_id` of a group of notifications and the `id` of a push subscription.",
        "",
        "| Tier | Here | Of |",
        "|---|---|---|",
    ]
    counts = ((tier, [one for one in everything if one.tier == tier]) for tier in ("must", "should", "may"))
    lines += [f"| {tier} | {sum(one.is_here for one in those)} | {len(those)} |" for tier, those in counts]
    section = ""
    for one in everything:
        if one.section != section:
            section = one.section
            lines += ["", f"## {section}", "", "| Tier | Endpoint | State | Why not |", "|---|---|---|---|"]
        lines.append(
            f"| {one.tier} | {one.method} `{one.path}` | {'works' if one.is_here else '-'} | {'' if one.is_here else one.why_not} |"
        )
    lines += ["", "## Beyond the list", "", *(f"- {method} `{path}`" for method, path in own())]
    return "\n".join(lines) + "\n"


def _plain(path: str) -> str:
    return re.sub(r"\{\w+\}|:\w+", "{}", path)


_HERE: Final = {(one.method, _plain(one.path)) for one in endpoints()} | set(NOT_ROUTES)


if __name__ == "__main__":
    PAGE.write_text(page())
