"""What a viewer may do, by standing."""

from datetime import timedelta

from hypothesis import given, strategies as st

from tests.world import SOME_DAY
from weetwie.access import permissions, viewer as viewers
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer, nobody, system

ME, OTHER = 7, 8

people = st.builds(
    Viewer,
    policy=st.just(Policy()),
    person_id=st.just(ME),
    standing=st.sampled_from(Standing),
    is_dormant=st.booleans(),
    is_suspended=st.booleans(),
    is_admin=st.booleans(),
    until=st.none() | st.sampled_from([SOME_DAY, SOME_DAY - timedelta(1), SOME_DAY + timedelta(1)]),
)
strangers = st.sampled_from(
    [nobody(Policy()), Viewer(policy=Policy(), app_id=1, token_id=1, scopes=frozenset(["write"]))]
)
rings, visibilities = st.sampled_from(Ring), st.sampled_from(Visibility)


def is_outside(viewer: Viewer) -> bool:
    """By the words of the law."""
    is_past = viewer.standing is Standing.guest and (viewer.until is None or viewer.until <= SOME_DAY)
    return viewer.is_suspended or viewer.is_dormant or is_past


@given(people | strangers, rings, visibilities)
def test_who_stands_outside_does_nothing(viewer: Viewer, ring: Ring, visibility: Visibility) -> None:
    if viewer.is_person and not is_outside(viewer):
        assert permissions.act(viewer, SOME_DAY)
        return
    assert viewers.ring(viewer, SOME_DAY) is Ring.world
    assert not permissions.act(viewer, SOME_DAY)
    assert not permissions.write_for(viewer, ring, SOME_DAY)
    assert not permissions.change(viewer, ME, SOME_DAY)
    assert not permissions.boost(viewer, ME, visibility, SOME_DAY)
    assert not permissions.accept_answer(viewer, ME, SOME_DAY)
    assert not permissions.administer(viewer, SOME_DAY)


@given(people, rings)
def test_no_one_writes_for_a_ring_that_they_are_not_in(viewer: Viewer, ring: Ring) -> None:
    own = {Standing.member: Ring.colleagues, Standing.alumnus: Ring.network, Standing.guest: Ring.network}
    assert viewer.standing is not None
    assert permissions.write_for(viewer, ring, SOME_DAY) == (
        not is_outside(viewer) and ring >= own[viewer.standing]
    )


@given(people | strangers)
def test_only_authors_change_their_posts_administrators_included(viewer: Viewer) -> None:
    assert not permissions.change(viewer, OTHER, SOME_DAY)
    assert permissions.change(viewer, ME, SOME_DAY) == (viewer.is_person and not is_outside(viewer))
    assert permissions.accept_answer(viewer, ME, SOME_DAY) == permissions.change(viewer, ME, SOME_DAY)


@given(people, visibilities, st.sampled_from([ME, OTHER]))
def test_boosted_is_what_is_open_and_what_is_ones_own_for_followers(
    viewer: Viewer, visibility: Visibility, author_id: int
) -> None:
    is_open = visibility in (Visibility.public, Visibility.unlisted)
    is_own = visibility is Visibility.private and author_id == ME
    expected = not is_outside(viewer) and (is_open or is_own)
    assert permissions.boost(viewer, author_id, visibility, SOME_DAY) == expected


@given(people | strangers)
def test_administrators_administer_while_they_stand_in_the_house(viewer: Viewer) -> None:
    assert permissions.administer(viewer, SOME_DAY) == (
        viewer.is_person and viewer.is_admin and not is_outside(viewer)
    )


def test_the_system_acts_and_administers() -> None:
    assert permissions.act(system(Policy()), SOME_DAY) and permissions.administer(system(Policy()), SOME_DAY)


def test_nobody_is_not_the_author_of_what_has_none() -> None:
    assert not permissions.change(nobody(Policy()), 0, SOME_DAY)
