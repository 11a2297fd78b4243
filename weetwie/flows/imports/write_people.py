"""Writes a batch of people that were read."""

import msgspec

from weetwie.database.pool import Db
from weetwie.domain.people import import_ as arriving
from weetwie.flows.imports.crowd import Crowd
from weetwie.flows.imports.run import Run, Terms
from weetwie.imports.lines import BadLine
from weetwie.imports.records import PersonRecord, SourcePerson


class OpenAddresses(msgspec.Struct):
    """What a run leaves open about addresses until its end."""

    seen: set[int] = set()
    """Who stands in the file."""
    taken: dict[int, tuple[int, str]] = {}
    """Addresses that were somebody else's when their line was read, by person, with its number."""


async def write(db: Db, run: Run, batch: list[PersonRecord], *, left: OpenAddresses) -> list[int]:
    crowd = await Crowd.of(
        db, run, (who for record in batch for who in (record.who, SourcePerson(record.handle)))
    )
    await crowd.look_up_keys()
    here = {person_id for record in batch if (person_id := crowd.by_name(record.who, record.handle))}
    known: dict[int, arriving.ArrivingPerson] = {}
    for record in batch:
        who, arrival = record.who, _arrival(record, run.terms)
        if crowd.by_name(who, record.handle) is None and crowd.is_of_another(
            who, has_id=record.has_id, here=here
        ):
            who = SourcePerson(who.key, who.name)
        manager = _manager(crowd, record.manager)
        person_id = crowd.expect(record.number, who, arrival, manager, handle=record.handle)
        known |= {person_id: arrival} if person_id is not None else {}
    before = run.report.people_new
    await crowd.make()
    run.report.people_known += len(batch) - (run.report.people_new - before)
    if not run.terms.is_dry:
        await arriving.fill_in(db, run.viewer, known)
        await _keep_addresses(crowd, batch, left)
    return []


async def _keep_addresses(crowd: Crowd, batch: list[PersonRecord], left: OpenAddresses) -> None:
    """Twice: the first may free an address that the second gets."""
    given: dict[int, tuple[int, str]] = {}
    for record in batch:
        if person_id := crowd.by_name(record.who, record.handle) or crowd.id(record.who, record.handle):
            left.seen.add(person_id)
            given |= {person_id: (record.number, record.who.address)} if record.who.address else {}
    for _time in range(2):
        taken = await crowd.keep_addresses(
            {person_id: address for person_id, (_line, address) in given.items()}
        )
        given = {person_id: given[person_id] for person_id in taken}
    left.taken |= given


async def settle(db: Db, run: Run, left: OpenAddresses) -> list[BadLine]:
    """At the end, when whoever has another address now has given up theirs. Whoever is not in the file and has not joined gives
    it up too. Returns what is left to tell."""
    crowd = await Crowd.of(db, run, ())
    given = {person_id: address for person_id, (_line, address) in left.taken.items()}
    taken = await crowd.keep_addresses(given, stays_with=left.seen)
    return [
        BadLine(left.taken[person_id][0], "the e-mail address is somebody else's here and stays theirs")
        for person_id in taken
    ]


def _arrival(record: PersonRecord, terms: Terms) -> arriving.ArrivingPerson:
    return arriving.ArrivingPerson(
        handle=record.handle or _handle(record),
        name=record.who.name,
        bio=record.bio,
        words=record.words,
        languages=record.languages,
        joined_at=record.joined,
        may_rank=terms.may_rank,
        is_program=record.is_program,
    )


def _handle(record: PersonRecord) -> str:
    """The key where it looks like a name and not like a number; else the name."""
    key = "" if "@" in record.who.key[1:] else record.who.key
    return key if any(letter.isalpha() for letter in key) else record.who.name or key


def _manager(crowd: Crowd, named: str) -> str | None:
    return (crowd.address_token(named) if "@" in named[1:] else named) or None
