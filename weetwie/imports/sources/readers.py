"""Which reader reads which source. A tenth one is a file beside this one, and a line here."""

from importlib import import_module
from typing import Final

from weetwie.errors import NotFound
from weetwie.imports.sources.form import Reader

READERS: Final = {
    "slack": "Slack",
    "mattermost": "Mattermost",
    "teams": "Microsoft Teams",
    "zulip": "Zulip",
    "mbox": "mailing lists (mbox, maildir, public-inbox)",
    "discourse": "Discourse",
    "stack": "Stack Exchange and Stack Internal",
    "jira": "Jira",
    "confluence": "Confluence",
}
"""By the name of its file, and what it reads."""


def reader(kind: str) -> Reader:
    """Loaded when it is asked for. Raises NotFound."""
    if kind not in READERS:
        raise NotFound
    read: Reader = import_module(f"weetwie.imports.sources.{kind}").read
    return read
