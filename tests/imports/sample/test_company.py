"""The sample company as it lies in its files: large enough, whole, lawful, and nothing in it twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from weetwie.access.policy import Policy
from weetwie.domain.media.rules import LONGEST_DESCRIPTION
from weetwie.domain.people.rules import check_handle
from weetwie.domain.polls.rules import Ballot, checked
from weetwie.imports.sample.company import FOLDER, Company, company
from weetwie.imports.sample.moments import weeks_ago, zone
from weetwie.imports.sample.script import UnreadableScript, entries
from weetwie.text import text as texts

_NOW = datetime(2026, 11, 23, 16, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> Company:
    return company(_NOW)


def test_it_is_large_enough_for_every_page_to_look_alive(sample: Company) -> None:
    assert len(sample.people) == 40 and len({one.unit for one in sample.people}) == 6
    assert Counter(one.standing for one in sample.people) == {"member": 36, "alumnus": 2, "guest": 2}
    assert len(sample.posts) >= 600
    spoken = Counter(post.language for post in sample.posts)
    assert set(spoken) == {"en", "nl", "de"} and min(spoken.values()) >= 80
    assert sum(post.is_question for post in sample.posts) >= 60 and len(sample.accepted()) >= 50
    assert sum(bool(post.pictures) for post in sample.posts) >= 25
    assert sum(bool(post.options) for post in sample.posts) >= 4
    assert sum(bool(post.quote) for post in sample.posts) >= 3
    assert sum(bool(post.warning) for post in sample.posts) >= 2
    assert len(sample.boosts()) >= 40 and len(sample.favourites()) >= 1000 and len(sample.follows()) >= 400


def test_everybody_writes_and_has_a_face(sample: Company) -> None:
    handles = [one.handle for one in sample.people]
    for one in sample.people:
        check_handle(one.handle)
        assert (FOLDER / "faces" / f"{one.handle}.webp").exists(), one.handle
        assert set(one.follows) <= set(handles) and one.handle not in one.follows, one.handle
        assert one.sponsor in ("", *handles) and one.manager in ("", *handles), one.handle
    wrote = Counter(post.author for post in sample.posts)
    assert set(wrote) == set(handles) and min(wrote.values()) >= 5, wrote
    for post in sample.posts:
        assert all(sample.is_in_reach(name, post) for name in post.boosters), post.place
        assert not post.boosters or post.visibility in ("public", "unlisted"), post.place
        assert post.author not in post.boosters, post.place
    for one in sample.people:
        listed = {name for members in one.lists.values() for name in members}
        assert all((one.handle, name) in sample.follows() for name in listed), one.handle


def test_no_post_is_longer_than_a_post_may_be_and_none_is_there_twice(sample: Company) -> None:
    for post in sample.posts:
        assert texts.length(post.text) + texts.length(post.warning) <= Policy().longest_post, post.place
        assert len(post.pictures) <= 4, post.place
    said = Counter(
        post.text.partition(" ")[2] if post.parent is not None else post.text for post in sample.posts
    )
    assert [text for text, count in said.items() if count > 1] == []


def test_every_picture_is_there_small_and_described(sample: Company) -> None:
    shown = [one for post in sample.posts for one in post.pictures]
    for name, description in shown:
        assert 20 < len(description) <= LONGEST_DESCRIPTION, name
        with Image.open(FOLDER / "pictures" / f"{name}.webp") as picture:
            assert picture.width >= 600, name
    assert {name for name, _ in shown} == {path.stem for path in (FOLDER / "pictures").iterdir()}
    assert all(path.stat().st_size < 15_000 for path in FOLDER.rglob("*.webp"))


def test_whoever_is_named_is_one_of_them_and_sees_it(sample: Company) -> None:
    people = {one.handle: one for one in sample.people}
    for post in sample.posts:
        handles = [piece.target for piece in texts.pieces(post.text) if piece.kind == "mention"]
        assert set(handles) <= set(people), post.place
        for name in sample.mentions[post.number]:
            assert sample.is_in_reach(name, post), f"{post.place}: @{name}"
        assert sample.is_in_reach(post.author, post), f"{post.place}: {post.author} could not write this"


def test_what_is_replied_to_was_there_before(sample: Company) -> None:
    for post, at in zip(sample.posts, sample.at, strict=True):
        assert post.parent is None or sample.at[post.parent] < at, post.place
    assert all(sample.posts[question].author != sample.posts[answer].author for question, answer in sample.accepted().items())  # fmt: skip


def test_polls_are_ones_that_anybody_could_have_made(sample: Company) -> None:
    for post in sample.posts:
        if post.options:
            seconds = post.poll_days * 86_400
            checked(Ballot(options=[option.text for option in post.options], lasts=seconds), has_media=False)
            votes = [place for chosen in sample.votes(post).values() for place in chosen]
            assert [votes.count(place) for place in range(len(post.options))] == [option.votes for option in post.options], post.place  # fmt: skip


@pytest.mark.parametrize("days", range(7))
@pytest.mark.parametrize("hour", [0, 7, 13, 23])
def test_on_every_day_at_every_hour_the_newest_is_of_now_and_nothing_lies_ahead(days: int, hour: int) -> None:
    now = datetime(2026, 11, 23, hour, 5, tzinfo=UTC) + timedelta(days=days)
    sample = company(now)
    assert max(sample.at) < now and now - max(sample.at) < timedelta(minutes=30)
    for post, at in zip(sample.posts, sample.at, strict=True):
        assert post.parent is None or sample.at[post.parent] < at, post.place
    for when in (*sample.follows().values(), *sample.favourites().values(), *sample.boosts().values()):
        assert when < now


def test_it_is_written_at_work(sample: Company) -> None:
    local = [at.astimezone(zone()) for at in sample.at]
    at_work = [at for at in local if at.weekday() < 5 and 7 <= at.hour < 19]
    assert 0.97 < len(at_work) / len(local) < 1
    assert min(sample.at) > weeks_ago(79, _NOW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("## 3w mo 09:00 ada en\nHello\n>> 3m bo en\nHi", "nothing that this replies to"),
        ("## 3w monday 09:00 ada en\nHello", "not a heading"),
        ("## 3w mo 09:00 ada en loud\nHello", "loud means nothing"),
        ("## 3w mo 09:00 ada en\n\n", "says nothing"),
        ("## 3w mo 09:00 ada en quote:x\nHello", "no post with the key x"),
    ],
)
def test_what_is_not_written_as_it_should_be_is_told_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(UnreadableScript, match=f"^a.txt:\\d: .*{reason}"):
        entries([("a.txt", text)])
