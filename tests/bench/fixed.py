"""The fixed piece of work: one `select` of 20 rows, by the driver and the database that the program uses. Machines differ by it."""

from __future__ import annotations

import time

import asyncpg

_SELECT = "select n, n * 7, 'what stands in a row of this table, as long as a short post is' from generate_series(1, $1::int) n"
ROWS, TIMES, ROUNDS = 20, 400, 8


async def fixed_work(db: asyncpg.Connection) -> float:
    """CPU milliseconds of one such statement, ours and the database's together; of several rounds the lowest."""
    statement = await db.prepare(_SELECT)
    clock = (~db.get_server_pid() << 3) | 2  # clock_getcpuclockid(3), written out
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time() + time.clock_gettime(clock)
        for _ in range(TIMES):
            await statement.fetch(ROWS)
        found.append(time.process_time() + time.clock_gettime(clock) - begin)
    return min(found) * 1e3 / TIMES
