"""One server for all clients; the people of each test are its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mastodon import Mastodon

from tests.clients.browser import Browser
from tests.clients.people import Registry
from tests.clients.running import Running, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("server")
    with running(folder) as one:
        yield one


@pytest.fixture(scope="session")
def registry(server: Running) -> Iterator[Registry]:
    registry = Registry(server.data)
    yield registry
    registry.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def person(registry: Registry) -> Callable[[str], str]:
    """Makes somebody whose handle begins so; gives the whole handle."""
    return lambda name: registry.person(name).handle


@pytest.fixture
def client(server: Running, registry: Registry) -> Iterator[Callable[..., Mastodon]]:
    """Mastodon.py in the name of somebody new."""
    clients: list[Mastodon] = []

    def make(name: str, *, is_admin: bool = False) -> Mastodon:
        token = registry.person(name, is_admin=is_admin).token
        clients.append(Mastodon(access_token=token, api_base_url=server.address, ratelimit_method="throw"))
        return clients[-1]

    yield make
    for one in clients:
        one.session.close()
