"""What of a survey is told, whom it asks what, and how sure a gain is."""

from itertools import combinations

import pytest

from weetwie.domain.benefits import rules as benefit_rules, survey_rules as rules
from weetwie.domain.benefits.survey_rules import Gain, SurveyAnswered, SurveyNumbers
from weetwie.errors import Invalid

TOPICS = [f"topic {n}" for n in range(10)]


def answers(unknown: int, wrong: int, correct: int) -> list[SurveyAnswered]:
    """Each by somebody else."""
    kinds = [None] * unknown + [False] * wrong + [True] * correct
    return [SurveyAnswered(id, kind) for id, kind in enumerate(kinds)]


SIZES = (0, 1, 9, 10, 23)


@pytest.mark.parametrize("sizes", [(a, b, c) for a in SIZES for b in SIZES for c in SIZES])
def test_no_number_of_a_round_and_no_difference_of_two_is_about_fewer_than_ten(
    sizes: tuple[int, int, int],
) -> None:
    told = rules.numbers(answers(*sizes))
    exact = (sum(sizes), sizes[1] + sizes[2], sizes[2])
    shown = [
        (n, m) for n, m in zip((told.asked, told.named, told.correct), exact, strict=True) if n is not None
    ]
    for number, people in shown:
        assert number == benefit_rules.rounded(people) and people >= 10
    for (_one, more), (_other, less) in combinations(shown, 2):
        assert more - less >= 10
    assert (told.correct is None) == (min(sizes[1:]) < 10)
    assert told.nearly_all == (sizes[2] >= 10 > sizes[1] and sizes[2] > 9 * sizes[1])
    assert (told.people is None) == (not told.is_told)


def test_one_who_answers_much_does_not_make_up_for_ten() -> None:
    found = [SurveyAnswered(n % 9, is_correct) for n in range(45) for is_correct in (True, False)]
    assert rules.numbers(found) == SurveyNumbers()


def test_each_is_asked_five_topics_the_same_in_every_round() -> None:
    asked = {id: rules.asked_of(id, TOPICS) for id in range(200)}
    assert {len({*topics}) for topics in asked.values()} == {rules.EACH}
    assert asked[7] == rules.asked_of(7, TOPICS[::-1])
    often = [sum(topic in topics for topics in asked.values()) for topic in TOPICS]
    assert min(often) > 60, "none is left out"


def test_fewer_than_ten_replies_are_no_number() -> None:
    assert [rules.replied(n) for n in (0, 9, 10, 13)] == [None, None, 10, 15]


@pytest.mark.parametrize(("topics", "days"), [(4, 14), (11, 14), (5, 6), (5, 29)])
def test_too_few_or_too_many_topics_or_days_are_refused(topics: int, days: int) -> None:
    with pytest.raises(Invalid):
        rules.check([f"topic {n}" for n in range(topics)], days)


def test_a_gain_has_the_range_that_statistics_gives_it() -> None:
    # Newcombe (1998), method 10, example (a): 56/70 against 48/80.
    of_80, of_70 = SurveyNumbers(80, None, 80, 48), SurveyNumbers(70, None, 70, 56)
    assert rules.gain(of_80, of_70) == Gain(points=20, least=5, most=33)
    assert rules.gain(of_70, of_80) == Gain(points=-20, least=-33, most=-5)


def test_many_answers_of_few_people_do_not_make_a_gain_surer() -> None:
    few = rules.gain(SurveyNumbers(20, None, 100, 40), SurveyNumbers(20, None, 100, 60))
    many = rules.gain(SurveyNumbers(100, None, 100, 40), SurveyNumbers(100, None, 100, 60))
    assert few and many and few.points == many.points == 20
    assert few.least < 0 < many.least


def test_without_two_rounds_there_is_no_gain() -> None:
    assert rules.gain(SurveyNumbers(), SurveyNumbers(20, None, 100, 60)) is None


def of(right: int, wrong: int) -> SurveyNumbers:
    """A round in which so many people gave one answer each."""
    return rules.numbers(answers(0, wrong, right))


@pytest.mark.parametrize("wrong", range(4))
def test_nearly_all_is_told_as_more_than_ninety_percent_whoever_was_wrong(wrong: int) -> None:
    found = of(40 - wrong, wrong)
    assert found == SurveyNumbers(40, nearly_all=True), "the same for none, one, two and three"


@pytest.mark.parametrize(("right", "wrong"), [(36, 4), (9, 0), (30, 9)])
def test_where_it_is_not_nearly_all_of_enough_people_nothing_is_told(right: int, wrong: int) -> None:
    assert of(right, wrong) == SurveyNumbers()


def test_where_enough_people_were_wrong_the_number_is_told() -> None:
    assert of(190, 10) == SurveyNumbers(200, None, 200, 190)


def test_nearly_all_is_no_number_to_compare_with() -> None:
    assert rules.gain(of(20, 20), of(40, 0)) is None and of(40, 0).is_told
