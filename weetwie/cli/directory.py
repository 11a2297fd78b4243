"""The organisation's directory on the command line: is it asked as it should be, what would change, take it over."""

import sys

import click

from weetwie.cli.installation import Installation, in_house
from weetwie.runtime.json import Json


@click.group()
def directory() -> None:
    """Keep people as the organisation's directory (LDAP, Active Directory) has them."""


@directory.command()
@in_house
async def password(installation: Installation) -> None:
    """Store the password of the account that reads the directory, encrypted. It is read from standard input."""
    from weetwie.domain.identity import keys
    from weetwie.flows.directory_sync import PASSWORD

    given = click.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    async with installation.database.transaction() as db:
        await keys.put(db, installation.viewer, PASSWORD, given.rstrip("\r\n"))
    installation.say({"stored": True}, "Stored.")


@directory.command()
@in_house
async def check(installation: Installation) -> None:
    """Connect, read a first page of people, and look for the groups that are set. Nothing is changed."""
    from weetwie.flows import directory_check

    found = await directory_check.look(installation.database, installation.site)
    example: dict[str, str] = {
        name: getattr(found.example, name)
        for name in ("dn", "login", "name", "address", "unit", "place", "manager_dn")
    }
    plain: dict[str, Json] = {
        "url": found.url,
        "people": found.people,
        "skipped": found.skipped,
        "missing_groups": list(found.missing_groups),
        "example": example,
    }
    lines = [f"Connected to {found.url}: {found.people} people on the first page.", "The first of them:"]
    lines += [f"  {name:12} {value}" for name, value in example.items()]
    lines += [f"There is no group {group}." for group in found.missing_groups]
    if found.skipped:
        lines.append(f"{found.skipped} entries have no id or no name to log in with.")
    installation.say(plain, "\n".join(lines))


@directory.command()
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--confirm", is_flag=True, help="Let everyone who is gone and waits for a confirmation leave.")
@in_house
async def sync(installation: Installation, dry_run: bool, confirm: bool) -> None:
    """Compare everything and take it over. Who is gone leaves after the time of grace; many at once only with --confirm."""
    from weetwie.flows import directory_check, directory_sync

    database, site = installation.database, installation.site
    if dry_run:
        would = await directory_check.would_change(database, site)
        lines = [
            f"{len(names):6} {what}"
            + ("".join(f"\n         {name}" for name in names[:50]) if what != "read" else "")
            for what, names in would.items()
        ]
        installation.say(would, "\n".join(lines))
        return
    done = await directory_sync.sync(database, site, is_whole=True, confirms=confirm)
    words = (
        f"{done.read} read: {done.came} new, {done.changed} changed, {done.left} left, "
        f"{done.waiting} waiting for a confirmation, {len(done.refused)} refused."
    )
    refused = "".join(f"\n  {dn}: {why}" for dn, why in done.refused)
    installation.say({**done.numbers, "refusals": done.refused}, words + refused)
