"""A token on the command line, for scripts that speak the client API."""

import click

from weetwie.cli.installation import Installation, in_house


@click.command()
@click.argument("handle")
@click.option("--scopes", default="read", show_default=True, help='Its scopes, such as "read write".')
@in_house
async def token(installation: Installation, handle: str, scopes: str) -> None:
    """Print a new access token for a person and nothing else."""
    from weetwie.domain.identity import tokens
    from weetwie.domain.people.lookup import lookup

    async with installation.database.transaction() as db:
        person_id = await lookup(db, installation.viewer, handle)
        issued = await tokens.issue_by_hand(db, installation.viewer, person_id, scopes)
    installation.say({"access_token": issued.token, "scope": " ".join(issued.scopes)}, issued.token)
