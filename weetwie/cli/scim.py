"""Directories on the command line: what they show to be let in."""

from datetime import datetime

import click

from weetwie.cli.installation import Installation, in_house


@click.group()
def scim() -> None:
    """Connect the organisation's directory by SCIM 2.0 at /scim/v2."""


@scim.command()
@click.option("--name", default="", help="A name for it, such as Entra ID.")
@click.option("--revoke", "revoked_id", type=int, metavar="ID", help="Revoke a token instead.")
@in_house
async def token(installation: Installation, name: str, revoked_id: int | None) -> None:
    """Print a new directory token and nothing else. It is never shown again."""
    from weetwie.domain.scim import tokens

    async with installation.database.transaction() as db:
        if revoked_id is not None:
            await tokens.revoke(db, installation.viewer, revoked_id)
            installation.say({"id": revoked_id}, f"Token {revoked_id} no longer works.")
            return
        token_id, token = await tokens.make(db, installation.viewer, name)
    installation.say({"id": token_id, "token": token}, token)


@scim.command("list")
@in_house
async def list_(installation: Installation) -> None:
    """List directory tokens."""
    from weetwie.domain.scim import tokens

    async with installation.database.reading() as db:
        found = await tokens.listed(db, installation.viewer)
    plain = [
        {
            "id": one.id,
            "name": one.name,
            "created_at": one.created_at.isoformat(),
            "used_at": one.used_at.isoformat() if one.used_at else None,
        }
        for one in found
    ]
    lines = [f"{one.id:6} {one.name or '-':24} {_day(one.used_at)}" for one in found]
    installation.say(plain, "\n".join(lines) or "No directory is connected.")


def _day(at: datetime | None) -> str:
    return f"last used {at:%Y-%m-%d}" if at else "never used"
