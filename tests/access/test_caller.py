"""Who asks, before the database is asked."""

import pytest

from weetwie.access.authenticate import Memory
from weetwie.access.caller import recalled


@pytest.mark.parametrize("header", [(b"authorization", b"Bearer x"), (b"cookie", b"a=b; session=x")])
def test_who_shows_what_is_not_known_yet_waits_apart_from_those_who_show_nothing(
    header: tuple[bytes, bytes],
) -> None:
    caller = recalled(Memory(), "session")
    stranger, unmet, other = (
        caller({"headers": headers, "client": ("192.0.2.1", 1)}) for headers in ([], [header], [header])
    )
    assert not stranger.is_person
    assert not unmet.is_person
    assert unmet.name == other.name != stranger.name
