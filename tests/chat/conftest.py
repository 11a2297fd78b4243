"""A company on a database of its own, and Ada's browser in it, as for the pages."""

import pytest

from tests.web.conftest import ada, site, world
from weetwie.chat.mattermost import Mattermost
from weetwie.chat.slack import Slack
from weetwie.chat.teams import Teams

__all__ = ["ada", "site", "world"]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chats wait, however slow the machine is on which this runs."""
    for product in (Slack, Mattermost, Teams):
        monkeypatch.setattr(product, "seconds", 60.0)
    monkeypatch.setattr("weetwie.chat.server.SECONDS", 60.0)
