"""What stands in filters, names and values; groups that hold one another; Active Directory's ways of saying it."""

import json
import subprocess
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from anyldap.ldapfilter import parseFilter
from hypothesis import given, settings, strategies as st

from tests import machine, slapd
from tests.slapd import PEOPLE, READERS_PASSWORD
from weetwie.domain.directory.leavers import is_too_many
from weetwie.ldap import groups, people, reading
from weetwie.ldap.connection import LdapEntry
from weetwie.ldap.groups import Searches, within
from weetwie.ldap.names import escaped, plain
from weetwie.ldap.reading import ReadMark
from weetwie.settings import SettingsError, read, sources

GIVEN: dict[str, Any] = {
    "kind": "active-directory",
    "urls": ["ldaps://dc.example"],
    "people_base": "dc=x",
    "bind_dn": "cn=reader",
}


@given(st.text())
@settings(deadline=None)
def test_whatever_a_name_holds_it_stays_a_value_in_a_filter(name: str) -> None:
    sure = escaped(name)
    assert not set(sure) & set("()*\x00")
    parsed: Any = parseFilter(f"(&(objectClass=person)(uid={sure}x))")
    assert len(parsed.data) == 2
    assert parsed.data[1].assertionValue.value in (
        f"{name}x".encode("utf-8", "replace"),
        f"{name}x",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=Ann, OU=People,DC=x", "cn=ann,ou=people,dc=x"),
        ("cn=Zo\\c3\\ab,dc=x", "cn=zoë,dc=x"),
        ("cn=Smit\\, Ann,dc=x", "cn=smit\\2C ann,dc=x"),
        ("cn = a , dc = x", "cn=a,dc=x"),
    ],
)
def test_names_that_mean_the_same_entry_are_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("", None),
        ("0", None),
        ("-1", None),
        ("9223372036854775807", None),
        ("133485408000000000", datetime(2024, 1, 1, tzinfo=UTC)),
        ("20000", datetime(2024, 10, 4, tzinfo=UTC)),
        ("20261231", datetime(2026, 12, 31, tzinfo=UTC)),
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
        ("20261231235959Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20261231235959.0Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("20261399", None),
        ("--1", None),
        ("soon", None),
    ],
)
def test_ends_are_read_as_directories_write_them(written: str, at: datetime | None) -> None:
    assert people.moment(written) == at


def test_somebody_of_active_directory_is_read() -> None:
    told, id = sources.directory(GIVEN), uuid.uuid4()
    values: dict[str, tuple[bytes, ...]] = {
        "objectguid": (id.bytes_le,),
        "samaccountname": (b"ann",),
        "displayname": ("Ann Büro".encode(),),
        "department": (b"Pumps",),
        "useraccountcontrol": (b"512",),
        "accountexpires": (b"9223372036854775807",),
    }
    found = people.person(told, LdapEntry("CN=Ann,DC=x", values))
    assert found is not None
    assert (found.id, found.login, found.name, found.unit) == (str(id), "ann", "Ann Büro", "Pumps")
    assert found.is_enabled and found.ends_at is None
    off = people.person(told, LdapEntry("CN=Ann,DC=x", values | {"useraccountcontrol": (b"514",)}))
    assert off is not None and not off.is_enabled
    assert people.person(told, LdapEntry("CN=Ann,DC=x", {"cn": (b"ann",)})) is None


def test_an_id_that_is_no_guid_is_asked_for_as_it_is() -> None:
    number = sources.directory(GIVEN | {"id_attribute": "employeeID"})
    assert people.identifier(number, b"0123456789abcdef") == "0123456789abcdef"
    assert people.wanted(number, "7*") == "(employeeID=7\\2a)"
    guid, id = sources.directory(GIVEN), uuid.UUID(int=258)
    assert people.identifier(guid, id.bytes_le) == str(id)
    assert people.wanted(guid, str(id)) == "(objectGUID=" + "\\00" * 14 + "\\01\\02)"
    assert people.wanted(guid, "7") == "(objectGUID=7)"


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdefxyz")), max_size=6))
def test_groups_within_groups_end_however_they_hold_one_another(inside: dict[str, list[str]]) -> None:
    found = within("a", inside)
    assert all(set(inside.get(member, [])) <= found for member in found | {"a"})


@pytest.mark.parametrize(
    ("leaving", "here", "is_held"), [(1, 3, False), (2, 3, True), (5, 100, False), (6, 100, True)]
)
def test_more_than_five_in_a_hundred_are_too_many_and_one_never_is(
    leaving: int, here: int, is_held: bool
) -> None:
    assert is_too_many(leaving, here) == is_held


@pytest.mark.parametrize(
    "wrong",
    [
        {"urls": ["http://dc.example"]},
        {"urls": []},
        {"kind": "novell"},
        {"people_base": ""},
        {"grace_days": -1},
        {"unknown": "x"},
    ],
)
def test_a_directory_that_is_set_wrongly_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="WEETWIE_DIRECTORY must be a table"):
        read({"WEETWIE_DIRECTORY": json.dumps(GIVEN | wrong)})


@pytest.mark.needs("slapd")
async def test_active_directory_is_read_by_its_own_count_of_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schema of Microsoft in OpenLDAP; what a controller counts and says of itself is put in by hand."""
    root = machine.slapd()
    with slapd.slapd(tmp_path / "slapd", f"include {root}/etc/ldap/schema/msuser.schema") as ldap:
        for number in (1, 2):
            await ldap.add(
                f"cn=p{number},{PEOPLE}",
                objectClass=["inetOrgPerson", "extensibleObject"],
                cn=f"p{number}", sn="x", sAMAccountName=f"p{number}", uidNumber=str(100 + number),
                objectGUID=uuid.UUID(int=number).bytes_le, userAccountControl="512",
            )  # fmt: skip
        told = ldap.told(
            kind="active-directory",
            people_filter="(sAMAccountName=*)",
            groups_filter="(objectClass=groupOfNames)",
        )
        marks = iter([ReadMark("dc1", "102"), ReadMark("dc1", "105"), ReadMark("dc2", "9")])

        async def now(*_given: object) -> ReadMark:
            return next(marks)

        # OpenLDAP has no order for uSNChanged; another number stands for it.
        monkeypatch.setitem(people.CHANGED, "active-directory", "uidNumber")
        monkeypatch.setattr(reading, "_now", now)
        first = await reading.read(told, READERS_PASSWORD, ReadMark())
        assert [one.id for one in first.people] == [str(uuid.UUID(int=number)) for number in (1, 2)]
        assert first.is_whole and first.mark == ReadMark("dc1", "102")
        await ldap.put(f"cn=p1,{PEOPLE}", uidNumber="104", department="Valves")
        second = await reading.read(told, READERS_PASSWORD, ReadMark("dc1", "103"))
        assert [(one.login, one.unit) for one in second.people] == [("p1", "Valves")]
        assert not second.is_whole
        # Another controller counts by itself.
        assert (await reading.read(told, READERS_PASSWORD, second.mark)).is_whole


async def test_active_directory_is_asked_for_groups_within_groups_by_its_own_rule() -> None:
    asked = []

    class Controller(Searches):
        async def one(self, dn: str, attributes: Sequence[str], filter: str = "") -> LdapEntry | None:
            asked.append((dn, filter))
            capable: dict[str, tuple[bytes, ...]] = {"supportedcapabilities": (b"1.2.840.113556.1.4.800",)}
            return LdapEntry(dn, {} if dn else capable)

        async def search(self, base: str, filter: str, attributes: Sequence[str]) -> list[LdapEntry]:
            asked.append((base, filter))
            return [LdapEntry("CN=Ann,DC=x", {})]

    told = sources.directory(GIVEN | {"admin_groups": ["CN=Admins (all),DC=x"]})
    found = await groups.members(Controller(), told)
    assert found == {"CN=Admins (all),DC=x": frozenset({"cn=ann,dc=x"})}
    rule = "(memberOf:1.2.840.113556.1.4.1941:=CN=Admins \\28all\\29,DC=x)"
    assert asked[-1] == ("dc=x", f"(&{told.people_filter}{rule})")
    assert await groups.of_person(Controller(), told, "CN=Ann,DC=x", "ann") == told.groups
    assert asked[-1] == ("CN=Ann,DC=x", rule)


def test_nothing_of_it_is_loaded_before_somebody_connects() -> None:
    seen = "import sys, weetwie.app, weetwie.jobs, weetwie.flows.log_in; print('anyldap' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
