"""Whose turn it is beyond somebody's circle: departments and people come alike, whoever writes more."""

from collections import Counter

from weetwie.domain.beyond.rules import BeyondCandidate, Given, is_good, pick

SIZES = {"Logistics": 2, "Design": 6, "Service": 30}


def company() -> list[BeyondCandidate]:
    """Departments of different size; in each one person writes ten times as much as the others."""
    found, number = [], 0
    for place, (unit, size) in enumerate(SIZES.items(), 1):
        for person in range(size):
            for _post in range(10 if person == 0 else 1):
                number += 1
                found.append(BeyondCandidate(number, place * 1000 + person, unit, likes=person % 4))
    return found


def test_over_many_readers_departments_are_shown_alike_and_so_are_the_people_in_each() -> None:
    everything, units, people = company(), Counter[str](), Counter[int]()
    for reader in range(1, 401):
        given: list[Given] = []
        left = list(everything)
        for _turn in range(3):
            one = pick(reader, left, given)
            assert one is not None
            left.remove(one)
            given.append(Given(one.author_id, one.unit))
            units[one.unit] += 1
            people[one.author_id] += 1
    assert set(units.values()) == {400}, "each reader is shown each department once in three"
    for place, size in enumerate(SIZES.values(), 1):
        shown = [people[place * 1000 + person] for person in range(size)]
        even = 400 / size
        assert max(shown) < 2.2 * even and min(shown) > even / 3.5, (size, shown)


def test_nobody_comes_again_before_everybody_else_in_their_department_has_come() -> None:
    given: list[Given] = []
    left = [one for one in company() if one.unit == "Design"]
    for _turn in range(6):
        one = pick(7, left, given)
        assert one is not None
        left.remove(one)
        given.append(Given(one.author_id, one.unit))
    assert len({one.author_id for one in given}) == 6


def test_what_is_about_a_topic_of_the_readers_comes_first_among_those_who_were_shown_alike() -> None:
    among = [
        BeyondCandidate(1, 1, "A"),
        BeyondCandidate(2, 2, "A", "valves", "follows"),
        BeyondCandidate(3, 3, "A", likes=9),
    ]
    found = pick(1, among, [])
    assert found is not None and found.post_id == 2


def test_what_a_reader_does_not_see_decides_nothing() -> None:
    """A candidate more changes the choice to itself or not at all, as long as it opens no department."""
    among = company()
    more = BeyondCandidate(9999, 5, "Service")
    for reader in range(1, 100):
        without, with_it = pick(reader, among, []), pick(reader, [*among, more], [])
        assert with_it in (without, more)


def test_a_good_post_says_something_and_has_a_reason_to_be_read() -> None:
    plain, liked = BeyondCandidate(1, 1, ""), BeyondCandidate(1, 1, "", likes=1)
    assert is_good(80, has_media=False, is_question=False, candidate=liked)
    assert is_good(5, has_media=True, is_question=False, candidate=liked)
    assert is_good(80, has_media=False, is_question=True, candidate=plain)
    assert not is_good(5, has_media=False, is_question=False, candidate=liked)
    assert not is_good(80, has_media=False, is_question=False, candidate=plain)
    assert pick(1, [], []) is None
