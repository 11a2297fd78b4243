"""Writes a batch of people that were read."""

from weetwie.domain.people import bring_in as arriving
from weetwie.imports.crowd import Crowd
from weetwie.imports.records import PersonRecord, Who
from weetwie.imports.run import Run, Terms
from weetwie.kit.db import Db


async def write(db: Db, run: Run, batch: list[PersonRecord]) -> list[int]:
    crowd = await Crowd.of(db, run, (who for record in batch for who in (record.who, Who(record.handle))))
    known: dict[int, arriving.Arrival] = {}
    addresses: dict[int, str] = {}
    for record in batch:
        arrival = _arrival(record, run.terms)
        person_id = crowd.expect(
            record.number, record.who, arrival, _manager(crowd, record.manager), handle=record.handle
        )
        if person_id is not None:
            known[person_id] = arrival
            addresses |= {person_id: record.who.address} if record.who.address else {}
    before = run.report.people_new
    await crowd.make()
    run.report.people_known += len(batch) - (run.report.people_new - before)
    if not run.terms.is_dry:
        await arriving.fill_in(db, run.viewer, known)
        await crowd.keep_address(addresses)
    return []


def _arrival(record: PersonRecord, terms: Terms) -> arriving.Arrival:
    return arriving.Arrival(
        handle=record.handle or _handle(record),
        name=record.who.name,
        bio=record.bio,
        pronouns=record.pronouns,
        unit=record.unit,
        place=record.place,
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
