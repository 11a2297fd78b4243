"""Who is new is to know people of more than one unit."""

from hypothesis import given, strategies as st

from weetwie.domain.knowledge.spread import spread


def test_the_best_comes_first_then_the_best_of_other_units() -> None:
    units = {1: "pumps", 2: "pumps", 3: "sales", 4: "", 5: "labs"}
    assert spread([1, 2, 3, 4, 5], units, 3) == [1, 3, 5]
    assert spread([1, 2, 4], units, 3) == [1, 2, 4], "where there are no others, the next best"
    assert spread([], units, 3) == []


@given(
    st.lists(st.integers(0, 30), unique=True), st.dictionaries(st.integers(0, 30), st.sampled_from("abcd"))
)
def test_as_many_units_as_there_are_and_nobody_twice(people: list[int], units: dict[int, str]) -> None:
    chosen = spread(people, units, 3)
    assert len(chosen) == len(set(chosen)) == min(len(people), 3)
    there = {units[id] for id in people if id in units}
    met = {units[id] for id in chosen if id in units}
    assert len(met) >= min(len(there), 3) - (1 if chosen and chosen[0] not in units else 0)
