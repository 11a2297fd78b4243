"""The key that secrets in the database are sealed with: look at it, make one, change it, go on without it."""

import base64
from typing import TYPE_CHECKING

import click

from weetwie.cli.keep import keeping
from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.serve.lost_keys import LostKeys
    from weetwie.settings import Settings


@click.group()
def key() -> None:
    """The key that encrypts secrets: show, make, change, lost."""


@key.command()
@keeping
async def show(settings: "Settings") -> tuple[Json, str, int]:
    """Show where the key is and whether it decrypts the secrets in the database. Never prints the key."""
    from weetwie.security.sealing import name_of
    from weetwie.serve import database, keys

    async with database.running(settings) as dsn:
        await keys.look(settings, dsn)
    where = "WEETWIE_SECRET_KEY" if settings.secret_key else str(keys.place(settings))
    names = [name_of(one).hex() for one in keys.read(settings)]
    return (
        {"where": where, "keys": names},
        f"{where}: {', '.join(names)} (the first one encrypts). It works.",
        0,
    )


@key.command()
def make() -> None:
    """Print a new key for WEETWIE_SECRET_KEY or for the key file. Changes nothing."""
    from weetwie.serve import keys

    click.echo(base64.urlsafe_b64encode(keys.new()).decode())


@key.command()
@keeping
async def change(settings: "Settings") -> tuple[Json, str, int]:
    """Encrypt all secrets with a new key.

    With a key file, the new key becomes its first line; the old one stays below it until you remove it. Other hosts need it
    first: run `weetwie key make`, add the new line below the old one in each host's file, then move it above, then run this
    command. With WEETWIE_SECRET_KEY, everything is encrypted with the first key in it.
    """
    from weetwie.serve import database, keys

    async with database.running(settings) as dsn:
        await database.made_ready(settings, dsn)
        found = keys.read(settings)
        if not settings.secret_key and len(found) == 1:
            keys.write(keys.place(settings), [keys.new(), *found])
        count = await keys.change(settings, dsn)
    text = f"{count} secrets are now encrypted with the first key. The older keys are only needed for older backups: once every process has been restarted, remove them from the file and store them with those backups."
    return {"sealed": count}, text, 0


@key.command()
@click.option("--yes", "is_sure", is_flag=True, help="Confirm.")
@keeping
async def lost(settings: "Settings", is_sure: bool) -> tuple[Json, str, int]:
    """Continue without a lost key: what can be recreated is recreated. Two-step verification stays on for everyone."""
    from weetwie.errors import Conflict
    from weetwie.serve import database, lost_keys

    async with database.running(settings) as dsn:
        await database.bring_up_to_date(dsn)
        if not await lost_keys.is_lost(settings, dsn):
            raise Conflict("The key is here and works. Nothing was changed.")
        if not is_sure:
            raise Conflict("This cannot be undone. If the key is lost for good: weetwie key lost --yes")
        found = await lost_keys.lost(settings, dsn)
    import msgspec

    return msgspec.to_builtins(found), "\n".join(told_of_lost(found)), 0


def told_of_lost(found: "LostKeys") -> list[str]:
    """What has to be set up again, one line each."""
    lines = []
    if found.people:
        lines.append(
            f"The verification codes of {', '.join(found.people)} no longer work, but are still asked for: these people log in with a recovery code, or after `weetwie person reset-codes HANDLE`, and set them up again."
        )
    if found.devices:
        lines.append(
            f"{found.devices} devices get no push notifications until they are turned on there again."
        )
    if found.sessions:
        lines.append(
            f"{found.sessions} people who logged in with single sign-on are no longer logged out there when they log out here, until they log in again."
        )
    if found.addresses:
        lines.append(
            f"{found.addresses} addresses of imported people who have not joined are no longer recognised: import the list of people again."
        )
    lines.append(
        "Signed policy statements, the checkpoint of a shortened audit log, and the addresses in it can no longer be checked or read. Everything else was recreated."
    )
    return lines
