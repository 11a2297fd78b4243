"""What is right for a person, without a database."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.domain.people.rules import (
    Changes,
    Field,
    Newcomer,
    Verb,
    check_changes,
    check_handle,
    check_newcomer,
    step,
)
from weetwie.errors import Conflict, Invalid

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VERBS = st.sampled_from(get_args(Verb))


def test_a_member_who_leaves_sleeps_as_an_alumnus() -> None:
    assert step(Standing.member, False, "leave") == (Standing.alumnus, True)


def test_a_guest_stays_a_guest() -> None:
    assert step(Standing.guest, False, "leave") == (Standing.guest, True)
    assert step(Standing.guest, True, "rejoin") == (Standing.guest, False)


def test_nobody_leaves_twice() -> None:
    with pytest.raises(Conflict):
        step(Standing.alumnus, True, "leave")


@given(st.sampled_from(Standing), st.booleans(), st.lists(VERBS, max_size=12))
def test_no_row_of_steps_makes_a_guest_of_a_member_or_a_member_who_sleeps(
    standing: Standing, is_dormant: bool, verbs: list[Verb]
) -> None:
    is_dormant = is_dormant and standing is not Standing.member
    was_guest = standing is Standing.guest
    for verb in verbs:
        try:
            standing, is_dormant = step(standing, is_dormant, verb)
        except Conflict:
            continue
        assert (standing is Standing.guest) == was_guest
        assert not (standing is Standing.member and is_dormant)


@pytest.mark.parametrize("handle", ["ada", "a", "Ada_L", "ada.lovelace", "a-b", "x" * 64, "2fast"])
def test_handles_that_are_right(handle: str) -> None:
    check_handle(handle)


@pytest.mark.parametrize(
    "handle", ["", " ada", "ada ", ".ada", "ada.", "a b", "é", "x" * 65, "ada@host", "a\n", "erased.5."]
)
def test_handles_that_are_not(handle: str) -> None:
    with pytest.raises(Invalid):
        check_handle(handle)


@pytest.mark.parametrize(
    "newcomer",
    [
        Newcomer(handle="gus", standing=Standing.guest),
        Newcomer(handle="gus", standing=Standing.guest, sponsor_id=1),
        Newcomer(handle="gus", standing=Standing.guest, until=NOW + timedelta(days=1)),
        Newcomer(handle="gus", standing=Standing.guest, sponsor_id=1, until=NOW),
        Newcomer(
            handle="gus", standing=Standing.guest, sponsor_id=1, until=NOW + timedelta(1), is_admin=True
        ),
        Newcomer(handle="ada", sponsor_id=1),
        Newcomer(handle="ada", name="x" * 81),
    ],
)
def test_newcomers_that_are_not_right(newcomer: Newcomer) -> None:
    with pytest.raises(Invalid):
        check_newcomer(newcomer, Policy(), NOW)


def test_a_guest_with_a_sponsor_and_an_end_is_right() -> None:
    check_newcomer(
        Newcomer(handle="gus", standing=Standing.guest, sponsor_id=1, until=NOW + timedelta(days=1)),
        Policy(),
        NOW,
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (Changes(name="x" * 81), "name"),
        (Changes(bio="x" * 1001), "bio"),
        (Changes(fields=[Field("a", "b")] * 9), "fields"),
        (Changes(fields=[Field("a", "b" * 256)]), "fields"),
        (Changes(default_language="not a language"), "language"),
        (Changes(languages=["en"] * 21), "languages"),
    ],
)
def test_what_is_too_long_for_a_profile_is_refused_by_its_field(changes: Changes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_changes(changes, Policy())
    assert refused.value.field == field


def test_the_policy_says_how_long_a_bio_may_be() -> None:
    check_changes(Changes(bio="x" * 2000), Policy(longest_bio=2000))
