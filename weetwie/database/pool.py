"""The database: one pool of connections, statements compiled once, transactions.

SQLAlchemy writes the SQL and nothing else: a `Query` is compiled at its first use and from then on goes to asyncpg as text
with positional parameters. Values written into a statement become literals, so that the planner sees them; only
`param("name")` stays open and is given by name at each call.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar, overload
from weakref import WeakValueDictionary

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from weetwie.database.connect import CONNECT_SECONDS, DatabaseConnection, connect
from weetwie.database.unavailable import DatabaseAway, Pulse, is_away
from weetwie.runtime.memory import give_back

T = TypeVar("T")

Value: TypeAlias = "None | bool | int | float | str | bytes | date | timedelta | Sequence[Value] | Set[Value] | Mapping[str, Value]"
"""What goes into a statement."""


class Record(Protocol):
    """A row, as asyncpg gives it: its values by name or by place, of which only the statement knows the types."""

    @overload
    def __getitem__(self, key: str | int, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Any, ...]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def keys(self) -> Iterable[str]: ...


AtOnce = Mapping[type, Sequence[Callable[..., Awaitable[None]]]]
"""For a kind of fact, what is done in the same transaction."""


class _Compiler(PGCompiler_asyncpg):
    def visit_bindparam(self, bind: BindParameter[Any], *args: Any, **kwargs: Any) -> str:  # type: ignore[override]
        if not bind.required and bind.callable is None:
            kwargs["literal_binds"] = True
        return super().visit_bindparam(bind, *args, **kwargs)  # type: ignore[no-untyped-call,no-any-return]


class _Dialect(PGDialect_asyncpg):
    statement_compiler = _Compiler
    supports_statement_cache = True


_DIALECT = _Dialect()  # type: ignore[no-untyped-call]


def param(name: str, type_: type[TypeEngine[Any]] | TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """A value that is given at each call."""
    return bindparam(name, type_=type_)


class Query:
    """A statement, compiled once; its open parameters are given by name.

    Takes a SQLAlchemy statement, or a function that makes one (so that what it is made of may be defined later). A frequent one
    is written as soon as a server is open (`write_frequent`), for a large one takes up to half a second.
    """

    __slots__ = ("_names", "_sql", "_statement")

    def __init__(
        self, statement: Executable | Callable[[], Executable], *, is_frequent: bool = False
    ) -> None:
        self._statement: Executable | Callable[[], Executable] | None = statement
        self._sql: str | None = None
        self._names: tuple[str, ...] = ()
        if is_frequent:
            _FREQUENT.append(self)

    @property
    def sql(self) -> str:
        if self._sql is None:
            self.write()
        assert self._sql is not None
        return self._sql

    def write(self) -> None:
        """Makes its text; once is enough."""
        given = self._statement
        if given is None:
            return  # written before, or by another thread just now
        statement = given() if callable(given) else given
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self._names = tuple(compiled.positiontup or ())
        self._sql = str(compiled)
        self._statement = None  # the text is all that is needed from now on

    def values(self, given: Mapping[str, Value]) -> list[Value]:
        """The given values in the order in which the SQL wants them. Raises KeyError for one that is missing."""
        if self._sql is None:
            self.write()
        return [given[name] for name in self._names]


_FREQUENT: list[Query] = []


def write_frequent() -> None:
    """Writes the text of what is asked often, in a thread beside requests, so that none of them waits for it."""
    for query in _FREQUENT:
        query.write()


class Db:
    """One connection, in one transaction (or in none, for a single read)."""

    __slots__ = ("_wakes", "at_once", "connection", "kept")

    def __init__(
        self,
        connection: DatabaseConnection,
        at_once: "AtOnce | None" = None,
        kept: dict[type, Any] | None = None,
    ) -> None:
        self.connection = connection
        self.at_once: AtOnce = at_once or {}
        self.kept: dict[type, Any] = {} if kept is None else kept
        """What this process keeps in memory of this database, by its class; each keeps itself up to date."""
        self._wakes = False

    async def rows(self, query: Query, **given: Value) -> list[Record]:
        return await self.connection.fetch(query.sql, *query.values(given))  # type: ignore[no-any-return]

    async def row(self, query: Query, **given: Value) -> Record | None:
        return await self.connection.fetchrow(query.sql, *query.values(given))  # type: ignore[no-any-return]

    async def value(self, query: Query, **given: Value) -> Any:
        return await self.connection.fetchval(query.sql, *query.values(given))

    async def run(self, query: Query, **given: Value) -> int:
        """Runs a statement that answers nothing; returns how many rows it touched."""
        status: str = await self.connection.execute(query.sql, *query.values(given))
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0

    async def run_many(self, query: Query, many: Iterable[Mapping[str, Value]]) -> None:
        await self.connection.executemany(query.sql, [query.values(given) for given in many])

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        async with self.connection.transaction():
            yield

    def wake_after_commit(self) -> None:
        """Asks that those who wait for facts are woken when this transaction has been committed."""
        self._wakes = True


_PLANNER = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_memoize": "off",
    "jit": "off",
}
"""A statement is planned once for each connection, for any values. Such a plan does not know how many rows there will be, and
would rather read and sort all of a small table; but every page here has an index in its order, and tables grow. What is
switched off is still used where there is no other way (docs/decisions/0003-one-plan-for-each-statement.md)."""
_SET_PLANNER = ";".join(f"set {name} = {value}" for name, value in _PLANNER.items())


class _Connection(DatabaseConnection):
    """Nothing here leaves anything behind on a connection, so nothing is to be reset when it goes back to the pool."""

    def get_reset_query(self) -> str:
        return ""


_UNUSED_SECONDS, _LOOK_SECONDS = 30.0, 20.0
"""After these a connection that nobody uses is closed; how often it is looked whether one is enough."""
WAIT_SECONDS = 3.0
"""How long one may wait for a connection."""


class NoConnection(DatabaseAway):
    """All connections have been in use for too long. To those who wait it is as if the database could not be reached."""


class Database:
    """The pool. `on_commit` is called after each commit that recorded a fact; `at_once` is what must happen in the
    transaction of an act (see `reactions.py`)."""

    def __init__(self, pool: asyncpg.Pool, readers: int, pulse: Pulse) -> None:
        self.pool = pool
        self._pulse = pulse
        self._readers = asyncio.Semaphore(readers)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._few = asyncio.Semaphore(2)
        self.at_once: AtOnce = {}
        self.kept: dict[type, Any] = {}
        self.on_commit: Callable[[], None] = lambda: None

    @classmethod
    async def open(cls, dsn: str, *, size: int = 6, readers: int | None = None) -> "Database":
        """At most `readers` of the connections read at once: where the database shares our processors, more of them only get
        in each other's way."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=30,
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            max_inactive_connection_lifetime=_UNUSED_SECONDS,
            connect=connect,
            init=_begin_session,
            connection_class=_Connection,
            server_settings={"application_name": "weetwie"},
        )
        return cls(pool, readers or size, Pulse())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        """For single statements that change nothing: no transaction around them."""
        if self._readers.locked():
            await _in_time(self._readers.acquire())
        else:
            await self._readers.acquire()  # does not wait
        try:
            async with self._connection() as connection:
                yield Db(connection, self.at_once, self.kept)
        finally:
            self._readers.release()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        async with self._connection() as connection:
            db = Db(connection, self.at_once, self.kept)
            async with connection.transaction():
                yield db
            if db._wakes:
                self.on_commit()

    @asynccontextmanager
    async def transaction_in_turn(self, of: str) -> AsyncIterator[Db]:
        """For what waits for locks that strangers make others hold, such as counting tries: those `of` one address or person come
        one after the other and have no connection while they wait, so that all others find one, and few come at once."""
        turn = self._turns.setdefault(of, asyncio.Lock())
        await _in_time(turn.acquire())
        try:
            await _in_time(self._few.acquire())
            try:
                async with self.transaction() as db:
                    yield db
            finally:
                self._few.release()
        finally:
            turn.release()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[DatabaseConnection]:
        """Raises DatabaseAway. What is done here is done for every request, so nothing is waited for that is there already."""
        self._pulse.check()
        try:
            if self.pool.get_idle_size():
                lent = await self.pool.acquire()
            else:
                lent = await _in_time(self.pool.acquire())
        except Exception as error:
            if is_away(error):
                raise DatabaseAway(type(error).__name__) from error
            raise
        connection: DatabaseConnection = lent._con
        doubt = self._pulse.watch(connection)
        try:
            yield connection
        except BaseException as error:
            if is_away(error):
                raise DatabaseAway(type(error).__name__) from error
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                await self.pool.expire_connections()  # another server takes the writes now
            raise
        finally:
            doubt.end()
            await _give_back(lent)

    async def rest(self, look: float = _LOOK_SECONDS) -> None:
        """Until cancelled. Where one connection is enough after more were needed, that one begins anew as well: it remembers the
        plans of all that was asked in the busy time, tens of megabytes (docs/capacity.md)."""
        was_busy = False
        while True:
            await asyncio.sleep(look)
            if self.pool.get_size() > 1:
                was_busy = True
            elif was_busy:
                was_busy = False
                await self.pool.expire_connections()
                give_back()

    async def close(self) -> None:
        await self.pool.close()


async def _give_back(lent: PoolConnectionProxy) -> None:
    """As `Pool.release` does, but without a task of its own for it: that guards against being cancelled while something is sent
    to the database, and nothing is."""
    if lent._con is not None:  # none where it was given up
        lent._con._on_release()
        await lent._holder.release(None)


async def _in_time(waiting: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await waiting
    except TimeoutError:
        raise NoConnection("no connection to the database was free in time") from None


async def _begin_session(connection: DatabaseConnection) -> None:
    # By a statement, for poolers in between take no such settings when one connects.
    await connection.execute(_SET_PLANNER)
    await prepare_connection(connection)


async def prepare_connection(connection: DatabaseConnection) -> None:
    """JSON columns go in and out as Python values."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
        )


def columns(rows: Sequence[Record], name: str) -> list[Any]:
    return [row[name] for row in rows]
