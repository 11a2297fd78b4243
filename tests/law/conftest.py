"""What proofs of the law may ask for: `scenes`, in which each tells its story."""

from collections.abc import Iterator

import pytest

from tests.law.scenes import Scenes


@pytest.fixture(scope="session")
def scenes(server_dsn: str, worker_id: str) -> Iterator[Scenes]:
    scenes = Scenes(server_dsn, f"law_{worker_id}_")
    yield scenes
    scenes.close()
