"""The command line for what the organisation chooses."""

import json

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
