"""The comparison of pictures notices what people would notice, and nothing less."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.browser import pictures
from tests.browser.pictures import MOST, look_changed, share_of_change


def page(path: Path, *, column: int = 200, time: str = "11 min", high: int = 800) -> Path:
    picture = Image.new("RGB", (1280, high), "#f6f5f1")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((column, 40, column + 600, 700), "white", "#dddddd")
    for line in range(20):
        draw.text((column + 20, 60 + 30 * line), f"Somebody wrote something, {time}", "black")
    picture.save(path)
    return path


def test_another_time_of_day_is_no_change(tmp_path: Path) -> None:
    before, now = page(tmp_path / "a.png"), page(tmp_path / "b.png", time="23 min")
    assert share_of_change(before, before) == 0
    assert share_of_change(before, now) < MOST


@pytest.mark.parametrize(("column", "high"), [(500, 800), (200, 1200)])
def test_a_column_elsewhere_or_a_longer_page_is_one(tmp_path: Path, column: int, high: int) -> None:
    before, now = page(tmp_path / "a.png"), page(tmp_path / "b.png", column=column, high=high)
    assert share_of_change(before, now) > MOST


def test_only_telling_pages_are_held_against_those_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = tmp_path / "before", tmp_path / "now"
    before.mkdir()
    now.mkdir()
    monkeypatch.setattr(pictures, "BEFORE", before)
    monkeypatch.setattr(pictures, "PICTURES", now)
    for name in ("home-1280-light", "offline-1280-light"):
        page(before / f"{name}.png")
        page(now / f"{name}.png", high=1600)
    assert "home-1280-light" in look_changed("home-1280-light")
    assert look_changed("offline-1280-light") == "" == look_changed("people-390-dark")
