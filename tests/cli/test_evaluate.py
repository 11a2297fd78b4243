"""`weetwie evaluate`: a set with judgements is asked and measured."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from weetwie.cli import measures
from weetwie.cli.evaluate import evaluate
from weetwie.cli.replay import Sampled, replay
from weetwie.domain.questions.rules import LEVEL, Knower


def a_set(folder: Path) -> Path:
    """Ada knows turbines, bo tea; cy found ada's work good."""
    folder.mkdir()
    posts = [
        {"id": f"a{number}", "author": "ada", "time": 1_600_000_000 + number, "text": "turbine bearings", "endorsers": ["cy"]}
        for number in range(3)
    ]  # fmt: skip
    posts += [
        {"id": f"b{n}", "author": "bo", "time": 1_600_000_100 + n, "text": f"tea {n}"} for n in range(3)
    ]
    posts.append({"id": "late", "author": "cy", "time": 1_700_000_000, "text": "turbine turbine"})
    (folder / "posts.jsonl").write_text("\n".join(map(json.dumps, posts)))
    people = [json.dumps({"id": one, "name": one}) for one in ("ada", "bo", "cy")]
    (folder / "people.jsonl").write_text("\n".join(people))
    (folder / "topics.tsv").write_text("q1\tfind\t1650000000\t\tturbines\nq2\tfind\t1650000000\tada\ttea\n")
    (folder / "qrels.tsv").write_text("q1\tada\t2\nq2\tbo\t1\n")
    return folder


def test_a_set_is_measured_beside_the_baselines_and_the_run_is_written(tmp_path: Path) -> None:
    run = tmp_path / "run.tsv"
    done = CliRunner().invoke(evaluate, [str(a_set(tmp_path / "set")), "--json", "--run", str(run)])
    assert done.exit_code == 0, done.output
    task = json.loads(done.stdout.splitlines()[-1])["tasks"]["find"]
    assert task["MAP"] == task["MRR"] == task["NDCG@10"] == 1 and set(task["baselines"]) > {"BM25 profile"}
    rows = [line.split("\t") for line in run.read_text().splitlines()]
    assert [row[:3] for row in rows if row[0] == "q1"] == [["q1", "ada", "1"], ["q1", "bo", "2"]]


@pytest.mark.parametrize("missing", ["topics.tsv", "qrels.tsv", "posts.jsonl"])
def test_what_is_missing_is_said(tmp_path: Path, missing: str) -> None:
    folder = a_set(tmp_path / "set")
    (folder / missing).unlink()
    done = CliRunner().invoke(evaluate, [str(folder), "--no-baselines"])
    assert done.exit_code == 2 and missing in done.output


def test_a_line_that_is_too_short_is_said_with_its_place(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set")
    (folder / "topics.tsv").write_text("q1\tfind\n")
    done = CliRunner().invoke(evaluate, [str(folder)])
    assert done.exit_code == 2 and "topics.tsv:1" in done.output


def test_the_measures_are_those_of_the_field() -> None:
    one = measures.measure(["x", "a", "y", "b"], {"a": 1, "b": 2})
    assert one["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert one["MRR"] == 0.5 and one["P@5"] == 0.4 and one["R@10"] == 1
    assert one["NDCG@10"] == pytest.approx((1 / 1.584963 + 3 / 2.321928) / (3 + 1 / 1.584963), rel=1e-5)
    low, high = measures.interval([0.0, 1.0] * 50)
    assert 0.3 < low < 0.5 < high < 0.7


def a_community(folder: Path) -> Path:
    """Ada answers what cy asks about turbines, every day; bo has written less about them and answers once."""
    folder.mkdir()
    begun, posts = 1_600_000_000, []
    for day in range(20):
        at = begun + day * 86_400
        posts.append({"id": f"q{day}", "author": "cy", "time": at, "text": "Who knows turbine bearings?"})
        by = "bo" if day == 1 else "ada"
        posts.append(
            {
                "id": f"r{day}",
                "author": by,
                "time": at + 60,
                "text": "turbine bearings",
                "reply_to": f"q{day}",
            }
        )
    (folder / "posts.jsonl").write_text("\n".join(map(json.dumps, posts)))
    names = ("ada", "bo", "cy")
    (folder / "people.jsonl").write_text("\n".join(json.dumps({"id": one, "name": one}) for one in names))
    return folder


def test_a_community_is_replayed_and_the_curve_of_hits_against_the_largest_share_is_told(
    tmp_path: Path,
) -> None:
    folder = a_community(tmp_path / "set")
    done = CliRunner().invoke(evaluate, [str(folder), "--replay", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["questions"] == 14
    levels = {one["level"]: one for one in told["levels"]}
    assert {None, 0.0, LEVEL} <= levels.keys()
    assert levels[None]["hits"] == 1 and levels[None]["people"] == 2
    assert all(0.5 <= one["largest"] <= 1 for one in told["levels"])
    done = CliRunner().invoke(evaluate, [str(folder), "--replay", "--most", "5"])
    assert done.exit_code == 0 and "5 questions, three people asked each" in done.stdout
    assert "<- as it is" in done.stdout


def test_newcomers_are_replayed_and_three_ways_of_choosing_people_stand_side_by_side(
    tmp_path: Path,
) -> None:
    """Ten join and ask about pumps or invoices; who knows of the one answers them, while a third writes most of all."""
    folder, day = tmp_path / "set", 86_400
    posts: list[dict[str, object]] = []
    folder.mkdir()

    def write(author: str, at: int, text: str, **more: str) -> None:
        posts.append({"id": f"m{len(posts)}", "author": author, "time": at, "text": text, **more})

    about = {"pia": "The pump loses pressure at the valve", "ivo": "Each invoice needs a ledger entry"}
    for number in range(60):
        for author, text in about.items():
            write(author, number * 600, f"{text}, case {number}")
        for _post in range(2):
            write("max", number * 600, f"Lunch is ready, number {number}")
    for number in range(10):
        begin, (knower, text) = (number + 2) * day, list(about.items())[number % 2]
        write(f"new{number}", begin, f"{text}, who can help me")
        for who in (knower, "max" if number == 0 else f"new{max(number - 1, 0)}"):
            write(who, begin + 2 * day, "Yes", root=f"m{len(posts) - (1 if who == knower else 2)}")
    write("max", 200 * day, "Lunch")
    (folder / "posts.jsonl").write_text("\n".join(map(json.dumps, posts)))
    done = CliRunner().invoke(evaluate, [str(folder), "--newcomers", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["newcomers"] > 5 and set(told["ways"]) == {"who knows", "popularity", "same topic"}
    assert told["ways"]["who knows"]["MAP"] > told["ways"]["popularity"]["MAP"]
    done = CliRunner().invoke(evaluate, [str(folder), "--newcomers", "--most", "4"])
    assert "4 newcomers, with whom they talked" in done.stdout and "who knows less popularity" in done.stdout


def test_who_is_asked_all_the_time_is_spared_as_the_level_rises() -> None:
    """Three of four are asked each time: without levelling always the same."""
    known = tuple(Knower(id, 1.0 - id / 100) for id in range(1, 5))
    begun = datetime(2026, 6, 1, tzinfo=UTC)
    asked = [Sampled(begun + timedelta(hours=one), frozenset({1}), known) for one in range(40)]
    plain, levelled = replay(asked, None), replay(asked, LEVEL)
    assert (plain.hits, plain.people) == (1.0, 3) and plain.largest == pytest.approx(1 / 3)
    assert levelled.people == 4 and levelled.largest == pytest.approx(1 / 4, abs=0.01)
    assert levelled.hits == pytest.approx(3 / 4, abs=0.05)
