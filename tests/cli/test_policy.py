"""The command line for what the organisation chooses."""

import json
from pathlib import Path

import pytest
from msgspec import structs

from tests.cli.test_person import weetwie
from weetwie.access.enums import Ring
from weetwie.access.policy import Policy
from weetwie.cli.choices import given, line, shown
from weetwie.domain.policy.choose import chosen


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
    assert code == 0 and "Widest audience for posts and profiles: colleagues." in out and "not chosen" in out
    assert "widest_ring = network" in (await weetwie(dsn, "policy", "show"))[1]
    code, out, _err = await weetwie(dsn, "policy", "set", "widest_ring", "0", "--json")
    told = json.loads(out)
    assert (code, told["is_chosen"], told["widest_ring"]) == (0, True, "colleagues") and told["effects"]
    code, _out, err = await weetwie(dsn, "policy", "set", "works_council", "true")
    assert code == 4 and "two administrators" in err


POLICIES = (
    Policy(),
    Policy(
        name="2026", description="Who knows\nwhat?", default_ring=Ring.network, widest_ring=Ring.world, longest_post=5000,
        rules=("Be kind, always", "Be short"), languages=("nl",), sign_up_domains=("example.org",), sign_up_by_approval=True,
        contact_email="ada@example.org", assistant="", accent="a0b1c2", handover="own", never_inferred=("true",),
    ),
)  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
def test_each_choice_is_taken_as_it_is_shown(policy: Policy) -> None:
    found = shown(policy)
    assert set(Policy.__struct_fields__) - set(found) == {"version", "emojis"}
    for name, value in found.items():
        as_text = line(name, value).partition(" = ")[2]
        for text in (as_text, json.dumps(value)):
            assert chosen(policy, {name: given(name, text)}) == structs.replace(policy, version=1), (
                name,
                text,
            )


async def test_choices_are_made_by_the_names_that_are_shown(dsn: str) -> None:
    for name, value in (("default_ring", "network"), ("rules", "Be kind, Be short"), ("name", "2026")):
        code, _out, err = await weetwie(dsn, "policy", "set", name, value)
        assert code == 0, (name, err)
    lines = (await weetwie(dsn, "policy", "show"))[1].splitlines()
    assert {"default_ring = network", 'rules = ["Be kind", "Be short"]', "name = 2026"} <= set(lines)
    code, _out, err = await weetwie(dsn, "policy", "set", "default_ring", "everybody")
    assert code == 4 and "colleagues, network, world" in err
    code, _out, err = await weetwie(dsn, "policy", "set", "default_rings", "network")
    assert code == 4 and "no such choice" in err


async def test_a_connection_that_is_not_set_up_is_not_switched_on(dsn: str) -> None:
    for options in ([], ["--dry-run"]):
        code, _out, err = await weetwie(dsn, "policy", "set", "connections", "agents, remote_user", *options)
        assert code == 4 and "No proxy is set up. Add [remote_user]" in err
    assert "connections = []" in (await weetwie(dsn, "policy", "show"))[1]
    code, _out, err = await weetwie(dsn, "policy", "set", "connections", "agents, feeds")
    assert code == 0, err


async def test_when_people_work_is_checked_as_the_page_checks_it(dsn: str) -> None:
    wrong = {
        "holidays": ("Mars", "no public holidays for Mars"),
        "holidays_by_place": ("Lingen=DE-XX", "Lingen=DE-NI"),
        "time_zone": ("Mars/Base", "Europe/Amsterdam"),
    }
    for name, (value, why) in wrong.items():
        code, _out, err = await weetwie(dsn, "policy", "set", name, value)
        assert code == 4 and why in err, (name, err)
        code, _out, err = await weetwie(dsn, "policy", "set", name, value, "--dry-run")
        assert code == 4 and why in err, (name, err)
    for name, value in (("holidays", "nl"), ("holidays_by_place", "Lingen = de-ni"), ("time_zone", "UTC")):
        code, _out, err = await weetwie(dsn, "policy", "set", name, value)
        assert code == 0, (name, err)
    lines = (await weetwie(dsn, "policy", "show"))[1].splitlines()
    assert {"holidays = NL", 'holidays_by_place = ["Lingen=DE-NI"]', "time_zone = UTC"} <= set(lines)


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
    assert code == 4 and "signature doesn't match" in err
