"""For whom a post is, and what it may say: the rules alone."""

import pytest
from hypothesis import given, strategies as st

from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import Policy
from weetwie.domain.posts import rules
from weetwie.domain.posts.rules import Draft, Parent
from weetwie.errors import Invalid

rings, visibilities = st.sampled_from(Ring), st.sampled_from(Visibility)
parents = st.none() | st.builds(Parent, st.just(1), st.just(2), st.just(1), rings, visibilities)


def ring_of(
    draft: Draft, parent: Parent | None, visibility: Visibility = Visibility.public, **given: object
) -> Ring:
    chosen = {"author": Ring.colleagues, "usual": None, "mentioned": [], "policy": Policy(), **given}
    return rules.ring_of(draft, parent, visibility, **chosen)  # type: ignore[arg-type]


def test_a_plain_post_takes_the_usual_ring_of_the_person_else_of_the_organisation() -> None:
    assert ring_of(Draft(text="x"), None) is Ring.colleagues
    assert ring_of(Draft(text="x"), None, usual=Ring.network) is Ring.network
    assert ring_of(Draft(text="x"), None, policy=Policy(default_ring=Ring.network)) is Ring.network


def test_a_plain_post_of_a_guest_is_never_for_a_ring_they_are_not_in() -> None:
    assert ring_of(Draft(text="x"), None, author=Ring.network) is Ring.network


def test_a_direct_post_takes_the_narrowest_ring_that_holds_all_who_are_named() -> None:
    direct = Visibility.direct
    assert ring_of(Draft(text="x"), None, direct, mentioned=[Ring.colleagues]) is Ring.colleagues
    assert ring_of(Draft(text="x"), None, direct, mentioned=[Ring.colleagues, Ring.network]) is Ring.network


@given(rings, parents, visibilities, rings)
def test_a_reply_is_never_for_more_than_what_it_answers(
    wished: Ring, parent: Parent | None, visibility: Visibility, author: Ring
) -> None:
    draft = Draft(text="x", ring=wished)
    shown = rules.visibility_of(draft, parent, visibility)
    ring = ring_of(draft, parent, shown, author=author)
    assert parent is None or (ring <= parent.ring and shown >= parent.visibility)
    assert parent is not None or ring == wished


@given(st.none() | rings, parents)
def test_local_only_never_reaches_the_world(wished: Ring | None, parent: Parent | None) -> None:
    ring = ring_of(Draft(text="x", ring=wished, is_local_only=True), parent)
    assert ring <= Ring.network
    assert ring <= ring_of(Draft(text="x", ring=wished), parent)


@pytest.mark.parametrize(
    ("text", "ring", "left"),
    [
        ("!network hello", Ring.network, "hello"),
        ("  !Colleagues\nhello", Ring.colleagues, "hello"),
        ("!world", Ring.world, ""),
        ("hello !network", None, "hello !network"),
        ("!networking is fun", None, "!networking is fun"),
    ],
)
def test_a_post_may_say_for_whom_it_is_in_its_first_word(text: str, ring: Ring | None, left: str) -> None:
    taken = rules.take_ring_from_text(Draft(text=text))
    assert (taken.ring, taken.text) == (ring, left)


def test_who_is_named_outside_the_ring_is_told_by_name() -> None:
    with pytest.raises(Invalid, match="@gus, @zoe") as refused:
        rules.check_mentions(
            [("zoe", Ring.network), ("ada", Ring.colleagues), ("gus", Ring.network)],
            Ring.colleagues,
            Policy(),
        )
    assert "@ada" not in str(refused.value)


def test_a_ring_wider_than_the_organisation_allows_holds_nobody_more() -> None:
    with pytest.raises(Invalid):
        rules.check_mentions([("gone", Ring.world)], Ring.world, Policy(widest_ring=Ring.network))


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_an_empty_post_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        rules.check(Draft(text=text), Policy())


def test_the_limit_counts_text_and_warning_and_is_said() -> None:
    rules.check(Draft(text="a" * 990, warning="b" * 10), Policy(longest_post=1000))
    with pytest.raises(Invalid, match="1000"):
        rules.check(Draft(text="a" * 991, warning="b" * 10), Policy(longest_post=1000))
