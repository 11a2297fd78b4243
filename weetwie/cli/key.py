"""The key that secrets in the database are sealed with: look at it, make one, change it, go on without it."""

import base64
from typing import TYPE_CHECKING, Any

import click

from weetwie.cli.keep import keeping

if TYPE_CHECKING:
    from weetwie.serve.keys import Lost
    from weetwie.settings import Settings


@click.group()
def key() -> None:
    """The key that secrets are sealed with: show, make, change, lost."""


@key.command()
@keeping
async def show(settings: "Settings") -> tuple[Any, str, int]:
    """Where the key is, and whether it opens what is in the database. Never the key itself."""
    from weetwie.security.sealing import name_of
    from weetwie.serve import database, keys

    async with database.running(settings) as dsn:
        await keys.look(settings, dsn)
    where = "WEETWIE_SECRET_KEY" if settings.secret_key else str(keys.place(settings))
    names = [name_of(one).hex() for one in keys.read(settings)]
    return {"where": where, "keys": names}, f"{where}: {', '.join(names)} (the first seals). It opens.", 0


@key.command()
def make() -> None:
    """Print a new key, for WEETWIE_SECRET_KEY or for a line of the key file. Changes nothing."""
    from weetwie.serve import keys

    click.echo(base64.urlsafe_b64encode(keys.new()).decode())


@key.command()
@keeping
async def change(settings: "Settings") -> tuple[Any, str, int]:
    """Seal everything with a new key.

    Where the key is in a file, the new one is put on its first line; the old one stays below it until you take it out. Other hosts
    need the file before: `weetwie key make`, the new line below the old one in the file of each host, then above it, then
    this command. Where it is in WEETWIE_SECRET_KEY, everything is sealed with the first one there.
    """
    from weetwie.serve import database, keys

    async with database.running(settings) as dsn:
        await database.made_ready(settings, dsn)
        found = keys.read(settings)
        if not settings.secret_key and len(found) == 1:
            keys.write(keys.place(settings), [keys.new(), *found])
        count = await keys.change(settings, dsn)
    text = (
        f"{count} secrets are sealed with the first key now. The older ones are needed for older backups alone: "
        "take them out of the file once each process was started anew, and keep them with those backups."
    )
    return {"sealed": count}, text, 0


@key.command()
@click.option("--yes", "is_sure", is_flag=True, help="Do so.")
@keeping
async def lost(settings: "Settings", is_sure: bool) -> tuple[Any, str, int]:
    """Go on without the key, where it is lost for good: what can be made anew is made anew. Nobody's one-time codes are switched off."""
    from weetwie.errors import Conflict
    from weetwie.serve import database, keys

    async with database.running(settings) as dsn:
        await database.bring_up_to_date(dsn)
        if not await keys.is_lost(settings, dsn):
            raise Conflict("The key is here, and opens what is in the database. Nothing was changed.")
        if not is_sure:
            raise Conflict("This cannot be undone. If the key is lost for good: weetwie key lost --yes")
        found = await keys.lost(settings, dsn)
    import msgspec

    return msgspec.to_builtins(found), "\n".join(told_of_lost(found)), 0


def told_of_lost(found: "Lost") -> list[str]:
    """What has to be set up again, one line each."""
    lines = []
    if found.people:
        lines.append(
            f"One-time codes of {', '.join(found.people)} no longer fit, and are still asked for: they sign in with a recovery code, "
            "or after `weetwie person reset-codes HANDLE`, and set them up again."
        )
    if found.devices:
        lines.append(
            f"{found.devices} devices are no longer told by push, until it is switched on there again."
        )
    if found.sessions:
        lines.append(
            f"{found.sessions} people who signed in with a provider are no longer signed out there when they sign out here, until they "
            "sign in again."
        )
    if found.addresses:
        lines.append(
            f"{found.addresses} addresses of people who came with an import and have not joined are not recognised any more: "
            "bring the list of people in again."
        )
    lines.append(
        "Signed statements of the policy, the checkpoint of the audit trail where it was cut, and where acts came from can "
        "no longer be checked or read. All the rest was made anew."
    )
    return lines
