"""The command line for what the organisation chooses."""

import json
from pathlib import Path

from tests.cli.test_person import weetwie


async def test_topics_are_added_to_those_that_are_never_inferred_and_taken_out_again(dsn: str) -> None:
    code, out, _err = await weetwie(
        dsn, "policy", "never-inferred", "--add", "salaris*", "--add", "project lynx", "--json"
    )
    told = json.loads(out)
    assert (
        code == 0
        and told["here"] == ["salaris*", "project lynx"]
        and "vakbond*" in told["everywhere"]["union"]
    )
    code, out, _err = await weetwie(dsn, "policy", "never-inferred", "--remove", "salaris*")
    assert code == 0 and out.endswith("here: project lynx") and "health:" in out


async def test_a_change_says_what_it_does_and_a_dry_run_does_nothing(dsn: str) -> None:
    code, out, _err = await weetwie(dsn, "policy", "set", "widest_ring", "0", "--dry-run")
    assert code == 0 and "seen at most by: colleagues." in out and "not chosen" in out
    assert "widest_ring = 1" in (await weetwie(dsn, "policy", "show"))[1]
    code, out, _err = await weetwie(dsn, "policy", "set", "widest_ring", "0", "--json")
    told = json.loads(out)
    assert (code, told["is_chosen"], told["widest_ring"]) == (0, True, 0) and told["effects"]
    code, _out, err = await weetwie(dsn, "policy", "set", "works_council", "true")
    assert code == 4 and "two administrators" in err


async def test_a_statement_is_known_again(dsn: str, tmp_path: Path) -> None:
    code, out, _err = await weetwie(dsn, "policy", "statement")
    file = tmp_path / "statement.json"
    file.write_text(out)
    assert code == 0 and json.loads(out)["statement"]["works_council"]["is_on"] is False
    code, out, _err = await weetwie(dsn, "policy", "statement", "--verify", str(file))
    assert code == 0 and "All of it still holds." in out and "mode was off" in out
    await weetwie(dsn, "policy", "set", "name", "Harbour")
    _code, out, _err = await weetwie(dsn, "policy", "statement", "--verify", str(file))
    assert "What is otherwise now: name." in out
    file.write_text(file.read_text().replace("Weetwie", "Weetwee"))
    code, _out, err = await weetwie(dsn, "policy", "statement", "--verify", str(file))
    assert code == 4 and "signature does not fit" in err
