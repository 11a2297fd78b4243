"""Whatever was brought in before, and wherever a run broke off: in the end it stands here as after one import of the last export."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from tests.imports.bringing import acting
from tests.imports.written import ADA, BEGINNING, BO, NAMED, OUT, Killed, reader
from tests.world import World
from weetwie.flows.imports.evidence import bring_in
from weetwie.flows.imports.evidence_report import EvidenceTerms
from weetwie.imports.sources.form import Channel, Message, Record, Removed

_AUTHORS = (ADA, BO, NAMED, OUT)
_FIRST, _LAST = 0, 13


def _message(
    number: int, channel: str, author: int, text: int, thread: int | None, *, moved: bool
) -> Message:
    key = f"m{number}"
    above = f"m{thread}" if thread is not None and thread != number else ""
    return Message(
        key=key,
        channel=channel,
        author=_AUTHORS[author],
        at=BEGINNING + timedelta(minutes=number, seconds=30 if moved else 0),
        text=f"Pump {number} says {text}",
        thread=above,
        reply_to=above,
        accepted=f"m{text}" if not above and text else "",
        is_question=not above,
    )


def _ends(channel: str) -> list[Message]:
    """Every export covers the same time."""
    return [
        Message(
            key=f"end{number}{channel}",
            channel=channel,
            author=ADA,
            at=BEGINNING + timedelta(minutes=number),
            text="End",
        )
        for number in (_FIRST - 1, _LAST + 1)
    ]


@st.composite
def exports(draw: st.DrawFn) -> list[Record]:
    """A few channels, some closed; messages in any order, some of them moved, changed, or gone."""
    closed = draw(st.sets(st.sampled_from(("C2", "C3")), max_size=1))
    records: list[Record] = [
        Channel(key, key.lower(), is_open=key not in closed) for key in ("C1", "C2", "C3")
    ]
    messages: list[Message] = []
    for number in draw(st.lists(st.integers(_FIRST, _LAST), unique=True, max_size=12)):
        channel = draw(st.sampled_from(("C1", "C2", "C3")))
        if channel in closed:
            continue
        messages.append(
            _message(
                number,
                channel,
                draw(st.integers(0, 3)),
                draw(st.integers(0, 3)),
                draw(st.none() | st.integers(_FIRST, _LAST)),
                moved=draw(st.booleans()),
            )
        )
    records += [*_ends("C1"), *messages]
    records += [Removed(f"m{number}") for number in draw(st.sets(st.integers(20, 22), max_size=1))]
    return records


_STATE = """
    select p.key, c.key channel, a.handle, p.author_name, p.thread_key, r.key root, p.text, p.ring, p.is_question,
        p.accepted_key, p.id >> 16 ms, e.is_gone, e.is_accepted, e.is_question asks, w.words::text,
        (select key from passages where id = e.root_id) evidence_root
    from passages p join channels c on c.id = p.channel_id left join people a on a.id = p.author_id
    left join passages r on r.id = p.root_id left join evidence e on e.post_id = p.id
    left join passage_words w on w.passage_id = p.id order by p.key
"""


async def _state(world: World) -> tuple[list[dict[str, Any]], list[str]]:
    rows = [dict(row) for row in await world.connection.fetch(_STATE)]
    for row in rows:
        row["words"] = " ".join(
            word for word in row["words"].split(" ") if ":from=" not in word and "=" not in word
        )
    alive = await world.connection.fetchval(
        "select count(*) from evidence where not is_gone and post_id not in (select id from passages)"
    )
    assert alive == 0, "nothing is evidence that is not there"
    channels = await world.connection.fetch("select key from channels order by key")
    return rows, [row["key"] for row in channels]


async def _bring(world: World, records: list[Record], stops_after: int | None = None) -> None:
    await bring_in(
        world.database,
        await acting(world.database),
        Path(__file__),
        EvidenceTerms(kind="slack"),
        reader=reader(records, stops_after=stops_after),
    )


@given(
    before=st.lists(st.tuples(exports(), st.none() | st.integers(0, 14)), max_size=3),
    last=exports(),
    breaks=st.none() | st.integers(0, 14),
)
@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_after_any_runs_it_stands_as_after_one_of_the_last(
    dsn: str, before: list[tuple[list[Record], int | None]], last: list[Record], breaks: int | None
) -> None:
    async def story() -> None:
        world = await World.open(dsn)
        try:
            await world.policy(sign_up_domains=["house.example"])
            async with world.undone():
                await _bring(world, last)
                clean, channels = await _state(world)
            for records, stops_after in before:
                with suppress(Killed):
                    await _bring(world, records, stops_after)
            if breaks is not None and breaks < len(last):
                with pytest.raises(Killed):
                    await _bring(world, last, breaks)
            await _bring(world, last)
            found, there = await _state(world)
            assert found == clean
            assert there == channels
        finally:
            await world.close()

    asyncio.run(story())
