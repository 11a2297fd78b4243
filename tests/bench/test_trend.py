"""What grows is found, and what only swings is not."""

import random

import pytest

from tests.bench.trend import DAY, second_half, trend

_EVERY = 30.0


def test_a_line_without_noise_has_its_slope_and_no_error() -> None:
    found = trend([(x, 5 + 2 * x) for x in range(10)])
    assert (found.slope, found.middle) == pytest.approx((2, 14))
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.surely(10) == pytest.approx(20)


def test_a_leak_within_noise_is_found_and_its_size_lies_within_the_error() -> None:
    dice = random.Random(1)
    points = [(n * _EVERY, 100 + n * 0.5 + dice.gauss(0, 3)) for n in range(60)]
    found = trend(points)
    assert abs(found.slope - 0.5 / _EVERY) < 3 * found.error
    assert found.surely() > 0.3 / _EVERY * DAY
    assert found.share() > 1


def test_of_what_only_swings_hardly_any_seems_to_grow() -> None:
    dice = random.Random(2)
    grown = 0
    for _time in range(200):
        level, points = 100.0, list[tuple[float, float]]()
        for n in range(60):  # in steps that last for some time, as memory is
            level = 100 + 0.6 * (level - 100) + dice.gauss(0, 3)
            points.append((n * _EVERY, level))
        grown += trend(points).surely() > 0
    assert grown < 20


def test_too_few_points_say_nothing() -> None:
    assert trend([(0.0, 1.0), (1.0, 9.0), (2.0, 17.0)]).surely() == 0
    assert trend([(1.0, 1.0)] * 9).surely() == 0
    assert trend([]).share() == 0


def test_what_is_filled_once_is_left_out() -> None:
    points = [(float(n), float(min(n, 40))) for n in range(80)]
    assert trend(points).surely() > 0
    assert trend(second_half(points)).surely() == 0
