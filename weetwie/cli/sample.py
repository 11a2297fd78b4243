"""The sample company on the command line: put it up, take it out again."""

import os

import click

from weetwie.cli.installation import Installation, in_house
from weetwie.runtime.json import Json


@click.command()
@click.option("--remove", "is_removal", is_flag=True, help="Remove it, with everything done as its people.")
@click.option("--force", "beside_others", is_flag=True, help="Load it even if people have already posted.")
@in_house
async def sample(installation: Installation, is_removal: bool, beside_others: bool) -> None:
    """A made-up company to explore: forty people and a year and a half of posts.

    Prints who to log in as; run again, it only sets a new password. When you remove it, posts by real people stay, even replies
    to the sample.
    """
    from weetwie.flows.imports.clear import clear
    from weetwie.serve import sample as samples, store
    from weetwie.settings import read

    kept = store.chosen(
        read(os.environ, given={"data": installation.data.absolute() if installation.data else None})
    )
    if is_removal:
        removed = await clear(installation.database, installation.viewer, kept)
        installation.say(
            {"posts": removed.posts, "people": removed.people},
            f"Removed the sample company: {removed.posts} posts and boosts, {removed.people} people.",
        )
        return
    found = await samples.put_up(
        installation.database, installation.viewer, kept, beside_others=beside_others
    )
    plain: dict[str, Json] = {
        "handle": found.handle,
        "password": found.password,
        "is_new": found.filled is not None,
        "people": found.filled.people if found.filled else None,
        "posts": found.filled.posts if found.filled else None,
    }
    installation.say(plain, samples.told(found))
