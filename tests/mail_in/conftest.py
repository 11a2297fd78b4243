"""Somebody who replies by mail, and a server that takes it as a mail server of the organisation hands it over."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from tests.letters import Waiting, taken
from tests.patience import PATIENCE
from tests.world import Someone, World
from weetwie import reactions
from weetwie.context import Context
from weetwie.domain.identity import addresses
from weetwie.flows import mail_in as flow
from weetwie.mail_in.lmtp import Listening
from weetwie.settings import MailIn

BO = "bo@house.example"


@dataclass
class Company:
    world: World
    ada: Someone
    bo: Someone
    mail_in: MailIn

    async def address(self, post: int, who: Someone | None = None) -> str:
        """Of an email to bo about this post."""
        viewer = await self.world.viewer(who or self.bo)
        context = Context(self.world.db, viewer, self.world.site)
        return await flow.reply_address(context, viewer.person_id, post)

    async def posts(self) -> list[Any]:
        """What was posted by mail: everything that bo wrote, with its words."""
        return list(
            await self.world.connection.fetch(
                "select p.*, t.text from posts p join post_texts t on t.post_id = p.id where author_id = $1 order by id",
                self.bo.id,
            )
        )

    async def letters(self) -> list[Waiting]:
        return await taken(self.world)


@pytest.fixture
async def company(dsn: str) -> AsyncIterator[Company]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail_in = MailIn(address="reply@house.example", lmtp=f"127.0.0.1:{port}")
    world.site = replace(world.site, sends_mail=True, mail_in=mail_in)
    await world.policy(connections=["mail_in"])
    ada = await world.member("ada", name="Ada")
    bo = await world.member("bo", name="Bo")
    await addresses.add(world.db, bo.id, BO, is_verified=True)
    yield Company(world, ada, bo, mail_in)
    await world.close()


@pytest.fixture
async def listening(company: Company) -> AsyncIterator[Listening]:
    server = Listening(company.world.database, company.world.site)
    await server.begin()
    yield server
    await server.close()


def reply(to: str, text: str, *, by: str = f"Bo <{BO}>", **heads: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = by, to, "Re: Ada mentioned you"
    message["Message-ID"] = heads.pop("Message_ID", f"<{abs(hash((to, text)))}@phone.example>")
    for name, value in heads.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


async def hand_over(company: Company, message: EmailMessage, envelope_from: str = BO) -> tuple[int, bytes]:
    """As the organisation's mail server does, by the standard library's own client; what we answer."""
    host, port = company.mail_in.lmtp_at or ("", 0)

    def send() -> tuple[int, bytes]:
        with smtplib.LMTP(host, port, timeout=PATIENCE) as server:
            try:
                server.sendmail(envelope_from, [message["To"]], message.as_bytes(policy=policy.SMTP))
            except smtplib.SMTPRecipientsRefused as error:
                return next(iter(error.recipients.values()))
            except smtplib.SMTPResponseException as error:
                said = error.smtp_error
                return error.smtp_code, said if isinstance(said, bytes) else said.encode()
            return 250, b""

    return await asyncio.to_thread(send)
