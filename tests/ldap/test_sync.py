"""People are as the directory has them: a real one, read by pages and by change; an answer that is not whole changes nobody."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from PIL import Image

from tests import slapd
from tests.ldap.conftest import Company
from tests.slapd import GROUPS, PEOPLE, Slapd
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.directory import entries
from weetwie.domain.people.erase import erase
from weetwie.errors import Conflict, Forbidden, Invalid, Unavailable
from weetwie.flows import directory_check, directory_sync
from weetwie.ldap import connection, reading
from weetwie.ldap.connection import AwayDirectory, HalfAnswer
from weetwie.runtime import clock

pytestmark = pytest.mark.needs("slapd")


def photo(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (90, 90), colour).save(file, "JPEG")
    return file.getvalue()


async def test_people_come_with_their_unit_place_manager_and_language(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann", manager=f"uid=bo,{PEOPLE}", ou="Pumps", l="Lingen", preferredLanguage="nl-NL")
    await ldap.person("bo", displayName="Bø Berg, Dr.")
    done = await company.sync()
    assert (done.read, done.came, done.refused) == (2, 2, [])
    ann, bo = await company.person("ann"), await company.person("bo")
    assert (ann["name"], ann["handle"], ann["unit"], ann["place"]) == ("Ann", "ann", "Pumps", "Lingen")
    assert ann["manager_id"] == bo["id"] and bo["name"] == "Bø Berg, Dr."
    assert ann["default_language"] == "nl"
    assert (await company.sync()).numbers == {
        "read": 2, "came": 0, "changed": 0, "left": 0, "waiting": 0, "refused": 0,
    }  # fmt: skip


BO_OF_LONG_AGO = f"""
dn: uid=bo,{PEOPLE}
objectClass: inetOrgPerson
cn: bo
sn: bo
uid: bo
mail: bo@house.example
modifyTimestamp: 20200101000000Z
"""


@pytest.mark.parametrize("ldap", [pytest.param(BO_OF_LONG_AGO, id="one is old")], indirect=True)
async def test_what_changes_there_changes_here_without_everything_being_read(
    company: Company, ldap: Slapd
) -> None:
    dn = await ldap.person("ann", ou="Pumps")
    assert (await company.sync()).read == 2
    await ldap.put(dn, ou="Valves", displayName="Ann Smit")
    done = await company.sync(is_whole=False)
    assert not done.is_whole and (done.read, done.changed) == (1, 1)
    ann = await company.person("ann")
    assert (ann["name"], ann["unit"]) == ("Ann Smit", "Valves")
    assert [run["is_whole"] for run in await company.runs()] == [True, False]


async def test_an_entry_that_is_renamed_stays_the_same_person(company: Company, ldap: Slapd) -> None:
    dn = await ldap.person("ann")
    await company.sync()
    before = await company.person("ann")
    await ldap.rename(dn, "uid=ann.smit")
    await company.sync()
    assert (await company.person("ann.smit"))["id"] == before["id"]


async def test_more_than_a_page_of_people_comes_whole(
    company: Company, monkeypatch: pytest.MonkeyPatch, ldap: Slapd
) -> None:
    monkeypatch.setattr(connection, "PAGE", 7)
    for number in range(30):
        await ldap.person(f"p{number:02}")
    assert (await company.sync()).came == 30


async def test_who_is_gone_leaves_after_the_time_of_grace_and_comes_back_as_themselves(
    company: Company, ldap: Slapd
) -> None:
    company.set(grace_days=3)
    dn = await ldap.person("ann")
    await ldap.person("bo")
    await company.sync()
    ann = await company.person("ann")
    await ldap.remove(dn)
    assert (await company.sync()).left == 0 and await company.is_member("ann")
    clock.stop(clock.now() + timedelta(days=3, minutes=1))
    assert (await company.sync()).left == 1 and not await company.is_member("ann")
    await ldap.person("ann")
    await company.sync()
    again = await company.world.connection.fetch("select * from people where handle = 'ann'")
    assert [row["id"] for row in again] == [ann["id"]] and again[0]["standing"] == ann["standing"]


async def test_who_is_back_within_the_time_of_grace_has_never_been_away(
    company: Company, ldap: Slapd
) -> None:
    company.set(grace_days=3)
    await ldap.person("ann")
    await ldap.person("bo")
    await company.sync()
    company.set(grace_days=3, people_filter="(uid=bo)")
    await company.sync()
    company.set(grace_days=3)
    await company.sync()
    clock.stop(clock.now() + timedelta(days=4))
    assert (await company.sync()).left == 0 and await company.is_member("ann")


@pytest.mark.parametrize("ended", ["1", "20600"])
async def test_an_end_that_has_come_lets_somebody_leave(company: Company, ldap: Slapd, ended: str) -> None:
    dn = await ldap.person("ann", shadowExpire="-1")
    await ldap.person("bo")
    await company.sync()
    await ldap.put(dn, shadowExpire=ended)
    assert (await company.sync()).left == 1
    assert not await company.is_member("ann") and await company.is_member("bo")


async def test_many_at_once_wait_until_an_administrator_has_confirmed_them(
    company: Company, ldap: Slapd
) -> None:
    for number in range(12):
        await ldap.person(f"p{number:02}")
    await company.sync()
    for number in range(3):
        await ldap.remove(f"uid=p{number:02},{PEOPLE}")
    done = await company.sync()
    assert (done.left, done.waiting) == (0, 3)
    world = company.world
    chief = await world.member("chief", is_admin=True)
    async with world.database.transaction() as db:
        context = directory_context(company, db, await world.viewer(chief))
        stands = await directory_check.standing(context)
        assert {one.person.handle for one in stands.leavers} == {"p00", "p01", "p02"}
        (first, *_others) = stands.leavers
        assert await directory_check.confirm(context, [first.id]) == 1
    done = await company.sync(is_whole=False)
    assert (done.is_whole, done.left, done.waiting) == (True, 1, 2)
    bo = await world.viewer(await world.member("bo"))
    with pytest.raises(Forbidden):
        await directory_check.confirm(directory_context(company, world.db, bo), [first.id])


def directory_context(company: Company, db: Db, viewer: Viewer) -> Context:
    return Context(db, viewer, company.site)


async def test_few_at_a_time_are_as_many_in_the_end(company: Company, ldap: Slapd) -> None:
    """One after the other within a day is the same as all at once."""
    for number in range(12):
        await ldap.person(f"p{number:02}")
    await company.sync()
    left = []
    for number in range(3):
        await ldap.remove(f"uid=p{number:02},{PEOPLE}")
        left.append((await company.sync()).left)
    assert left == [1, 0, 0]


async def test_an_outage_lets_nobody_leave_and_is_written_down(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    await company.sync()
    ldap.stop()
    with pytest.raises(AwayDirectory):
        await company.sync()
    assert await company.is_member("ann")
    assert "isn't responding: Connection refused." in (await company.runs())[-1]["error"]
    ldap.start()
    assert (await company.sync()).read == 1


async def test_an_empty_answer_and_one_that_is_cut_off_let_nobody_leave(
    company: Company, ldap: Slapd
) -> None:
    for uid in ("ann", "bo"):
        await ldap.person(uid)
    await company.sync()
    for more in ({"people_filter": "(uid=nobody)"}, {"people_base": f"ou=gone,{slapd.BASE}"}):
        company.set(grace_days=0, **more)
        with pytest.raises(HalfAnswer):
            await company.sync()
    assert await company.is_member("ann") and await company.is_member("bo")


@contextmanager
def half_way(port: int, after: int) -> Iterator[int]:
    """A server that goes away in the middle of what it says: bytes of another are passed on up to so many."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    taken, _from = listening.accept()
                except OSError:
                    return
                there = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=copy, args=(taken, there, None), daemon=True).start()
                threading.Thread(target=copy, args=(there, taken, after), daemon=True).start()

        def copy(source: socket.socket, target: socket.socket, left: int | None) -> None:
            try:
                while piece := source.recv(4096):
                    part = piece if left is None else piece[:left]
                    target.sendall(part)
                    if left is not None:
                        left -= len(part)
                        if left <= 0:
                            break
            except OSError:
                pass
            finally:
                for one in (source, target):
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


async def test_a_server_that_goes_away_in_the_middle_lets_nobody_leave(company: Company, ldap: Slapd) -> None:
    for number in range(40):
        await ldap.person(f"p{number:02}", description="x" * 400)
    await company.sync()
    with half_way(ldap.tls_port, 9000) as port:
        company.set(grace_days=0, urls=[f"ldaps://localhost:{port}"])
        with pytest.raises(Unavailable):
            await company.sync()
    members = await company.world.connection.fetchval("select count(*) from people where standing = 0")
    assert members == await company.world.connection.fetchval("select count(*) from directory_entries")
    assert (await company.runs())[-1]["error"]


async def test_a_server_that_does_not_answer_is_given_up(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        company.set(urls=[f"ldaps://localhost:{silent.getsockname()[1]}"])
        with pytest.raises(AwayDirectory):
            await company.sync()


async def test_the_next_server_is_asked_where_the_first_does_not_answer(
    company: Company, ldap: Slapd
) -> None:
    await ldap.person("ann")
    company.set(urls=["ldaps://localhost:1", f"ldap://localhost:{ldap.port}"])
    assert (await company.sync()).came == 1


async def test_without_a_certificate_that_is_good_nothing_is_said(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    for url in (f"ldaps://localhost:{ldap.tls_port}", f"ldap://localhost:{ldap.port}"):
        company.set(urls=[url], ca_file="")
        with pytest.raises(AwayDirectory, match="issuer"):
            await company.sync()


async def test_groups_within_groups_give_roles_and_circles_end(company: Company, ldap: Slapd) -> None:
    ann = await ldap.person("ann")
    bo = await ldap.person("bo")
    inner = await ldap.group("inner", ann)
    outer = await ldap.group("outer", inner)
    await ldap.put(inner, member=[ann, outer])
    company.set(admin_groups=[f"CN=outer, {GROUPS}"], moderator_groups=[f"cn=none,{GROUPS}"])
    await company.sync()
    assert (await company.person("ann"))["is_admin"] and not (await company.person("bo"))["is_admin"]
    await ldap.put(inner, member=[bo])
    done = await company.sync(is_whole=False)
    assert not done.is_whole
    assert (await company.person("bo"))["is_admin"] and not (await company.person("ann"))["is_admin"]


async def test_who_is_in_no_group_that_may_come_in_does_not_come_and_leaves_later(
    company: Company, ldap: Slapd
) -> None:
    ann, bo = await ldap.person("ann"), await ldap.person("bo")
    staff = await ldap.group("staff", ann, bo)
    await ldap.person("contractor")
    company.set(allowed_groups=[staff], grace_days=0)
    assert (await company.sync()).came == 2
    await ldap.put(staff, member=[bo])
    assert (await company.sync()).left == 1
    assert not await company.is_member("ann") and await company.is_member("bo")


async def test_photos_are_faces_until_somebody_chooses_their_own(company: Company, ldap: Slapd) -> None:
    dn = await ldap.person("ann", jpegPhoto=photo("teal"))
    await ldap.person("bo", jpegPhoto=b"no picture at all")
    await company.sync()
    first = (await company.person("ann"))["face"]
    assert first and (await company.person("bo"))["face"] is None
    await ldap.put(dn, jpegPhoto=photo("red"))
    await company.sync()
    second = (await company.person("ann"))["face"]
    assert second and second != first
    await company.world.connection.execute("update people set face = 'own' where handle = 'ann'")
    await ldap.put(dn, jpegPhoto=photo("blue"))
    await company.sync()
    assert (await company.person("ann"))["face"] == "own"


async def test_an_address_that_belongs_to_somebody_else_is_refused_and_holds_up_nobody(
    company: Company, ldap: Slapd
) -> None:
    await ldap.person("ann", mail="same@house.example")
    await company.sync()
    await ldap.person("bo", mail="same@house.example")
    await ldap.person("cy")
    done = await company.sync()
    assert done.came == 1 and [dn for dn, _why in done.refused] == [f"uid=bo,{PEOPLE}"]
    assert "belongs to another account" in done.refused[0][1]


async def test_a_preview_says_what_would_change_and_changes_nothing(company: Company, ldap: Slapd) -> None:
    for uid in ("ann", "bo", "cy"):
        await ldap.person(uid)
    await company.sync()
    await ldap.person("di")
    await ldap.put(f"uid=ann,{PEOPLE}", ou="Valves")
    await ldap.remove(f"uid=bo,{PEOPLE}")
    would = await directory_check.would_change(company.world.database, company.site)
    assert would["new"] == ["Di (di)"] and would["changed"] == ["Ann (ann)"] and would["leave"] == ["bo"]
    assert len(await company.runs()) == 1
    assert await company.is_member("bo") and (await company.person("ann"))["unit"] == ""


async def test_only_one_reading_goes_on_at_a_time(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    await company.world.connection.execute("insert into directory_runs default values")
    with pytest.raises(Conflict):
        await company.sync()
    clock.stop(clock.now() + timedelta(hours=3))
    assert (await company.sync()).came == 1


async def test_the_job_reads_it_only_where_it_is_switched_on_and_due(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    database = company.world.database
    await company.world.policy(connections=[])
    await directory_sync.keep_up(database, company.site)
    assert await company.runs() == []
    await company.world.policy(connections=["directory"])
    await directory_sync.keep_up(database, company.site)
    await directory_sync.keep_up(database, company.site)
    assert len(await company.runs()) == 1
    clock.stop(clock.now() + timedelta(minutes=16))
    await directory_sync.keep_up(database, company.site)
    assert len(await company.runs()) == 2


async def test_who_was_erased_here_does_not_come_back_by_the_directory(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    await ldap.person("bo")
    await company.sync()
    ann = await company.person("ann")
    world = company.world
    chief = await world.member("chief", is_admin=True)
    async with world.database.transaction() as db:
        await erase(db, await world.viewer(chief), ann["id"])
    done = await company.sync()
    assert (done.came, done.changed) == (0, 0)
    left = await world.connection.fetchrow("select * from directory_entries where is_erased")
    assert left["login"] == left["known_as"] == "" and len(await entries.known(world.db)) == 2


async def test_a_test_of_the_connection_that_takes_too_long_is_given_up(
    company: Company, ldap: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ldap.person("ann")
    monkeypatch.setattr(reading, "LOOK_SECONDS", 0)
    with pytest.raises(AwayDirectory, match="isn't responding"):
        await directory_check.test(company.world.database, company.site)


async def test_the_connection_is_tested_and_says_what_is_missing(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    database = company.world.database
    assert "Works" in await directory_check.test(database, company.site)
    company.set(admin_groups=[f"cn=none,{GROUPS}"])
    with pytest.raises(Invalid, match="no group cn=none"):
        await directory_check.test(database, company.site)
    company.set(bind_dn=slapd.ADMIN)
    with pytest.raises(AwayDirectory, match="doesn't accept the password"):
        await directory_check.test(database, company.site)
