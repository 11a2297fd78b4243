"""One look says for all jobs what waits, and each works when something waits for it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Boolean, literal

from tests.world import World
from weetwie.database.job import Job, Lookout
from weetwie.database.wake import Bell
from weetwie.domain.exports import exports
from weetwie.domain.mail import emails
from weetwie.domain.mail.write import WrittenEmail
from weetwie.http.fetch import Fetcher
from weetwie.http.send import WebhookSender
from weetwie.http.webpush import Sender
from weetwie.jobs import jobs
from weetwie.smtp.client import SmtpClient


class Installed:
    """The jobs of a server that sends mail, and who looks for them."""

    def __init__(self, world: World) -> None:
        self.every = jobs(
            world.database,
            world.site,
            world.store,
            Fetcher("tests"),
            Sender(bytes(32), "mailto:tests@house.example", "tests"),
            WebhookSender("tests"),
            SmtpClient("smtp://127.0.0.1:1", "tests@house.example", host="house.example"),
        )
        self.lookout = Lookout(world.database, self.every)

    async def looked(self) -> set[str]:
        """For which jobs something waits."""
        await self.lookout.look()
        events = {job.name: event for job in self.every if (event := self.lookout.has_work(job))}
        found = {name for name, event in events.items() if event.is_set()}
        for event in events.values():
            event.clear()
        return found


@pytest.fixture
async def installed(world: World) -> Installed:
    return Installed(world)


async def test_where_nothing_waits_no_job_is_woken(world: World, installed: Installed) -> None:
    await world.post(await world.member("ada"), "The turbine is balanced")
    assert await installed.looked() == set()


async def test_every_job_with_something_to_do_is_woken_and_no_other(
    world: World, installed: Installed
) -> None:
    ada = await world.member("ada")
    await exports.ask(world.db, await world.viewer(ada))
    assert await installed.looked() == {"exports"}
    await emails.put(world.db, ada.id, "ada@house.example", WrittenEmail("", "", ""), timedelta(hours=1))
    assert await installed.looked() == {"exports", "mail"}
    assert await exports.claim(world.db) == ada.id
    assert await installed.looked() == {"mail"}, "what somebody works on waits for nobody"


async def test_what_is_due_later_wakes_nobody_before(world: World, installed: Installed) -> None:
    ada = await world.member("ada")
    written, hour = WrittenEmail("", "", ""), timedelta(hours=1)
    await emails.put(world.db, ada.id, "ada@house.example", written, hour, after=timedelta(minutes=5))
    assert await installed.looked() == set()


async def test_what_lies_there_when_a_server_starts_and_what_comes_later_is_done(world: World) -> None:
    done, bell = asyncio.Queue[str](), Bell("")

    async def work(name: str) -> bool:
        done.put_nowait(name)
        return False

    busy = Job("busy", lambda: work("busy"), waits=literal(True, Boolean))
    idle = Job("idle", lambda: work("idle"), waits=literal(False, Boolean))
    lookout = Lookout(world.database, [busy, idle])
    tasks = [
        asyncio.create_task(lookout.run(bell)),
        *(asyncio.create_task(job.run(bell, lookout.has_work(job))) for job in (busy, idle)),
    ]
    try:
        assert await asyncio.wait_for(done.get(), 10) == "busy"
        bell.ring()
        assert await asyncio.wait_for(done.get(), 10) == "busy"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
