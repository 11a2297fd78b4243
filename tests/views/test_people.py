"""People as a viewer sees them: each field of a profile shows to those for whom it is, and is empty for all others."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.world import Someone, World
from weetwie.access import profile_words, viewer as viewers
from weetwie.access.enums import Ring
from weetwie.errors import Forbidden
from weetwie.views import people as seen_people
from weetwie.views.people import Profile

CARD = {"id", "version", "detail", "handle", "name", "face", "face_description", "standing", "is_bot", "suspended_at"}  # fmt: skip
"""What docs/law.md lets everybody read who sees a person at all."""
AT_WORK = {"unit", "place", "manager_id", "lately"}
OWN = {"is_admin", "is_people_admin", "is_moderator", "is_compliance", "is_limited"}


async def filled(world: World, ring: Ring) -> Someone:
    """Somebody of whom every field is filled in."""
    chief = await world.member("chief")
    someone = await world.member(
        "ada",
        profile_ring=int(ring),
        name="Ada",
        bio="Bees",
        fields=[{"name": "Hobby", "value": "Bees"}],
        face="a.png",
        header="b.png",
        face_description="Ada",
        header_description="Bees",
        languages=["en"],
        **dict.fromkeys(profile_words.NAMES, "Hives"),
        manager_id=chief.id,
        until=datetime(2030, 1, 1, tzinfo=UTC),
        left_at=datetime(2029, 1, 1, tzinfo=UTC),
        is_dormant=True,
        has_joined=False,
        is_admin=True,
        is_people_admin=True,
        is_moderator=True,
        is_compliance=True,
        is_limited=True,
        is_bot=True,
        is_locked=True,
        hides_follows=True,
        shows_media=False,
        shows_media_replies=False,
        shows_featured=False,
    )
    for name, choice in (("bees", 0), ("hives", 1)):
        await world._insert("topics", person_id=someone.id, key=name, name=name, choice=choice)
    await world.post(someone, "Hello", ring=Ring.network)
    return someone


async def as_seen_by(world: World, onlooker: Someone | None, someone: Someone) -> Profile:
    seen = await seen_people.person(world.db, await world.viewer(onlooker), someone.id)
    (profile,) = await seen_people.profiles(world.db, [seen])
    return profile


def empty(profile: Profile) -> set[str]:
    """The fields that stand as if nobody had ever filled them in."""
    given = {name: getattr(profile, name) for name in CARD}
    blank = Profile(**given)
    return {name for name in Profile.__struct_fields__ if getattr(profile, name) == getattr(blank, name)}


async def test_whoever_sees_the_card_alone_gets_no_field_beyond_it(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    guest = await world.guest("gus", sponsor=ada)
    other = await world.alumnus("alf")
    await world.change(guest, sponsor_id=(await world.member("bo")).id)
    await world.follow(guest, ada)
    for onlooker in (guest, other):
        profile = await as_seen_by(world, onlooker, ada)
        assert set(Profile.__struct_fields__) - empty(profile) == set(), (
            "a field shows that is not of the card"
        )
        assert profile.name == "Ada"


async def test_whoever_sees_a_profile_by_a_tie_gets_no_place_at_work(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    alumnus = await world.alumnus("alf", follows=[ada])
    profile = await as_seen_by(world, alumnus, ada)
    assert empty(profile) == CARD | AT_WORK | OWN
    assert profile.bio == "Bees"


async def test_a_colleague_gets_all_but_what_is_for_oneself(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    await world.change(ada, is_dormant=False)
    profile = await as_seen_by(world, await world.member("bo"), ada)
    assert empty(profile) == CARD | OWN | {"is_dormant"}
    assert profile.unit == "Hives"


async def test_everybody_gets_all_of_themselves(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    await world.change(ada, is_dormant=False)
    assert empty(await as_seen_by(world, ada, ada)) == CARD | {"is_dormant"}


async def test_nothing_is_counted_of_whom_one_sees_the_card_alone(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    guest = await world.guest("gus", sponsor=await world.member("bo"))
    await world.follow(guest, ada)
    seen = await seen_people.person(world.db, await world.viewer(guest), ada.id)
    assert (seen.followers_count, seen.posts_count, seen.last_post_id) == (0, 0, 0)


async def test_people_who_are_seen_unlike_stand_beside_each_other(world: World) -> None:
    """Streams load at once what several people are shown."""
    ada = await filled(world, Ring.colleagues)
    alumnus = await world.alumnus("alf")
    seen = [
        await seen_people.person(world.db, await world.viewer(one), ada.id)
        for one in (alumnus, await world.member("bo"))
    ]
    card, whole = await seen_people.profiles(world.db, seen)
    assert (card.unit, whole.unit) == ("", "Hives")


async def test_the_system_reads_all_of_everybody_and_is_nobody(world: World) -> None:
    ada = await filled(world, Ring.colleagues)
    gone = await world.member("gone")
    await world.erase(gone)
    system = viewers.system((await world.viewer(None)).policy)
    (profile,) = await seen_people.records(world.db, system, [gone.id, ada.id])
    assert (profile.unit, profile.is_admin, profile.is_dormant) == ("Hives", True, True)
    assert not await seen_people.people(world.db, system, [ada.id])
    await world.suspend(ada)
    (profile,) = await seen_people.records(world.db, system, [ada.id])
    assert (profile.unit, profile.is_admin) == ("", True)


async def test_nobody_else_reads_as_the_system_does(world: World) -> None:
    admin = await world.member("admin", is_admin=True)
    with pytest.raises(Forbidden):
        await seen_people.records(world.db, await world.viewer(admin), [admin.id])


def test_every_field_of_a_profile_is_empty_unless_it_is_filled() -> None:
    """So that one which is added and forgotten in the law shows to nobody."""
    fields = {one.name: one for one in msgspec.structs.fields(Profile)}
    assert {name for name, one in fields.items() if one.required} == CARD
