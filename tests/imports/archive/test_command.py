"""Archives on the command line, as programs of their own."""

from pathlib import Path

from tests.imports.archive.making import FOLLOWERS, note, outbox
from tests.imports.test_command import as_json, weetwie
from tests.world import World


async def test_from_preview_to_removal(dsn: str, tmp_path: Path) -> None:
    world = await World.open(dsn, is_kept=True)
    await world.member("ada")
    await world.close()
    file = tmp_path / "outbox.json"
    file.write_bytes(outbox(note(1), note(2, to=[FOLLOWERS]), note(3)))
    code, out, err = await weetwie(dsn, "mastodon", file, "--as", "ada", "--preview")
    assert (code, err) == (0, ""), err
    assert out.splitlines() == [
        "2 posts of @ada@social.example from 2023-01-01 to 2023-01-03",
        "Languages: ? 2",
        "1 left out: for followers only",
    ]
    code, _, err = await weetwie(dsn, "mastodon", file, "--as", "ada")
    assert code == 1 and "Import these as posts of @ada?" in err and "2 posts" in err
    assert await as_json(dsn, "list") == []
    assert (await as_json(dsn, "mastodon", file, "--as", "@ada", "--yes"))["new"] == 2
    (entry,) = await as_json(dsn, "list")
    assert (entry["kind"], entry["posts"], entry["whose"]) == ("mastodon", 2, "ada")
    assert "@ada: mastodon @ada@social.example" in (await weetwie(dsn, "list"))[1]
    assert (await as_json(dsn, "remove", entry["id"]))["posts"] == 2


async def test_what_is_wrong_is_said_plainly(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "tweets.js"
    file.write_bytes(b"window.YTD.tweets.part0 = [ {")
    code, _, err = await weetwie(dsn, "twitter", file, "--as", "nobody", "--yes")
    assert (code, err) == (3, "Nobody here has the username nobody.\n")
    world = await World.open(dsn, is_kept=True)
    await world.member("ada")
    await world.close()
    code, _, err = await weetwie(dsn, "twitter", file, "--as", "ada", "--yes")
    assert code == 4 and err.startswith("This file is damaged.")
    assert await as_json(dsn, "list") == []
