"""Whom a source means: people known from the same set, members by handle or address, and those who are made now."""

from collections.abc import Iterable

import msgspec

from weetwie.database.pool import Db
from weetwie.domain.identity import addresses, import_ as hashes
from weetwie.domain.imports import imported
from weetwie.domain.people import import_ as people
from weetwie.flows.imports.run import Run
from weetwie.imports.records import SourcePerson

_ADDRESS = "address:"
_BY_ADDRESS = "addresses"
"""The space in which keys are hashes of addresses; every source shares it."""


class _New(msgspec.Struct, frozen=True):
    number: int
    """The line that first names them."""
    tokens: list[str]
    arrival: people.ArrivingPerson
    manager: str | None


class Crowd:
    """The people of one batch: `of` looks up who is known, `expect` notes who is not, `make` makes them, `id` gives ids.

    Each goes by tokens, the surest first: the key in the source, `@` and a handle, the hash of an address.
    """

    def __init__(self, db: Db, run: Run, hash_key: bytes) -> None:
        self._db = db
        self._run = run
        self._hash_key = hash_key
        self._ids: dict[str, int] = {}
        self._noted: set[str] = set()
        """Tokens that the ledger holds."""
        self._found: dict[str, int] = {}
        """Keys of people who were here before and whom the ledger does not know by them yet."""
        self._new: list[_New] = []
        self._first_named: dict[int, int] = {}
        self._keys: dict[int, set[str]] = {}
        """What the set calls people, where an address alone leads to them."""

    @classmethod
    async def of(cls, db: Db, run: Run, whos: Iterable[SourcePerson], handles: Iterable[str] = ()) -> "Crowd":
        crowd = cls(db, run, await addresses.hash_key(db))
        tokens = dict.fromkeys(token for who in whos for token in crowd.tokens(who))
        tokens |= dict.fromkeys("@" + handle.lower() for handle in handles)
        await crowd._look_up(list(tokens))
        return crowd

    def tokens(self, who: SourcePerson, handle: str = "") -> list[str]:
        """A key that is an address is treated as one, so that it is nowhere kept in clear."""
        key, address = who.key, who.address
        if key.startswith(_ADDRESS):
            return [key]
        if "@" in key[1:]:
            key, address = "", address or key
        found = [key] if key else []
        found += ["@" + name.lower().removeprefix("@") for name in (handle, key) if name]
        found += [self.address_token(address)] if address else []
        return list(dict.fromkeys(found))

    def address_token(self, address: str) -> str:
        return _ADDRESS + addresses.hashed(self._hash_key, address).hex()

    def id(self, who: SourcePerson, handle: str = "") -> int | None:
        return next((self._ids[token] for token in self.tokens(who, handle) if token in self._ids), None)

    def id_before(self, name: str, number: int) -> int | None:
        """Somebody who was known when this line was reached, wherever the batch happens to begin."""
        person_id = self.id(SourcePerson(name))
        return person_id if person_id and self._first_named.get(person_id, 0) <= number else None

    def expect(
        self,
        number: int,
        who: SourcePerson,
        arrival: people.ArrivingPerson | None = None,
        manager: str | None = None,
        handle: str = "",
    ) -> int | None:
        """Returns the id of somebody known; somebody new will be made. `handle` is one that the source gives: one that is
        only made from a name tells nobody from another of that name."""
        tokens = self.tokens(who, handle)
        known = self.id(who, handle)
        if known is None:
            known_as = "" if "@" in who.key[1:] else who.key
            card = arrival or people.ArrivingPerson(
                handle=known_as,
                name=who.name or known_as,
                may_rank=self._run.terms.may_rank,
                is_program=who.is_program,
            )
            self._new.append(_New(number, tokens, card, manager))
            self._ids |= dict.fromkeys(tokens, -len(self._new))
        elif known > 0 and tokens[0] not in self._noted and tokens[0] not in self._found:
            self._found[tokens[0]] = known
        return known if known and known > 0 else None

    async def make(self) -> None:
        """Makes those who are new and writes down by what the source calls them."""
        if self._run.terms.is_dry:
            self._pretend()
            return
        made = await people.bring_in(self._db, self._run.viewer, [new.arrival for new in self._new])
        self._run.report.people_new += len(made)
        for new, person_id in zip(self._new, made, strict=True):
            self._ids |= dict.fromkeys(new.tokens, person_id)
            self._first_named[person_id] = new.number
        await self._note(made)

    async def mark_programs(self, whos: Iterable[SourcePerson]) -> None:
        """Those who came before programs were told from people."""
        ids = {person_id for who in whos if (person_id := self.id(who)) and person_id > 0}
        if ids and not self._run.terms.is_dry:
            await people.mark_programs(self._db, ids)

    def by_name(self, who: SourcePerson, handle: str = "") -> int | None:
        """By a key or a handle, whatever their address is now."""
        named = [token for token in self.tokens(who, handle) if not token.startswith(_ADDRESS)]
        return next((self._ids[token] for token in named if token in self._ids), None)

    def is_of_another(self, who: SourcePerson, *, has_id: bool, here: set[int]) -> bool:
        """Whether an address is one that the source gave to somebody else: to another key of its own, or to somebody of `here`."""
        owner = self._ids.get(self.address_token(who.address)) if who.address and who.key else None
        if owner is None or owner in here:
            return owner is not None
        if owner < 0:
            new = self._new[-owner - 1] if -owner <= len(self._new) else None
            keys = set(new.tokens[:1]) if new and self.address_token(who.address) in new.tokens else set()
        else:
            keys = self._keys.get(owner, set())
        return has_id and any(not key.startswith(("@", _ADDRESS)) and key != who.key for key in keys)

    async def look_up_keys(self) -> None:
        """For `is_of_another`."""
        found = {owner for token, owner in self._ids.items() if token.startswith(_ADDRESS) and owner > 0}
        self._keys = await imported.keys_of(self._db, self._run.terms.space, found) if found else {}

    async def keep_addresses(self, known: dict[int, str], stays_with: set[int] | None = None) -> list[int]:
        """As the source has them now: what an import gave to somebody before is nobody's then. Whoever has joined keeps what
        they have themselves. Returns those whose address is somebody else's: anybody's, or where `stays_with` is given of one
        of them or of somebody who has joined."""
        before = await imported.keys_of(self._db, _BY_ADDRESS, known)
        waiting, taken = set(await people.not_joined(self._db, known)), list[int]()
        for person_id, address in sorted(known.items()):
            digest = addresses.hashed(self._hash_key, address)
            old = before.get(person_id, set()) - {digest.hex()}
            if not old and (person_id not in waiting or digest.hex() in before.get(person_id, set())):
                continue
            await imported.forget_keys(self._db, _BY_ADDRESS, old)
            owner = await hashes.change(
                self._db, self._run.viewer, person_id, map(bytes.fromhex, old), digest, address
            )
            if owner is not None and stays_with is not None and owner not in stays_with:
                owner = None if await hashes.take_over(self._db, owner, person_id, digest) else owner
            if owner is not None:
                taken.append(person_id)
                continue
            await imported.forget_keys(self._db, _BY_ADDRESS, [digest.hex()])
            noted = {digest.hex(): imported.LedgerKey(person_id)}
            await imported.note_people(self._db, self._run.import_id, _BY_ADDRESS, noted)
        return taken

    async def _look_up(self, tokens: list[str]) -> None:
        """What the ledger knows goes before what is only likely."""
        keys = [token.removeprefix(_ADDRESS) for token in tokens if token.startswith(_ADDRESS)]
        owners = await hashes.owners(self._db, map(bytes.fromhex, keys)) if keys else {}
        by_address = await imported.people(self._db, _BY_ADDRESS, keys) if keys else {}
        members = await people.members(self._db, [token[1:] for token in tokens if token.startswith("@")])
        noted = await imported.people(self._db, self._run.terms.space, tokens)
        noted |= {_ADDRESS + key: owner for key, owner in by_address.items()}
        self._noted = set(noted)
        self._ids = {"@" + handle: member for handle, member in members.items()}
        self._ids |= noted
        # Whose an address is now goes before whose it was when it was brought in.
        self._ids |= {_ADDRESS + key.hex(): owner for key, owner in owners.items()}
        self._ids |= {token: self._run.pretended[token] for token in tokens if token in self._run.pretended}

    async def _note(self, made: list[int]) -> None:
        rows: dict[str, imported.LedgerKey] = {}
        for new, person_id in zip(self._new, made, strict=True):
            for at, token in enumerate(new.tokens):
                rows[token] = imported.LedgerKey(
                    person_id, is_made=True, waits_for=None if at else new.manager
                )
        for token, person_id in self._found.items():
            rows.setdefault(token, imported.LedgerKey(person_id))
        by_address = {
            token.removeprefix(_ADDRESS): row for token, row in rows.items() if token.startswith(_ADDRESS)
        }
        by_key = {
            token: row
            for token, row in rows.items()
            if not token.startswith(_ADDRESS) and token not in self._noted
        }
        by_address = {key: row for key, row in by_address.items() if _ADDRESS + key not in self._noted}
        await imported.note_people(self._db, self._run.import_id, self._run.terms.space, by_key)
        await imported.note_people(self._db, self._run.import_id, _BY_ADDRESS, by_address)
        await hashes.bring_in(
            self._db, {bytes.fromhex(key): row.id for key, row in by_address.items() if row.is_made}
        )

    def _pretend(self) -> None:
        for new in self._new:
            self._run.report.people_new += 1
            self._run.pretended.update(dict.fromkeys(new.tokens, -1 - len(self._run.pretended)))
