"""Whose what was written elsewhere is: a person's where that is certain, else it stays a name."""

from collections.abc import Iterable
from typing import Final

import msgspec

from weetwie.database.pool import Db
from weetwie.domain.identity import addresses
from weetwie.domain.imports import forgotten, imported
from weetwie.domain.invitations.rules import is_ours
from weetwie.domain.passages import choices
from weetwie.domain.passages.choices import OwnChoice, PassageAuthor
from weetwie.domain.people import import_ as people
from weetwie.flows.imports.crowd import Crowd
from weetwie.flows.imports.run import Run
from weetwie.imports.records import SourcePerson
from weetwie.imports.sources.form import Author
from weetwie.imports.sources.people_map import MappedPerson, PeopleMap
from weetwie.text.programs import is_program
from weetwie.text.signs import bare_address

ADDRESS: Final = "address:"
Way = str
"""How somebody was told: `address`, `map`, `name` (nobody), `program`, `forgotten`."""


class Whose(msgspec.Struct, frozen=True):
    token: str
    """By what the source tells them from others."""
    way: Way
    person_id: int | None = None
    choice: OwnChoice | None = None

    @property
    def is_out(self) -> bool:
        """Nothing of theirs comes in."""
        return self.way in ("program", "forgotten") or self.choice is OwnChoice.deleted


class Authors:
    """Remembers who was told, from batch to batch; what a batch found counts once it stands (`keep`)."""

    def __init__(self, kind: str, space: str, hash_key: bytes, run: Run, mapping: PeopleMap) -> None:
        self._kind, self._space, self._hash_key = kind, space, hash_key
        self._run, self._mapping = run, mapping
        self._known: dict[Author, Whose] = {}
        self._new: dict[Author, Whose] = {}
        self.unknown: set[str] = set()
        """Usernames in the table that nobody here has."""
        self.addresses: dict[int, str] = {}
        """Of people whom this run made, where they are asked for."""

    def __getitem__(self, author: Author) -> Whose:
        return self._new.get(author) or self._known[author]

    def keep(self) -> None:
        self._known |= self._new
        self._new = {}

    def drop(self, *, everything: bool = False) -> None:
        """What a batch found that came to nothing."""
        self._new = {}
        if everything:
            self._known = {}

    def name(self, author: Author) -> set[str]:
        """By what somebody is known who is nobody here."""
        whose = self._known.get(author)
        return {whose.token} if whose is not None and whose.way == "name" and whose.token else set()

    def token(self, author: Author) -> str:
        """An address as a keyed hash; it is nowhere kept in clear."""
        if address := _address(author):
            return self.address_token(address)
        if author.key:
            return f"{self._kind}:{author.key}".replace("@", " at ")
        return f"name:{author.name.casefold()}".replace("@", " at ") if author.name else ""

    def address_token(self, address: str) -> str:
        return ADDRESS + addresses.hashed(self._hash_key, address).hex()

    async def look_up(self, db: Db, authors: Iterable[Author]) -> None:
        every = list(dict.fromkeys(authors))
        await self._renew(db, [one for one in every if one in self._known])
        if fresh := [one for one in every if one not in self._known]:
            await self._tell(db, fresh)

    async def _renew(self, db: Db, known: list[Author]) -> None:
        """What somebody has decided since holds from this batch on: that they hide it or delete it, or are forgotten."""
        ids = {person_id for one in known if (person_id := self._known[one].person_id)}
        states = await choices.authors(db, ids) if ids else {}
        gone = await self._forgotten(db, known) if known else set()
        for one in known:
            whose, state = self._known[one], states.get(self._known[one].person_id or 0)
            if one in gone or (state is not None and state.is_out):
                self._new[one] = Whose(whose.token, "forgotten")
            elif state is not None and state.choice is not whose.choice:
                self._new[one] = msgspec.structs.replace(whose, choice=state.choice)

    async def _tell(self, db: Db, fresh: list[Author]) -> None:
        rows = {one: self._mapping.find(one, self.token(one)) for one in fresh}
        gone = await self._forgotten(db, fresh)
        programs = {one for one in fresh if rows[one] is None and _is_program(one)}
        those = [one for one in fresh if one not in gone and one not in programs and self.token(one)]
        crowd = await Crowd.of(db, self._run, [who for one in those for who in self._whos(one, rows[one])])
        called = await people.called(
            db, [row.person for row in rows.values() if row and "@" not in row.person[1:]]
        )
        found = self._found(crowd, those, rows, called)
        await crowd.make()
        ids = {
            one: person_id
            for one in those
            if (person_id := found.get(one) or self._id(crowd, one, rows[one], called)) is not None
        }
        await self._remember(db, {one: ids[one] for one in those if rows[one] is not None and one in ids})
        states = await choices.authors(db, {id for id in ids.values() if id > 0})
        for one in fresh:
            self._new[one] = self._whose(one, ids.get(one), rows[one], one in programs, one in gone, states)

    def _whos(self, author: Author, row: MappedPerson | None) -> list[SourcePerson]:
        """As the source has them, and as the table does."""
        own = SourcePerson(self._key(author), author.name, _address(author))
        return [own] if row is None or "@" not in row.person[1:] else [own, _mapped(author, row)]

    def _key(self, author: Author) -> str:
        token = self.token(author)
        if not token.startswith(ADDRESS):
            return token
        has_key = author.key and "@" not in author.key[1:]
        return f"{self._kind}:{author.key}" if has_key else ""

    def _found(
        self,
        crowd: Crowd,
        those: list[Author],
        rows: dict[Author, MappedPerson | None],
        called: dict[str, int],
    ) -> dict[Author, int]:
        """Who is known; who is to be made is noted."""
        found = {}
        for one in those:
            person_id = self._id(crowd, one, rows[one], called)
            if person_id is None and (who := self._newcomer(one, rows[one])) is not None:
                arrival = people.ArrivingPerson(
                    handle=one.handle or one.name or _address(one).partition("@")[0],
                    name=one.name or one.handle,
                    may_rank=self._run.terms.may_rank,
                )
                crowd.expect(0, who, arrival)
            elif person_id is not None and person_id > 0:
                found[one] = person_id
                if rows[one] is None:
                    crowd.expect(0, SourcePerson(self._key(one), one.name, _address(one)))
        return found

    def _newcomer(self, author: Author, row: MappedPerson | None) -> SourcePerson | None:
        """Who is somebody although nobody here is known by it: at an address of the organisation's, or in the table."""
        if row is not None:
            if "@" in row.person[1:]:
                return _mapped(author, row)
            self.unknown.add(row.person)
            return None
        address = _address(author)
        is_one = address and is_ours(self._run.viewer.policy, address)
        return SourcePerson(self._key(author), author.name, address) if is_one else None

    def _id(
        self, crowd: Crowd, author: Author, row: MappedPerson | None, called: dict[str, int]
    ) -> int | None:
        if row is None:
            return crowd.id(SourcePerson(self._key(author), author.name, _address(author)))
        if "@" in row.person[1:]:
            return crowd.id(_mapped(author, row))
        return called.get(row.person.removeprefix("@").casefold())

    async def _remember(self, db: Db, mapped: dict[Author, int]) -> None:
        """What the table says holds for the next run too."""
        if self._run.terms.is_dry or not mapped:
            return
        tokens = {self._key(one): id for one, id in mapped.items() if self._key(one) and id > 0}
        known = await imported.people(db, self._space, tokens)
        other = {token: id for token, id in tokens.items() if known.get(token) != id}
        await imported.forget_keys(db, self._space, other)
        noted = {token: imported.LedgerKey(id) for token, id in other.items()}
        await imported.note_people(db, self._run.import_id, self._space, noted)

    async def _forgotten(self, db: Db, authors: list[Author]) -> set[Author]:
        hashes = {one: [self.hashed(token) for token in self._tokens(one)] for one in authors}
        gone = await forgotten.forgotten(db, {hash for some in hashes.values() for hash in some})
        return {one for one, some in hashes.items() if gone & set(some)}

    def _tokens(self, author: Author) -> list[str]:
        return [token for token in {self.token(author), self._key(author)} if token]

    def hashed(self, token: str) -> bytes:
        if token.startswith(ADDRESS):
            return bytes.fromhex(token.removeprefix(ADDRESS))
        return forgotten.hashed(self._hash_key, self._space, token)

    def _whose(
        self,
        author: Author,
        person_id: int | None,
        row: MappedPerson | None,
        is_a_program: bool,
        is_forgotten: bool,
        states: dict[int, PassageAuthor],
    ) -> Whose:
        token, state = self.token(author), states.get(person_id or 0)
        if is_a_program:
            return Whose(token, "program")
        if is_forgotten or (state is not None and state.is_out):
            return Whose(token, "forgotten")
        if person_id is None:
            return Whose(token, "name")
        if address := _address(author):
            self.addresses.setdefault(person_id, address)
        return Whose(token, "map" if row else "address", person_id, state.choice if state else None)


def _mapped(author: Author, row: MappedPerson) -> SourcePerson:
    return SourcePerson("", author.name or row.name, bare_address(row.person))


def _address(author: Author) -> str:
    given = author.address or (author.key if "@" in author.key[1:] else "")
    return bare_address(given) if "@" in given else ""


def _is_program(author: Author) -> bool:
    return author.is_program or is_program(author.name or author.handle, _address(author))
