"""What the standard asks of a SCIM server, as others check it."""

from pathlib import Path

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.clients.running import running


def test_every_check_of_the_tester_passes(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        token = server.command("scim", "token", "--name", "a tester")
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=f"{server.address}/scim/v2", headers=headers) as client:
            scim = SyncSCIMClient(client)
            scim.discover()
            results = check_server(scim)
        failed = [
            f"{one.title}: {one.reason}"
            for one in results
            if one.status not in (Status.SUCCESS, Status.SKIPPED)
        ]
        assert failed == []
        assert sum(one.status == Status.SUCCESS for one in results) > 100
        assert "a tester" in server.command("scim", "list")
        (number, *_rest) = server.command("scim", "list").split()
        server.command("scim", "token", "--revoke", number)
        answer = httpx2.get(f"{server.address}/scim/v2/Users", headers=headers)
        assert answer.status_code == 401
        with pytest.raises(AssertionError):
            server.command("scim", "token", "--revoke", number)
