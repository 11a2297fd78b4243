"""People on the command line: make them, look at them, and take them from standing to standing."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from weetwie.cli.installation import Installation, Option, in_house
from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.database.pool import Db
    from weetwie.views.people import Profile

STANDINGS = ["member", "alumnus", "guest"]


@click.group()
def person() -> None:
    """People: create, list, show, face, leave, farewell, wake, until, rejoin, suspend, unsuspend,
    reset-codes, erase."""


@person.command()
@click.argument("handle", required=False)
@click.option("--email", help="Their e-mail address; counts as confirmed.")
@click.option("--name", default="", help="Their display name.")
@click.option("--unit", default="", help="Their department.")
@click.option("--place", default="", help="Where they work.")
@click.option("--standing", type=click.Choice(STANDINGS), default="member", show_default=True)
@click.option("--sponsor", help="Username of the colleague who hosts a guest.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of a guest's access, such as 2026-12-31."
)
@click.option("--admin", "is_admin", is_flag=True, help="Make them an administrator.")
@click.option(
    "--password-stdin", "reads_password", is_flag=True, help="Read the password from standard input."
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Create everyone in a CSV file instead: columns `handle` and email; the other options may be columns too.",
)
@in_house
async def create(
    installation: Installation,
    handle: str | None,
    email: str | None,
    file: Path | None,
    until: datetime | None,
    is_admin: bool,
    reads_password: bool,
    **given: str,
) -> None:
    """Create a person, or everyone in a file. They can log in right away. Guests need --sponsor and --until.

    If someone was imported with this address, the new person takes over what was imported for them. From a file all are created,
    or nobody if a line is wrong.
    """
    from weetwie.cli import create as creating

    if file is not None:
        if handle or email:
            raise click.UsageError("Give a username with --email, or a file, not both.")
        made = await creating.create_all(installation, file)
        plain = [{"id": str(person_id), "handle": one} for person_id, one in made]
        installation.say(plain, "\n".join(f"Created {one}." for _id, one in made))
        return
    if not handle or not email:
        raise click.UsageError("Give a username with --email, or a file.")
    one = {
        **given,
        "handle": handle,
        "email": email,
        "until": until.date().isoformat() if until else "",
        "admin": "yes" if is_admin else "",
    }
    hash = await _password_hash() if reads_password else None
    async with installation.database.transaction() as db:
        person_id = await creating.create_one(installation, db, one, hash)
    installation.say({"id": str(person_id), "handle": handle}, f"Created {handle}.")


async def _password_hash() -> str:
    from weetwie.domain.identity import passwords

    return await passwords.hashed(sys.stdin.readline().rstrip("\r\n"))


@person.command("list")
@click.option("--standing", type=click.Choice(STANDINGS), help="List only these.")
@in_house
async def list_(installation: Installation, standing: str | None) -> None:
    """List all people by username."""
    from weetwie.access.enums import Standing
    from weetwie.domain.people.roll import roll

    async with installation.database.reading() as db:
        ids = await roll(db, installation.viewer, Standing[standing] if standing else None)
        found = await profiles(db, installation, ids)
    installation.say([_plain(one) for one in found], "\n".join(_line(one) for one in found))


@person.command()
@click.argument("handle")
@in_house
async def show(installation: Installation, handle: str) -> None:
    """Show one person."""
    from weetwie.domain.people.lookup import lookup

    async with installation.database.reading() as db:
        (profile,) = await profiles(db, installation, [await lookup(db, installation.viewer, handle)])
    plain = _plain(profile)
    installation.say(
        plain, "\n".join(f"{name}: {value}" for name, value in plain.items() if value not in (None, "", []))
    )


@person.command()
@click.argument("handle")
@click.option("--reason", default="left", show_default=True, help="A code such as retirement or dismissal.")
@in_house
async def leave(installation: Installation, handle: str, reason: str) -> None:
    """End a person's membership right away: a colleague becomes a paused alum, a guest's access ends.

    For a reason listed in the policy suspends_on, the account is suspended as well.
    """
    from weetwie.domain.people.leave import leave as act

    await _act(installation, handle, act, "{handle} has left.", reason=reason)


@person.command()
@click.argument("handle")
@in_house
async def farewell(installation: Installation, handle: str) -> None:
    """Send someone who has left a link to say that they want to stay in touch. It works once, for sixty days.

    It goes to their personal address, or else to the one at work. If there is none, if mail bounces, or if no mail is sent from
    here, the link is printed. Their browser then tells them that others could see it, and anything they set up with it ends
    when they return as a colleague.
    """
    from weetwie.domain.people.lookup import lookup
    from weetwie.flows import offboard

    async with installation.database.transaction() as db:
        person_id = await lookup(db, installation.viewer, handle)
        link = await offboard.hand_out_link(installation.context(db), person_id)
    said = link or "The link is on its way to an address of theirs."
    installation.say({"id": str(person_id), "handle": handle, "link": link}, said)


@person.command()
@click.argument("handle")
@in_house
async def wake(installation: Installation, handle: str) -> None:
    """Approve someone who left and wants to stay in touch as an alum."""
    from weetwie.domain.people.farewell import approve as act

    await _act(installation, handle, act, "{handle} is an alumnus now.")


@person.command()
@click.argument("handle")
@click.argument("day")
@in_house
async def until(installation: Installation, handle: str, day: str) -> None:
    """Set a person's last day, such as 2026-12-31 (UTC). A colleague's end date can't be removed this way."""
    from weetwie.domain.people.end import set_end as act

    try:
        end = None if day == "never" else datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise click.BadParameter("Write a day such as 2026-12-31, or never.", param_hint="DAY") from None
    await _act(
        installation, handle, act, "{handle} has a new last day." if end else "{handle} stays.", until=end
    )


@person.command()
@click.argument("handle")
@in_house
async def rejoin(installation: Installation, handle: str) -> None:
    """Restore someone who left."""
    from weetwie.domain.people.rejoin import rejoin as act

    await _act(installation, handle, act, "{handle} is back.")


@person.command("reset-codes")
@click.argument("handle")
@in_house
async def reset_codes(installation: Installation, handle: str) -> None:
    """Turn off HANDLE's two-step verification until they set it up again: for someone who lost both the app and the recovery codes.

    Make sure that it is really them asking.
    """
    from weetwie.domain.identity.one_time import reset as act

    await _act(
        installation, handle, act, "{handle} signs in without a code now, and should set codes up again."
    )


@person.command()
@click.argument("handle")
@in_house
async def suspend(installation: Installation, handle: str) -> None:
    """Suspend a person: nobody sees their posts, and they see nothing, until you lift it. They are notified and can object once."""
    from weetwie.domain.people.lookup import lookup
    from weetwie.flows import moderate

    async with installation.database.transaction() as db:
        person_id = await lookup(db, installation.viewer, handle)
        await moderate.suspend_now(installation.context(db), person_id)
    installation.say({"id": str(person_id), "handle": handle}, f"{handle} is suspended.")


@person.command()
@click.argument("handle")
@in_house
async def unsuspend(installation: Installation, handle: str) -> None:
    """Lift a suspension."""
    from weetwie.domain.people.suspend import unsuspend as act

    await _act(installation, handle, act, "{handle} is no longer suspended.")


@person.command()
@click.argument("handle")
@click.option("--keep-posts", "keeps_posts", is_flag=True, help="Keep their posts, without their name.")
@in_house
async def erase(installation: Installation, handle: str, keeps_posts: bool) -> None:
    """Delete a person permanently, with all their posts."""
    from weetwie.domain.people.erase import erase as act

    said = "Deleted {handle} permanently. Older backups still contain them until you delete those; restoring one deletes them again."
    await _act(installation, handle, act, said, keeps_posts=keeps_posts)


@person.command()
@click.argument("handle")
@click.argument("roles", nargs=-1)
@in_house
async def roles(installation: Installation, handle: str, roles: tuple[str, ...]) -> None:
    """Set a colleague's roles: administrator, people_admin, moderator, or none."""
    from weetwie.access.enums import Role
    from weetwie.domain.people.roles import give, read

    wanted = read(list(roles))
    told = ", ".join(sorted(wanted)) or "none"
    changes = {role: role in wanted for role in Role}
    await _act(installation, handle, partial(give, changes=changes), f"{{handle}} has these roles: {told}.")


@person.command()
@click.argument("handle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--header", "is_header", is_flag=True, help="Set the cover photo instead.")
@in_house
async def face(installation: Installation, handle: str, file: Path, is_header: bool) -> None:
    """Set a person's profile photo."""
    from weetwie.domain.media.upload import UploadedFile
    from weetwie.domain.people.lookup import lookup
    from weetwie.domain.people.rules import Changes
    from weetwie.flows import profile

    kind = "header" if is_header else "face"
    async with installation.database.transaction() as db:
        person_id = await lookup(db, installation.viewer, handle)
        with file.open("rb") as content:
            given = UploadedFile(content, file.stat().st_size)
            await profile.change(installation.context(db), Changes(), person_id, **{kind: given})
    installation.say({"id": str(person_id), "handle": handle}, f"{handle} has a new {kind}.")


async def _act(
    installation: Installation, handle: str, act: Callable[..., Awaitable[None]], done: str, **more: Option
) -> None:
    from weetwie.domain.people.lookup import lookup

    async with installation.database.transaction() as db:
        person_id = await lookup(db, installation.viewer, handle)
        await act(db, installation.viewer, person_id, **more)
    installation.say({"id": str(person_id), "handle": handle}, done.format(handle=handle))


async def profiles(db: "Db", installation: Installation, ids: list[int]) -> "list[Profile]":
    """In the order of the ids."""
    from weetwie.views import people as seen_people

    return await seen_people.records(db, installation.viewer, ids)


def _plain(profile: "Profile") -> dict[str, Json]:
    from weetwie.access.enums import Standing

    return {
        "id": str(profile.id),
        "handle": profile.handle,
        "name": profile.name,
        "standing": Standing(profile.standing).name,
        "dormant": profile.is_dormant,
        "suspended": profile.suspended_at is not None,
        "admin": profile.is_admin,
        "people_admin": profile.is_people_admin,
        "moderator": profile.is_moderator,
        "compliance": profile.is_compliance,
        "has_joined": profile.has_joined,
        "unit": profile.unit,
        "place": profile.place,
        "joined_at": _day(profile.joined_at),
        "left_at": _day(profile.left_at),
        "until": _day(profile.until),
    }


def _day(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _line(profile: "Profile") -> str:
    plain = _plain(profile)
    flags = [flag for flag in ("dormant", "suspended", "admin", "people_admin", "moderator") if plain[flag]]
    return f"{profile.handle:24} {plain['standing']:8} {profile.name} {' '.join(f'[{flag}]' for flag in flags)}".rstrip()
