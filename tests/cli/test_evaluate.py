"""`weetwie evaluate`: a set with judgements is asked and measured."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from weetwie.cli import measures
from weetwie.cli.evaluate import evaluate


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
