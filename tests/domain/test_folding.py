"""Letters are folded alike by the program and by the database, in a database of any language."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests import machine
from tests.serve.running import Installation, serving
from tests.serve.test_versions import older
from weetwie.database import postgres
from weetwie.database.folding import PAIRS, folded

__all__ = ["older"]

LETTERS = "".join([*map(chr, range(1, 128)), *PAIRS, *PAIRS.values(), "字🙂ǅẛΐ"])


async def test_the_database_folds_as_the_program_does(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for text in (LETTERS, "WILLI", "Ida İda Ilse ılgaz", "ŁÓDŹ Ærøskøbing ΑΘΗΝΑ МОСКВА", ""):
            assert await connection.fetchval("select folded($1)", text) == folded(text)
        assert await connection.fetchval("select folded(null)") is None
    finally:
        await connection.close()


def test_what_is_folded_once_stays_as_it_is() -> None:
    assert folded(folded(LETTERS)) == folded(LETTERS)
    assert folded("IDA Özil ŁÓDŹ") == "ida özil łódź"
    assert sys.maxunicode and folded("ﬀ字🙂") == "ﬀ字🙂"


@pytest.fixture
async def turkish(older: postgres.ServerKeeper) -> AsyncIterator[str]:
    """A database that folds and sorts as in Turkish."""
    connection = await asyncpg.connect(older.dsn)
    await connection.execute(
        "create database turkish template template0 encoding 'UTF8' locale_provider icu icu_locale 'tr-TR' locale 'C.UTF-8'"
    )
    assert await connection.fetchval("select lower('I' collate \"tr-x-icu\")") == "ı"
    try:
        yield older.dsn.replace("/weetwie?", "/turkish?")
    finally:
        await connection.execute("drop database turkish with (force)")
        await connection.close()


@pytest.mark.needs("older-postgres")
async def test_people_with_an_i_are_mentioned_found_and_signed_in_on_a_turkish_database(
    turkish: str, tmp_path: Path
) -> None:
    assert machine.older_postgres()
    installation = Installation(tmp_path / "data", WEETWIE_DATABASE_URL=turkish)
    async with serving(installation):
        await installation.asked(
            "person", "create", "Ida", "--email", "IDA@Example.org", "--name", "Ida Irmak"
        )
        await installation.asked("person", "create", "WILLI", "--email", "willi@example.org")
        willi = await installation.asked("token", "willi", "--scopes", "read write follow")
        ada = await installation.somebody("ada")
        code, _out, err = await installation.command("person", "create", "IDA", "--email", "i@example.org")
        assert code == 4, err
        async with installation.client(ada) as site, installation.client(willi["access_token"]) as his:
            made = await site.post(
                "/api/v1/statuses", json={"status": "@ida @willi IRIDIUM is in the Istanbul store"}
            )
            assert {one["username"] for one in made.json()["mentions"]} == {"Ida", "WILLI"}
            for asked in ("ida", "IDA", "irmak"):
                found = await site.get("/api/v2/search", params={"q": asked, "type": "accounts"})
                assert [one["username"] for one in found.json()["accounts"]] == ["Ida"], asked
            for asked in ("iridium", "ISTANBUL", "istanbul"):
                found = await his.get("/api/v2/search", params={"q": asked, "type": "statuses"})
                assert len(found.json()["statuses"]) == 1, asked
            looked = await site.get("/api/v1/accounts/lookup", params={"acct": "ida"})
            assert looked.status_code == 200
