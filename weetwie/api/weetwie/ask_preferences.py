"""When and about what somebody wants to be asked, and for what they were named (docs/questions.md)."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie.ask import accounts_of
from weetwie.domain.knowledge import subject
from weetwie.domain.questions import preferences, respond
from weetwie.domain.questions.preferences import Preferences
from weetwie.errors import Invalid, _

routes = Routes("questions")


@routes.get("/api/weetwie/v1/me/ask/preferences", scopes=["read:accounts"])
async def own_preferences(call: Call) -> wire.AskPreferences:
    """When and about what you want to be asked."""
    db = await call.db()
    own = await preferences.preferences(db, call.viewer)
    return wire.AskPreferences(
        is_asked=own.is_asked_by(call.viewer.standing),
        away_until=own.away_until.isoformat() if own.away_until else None,
        most_a_week=own.most_a_week,
        this_week=await preferences.this_week(db, call.viewer),
        time_zone=own.time_zone or None,
        begins=own.begins,
        ends=own.ends,
        topics=list(own.topics),
        asks_at_once=own.asks_at_once,
    )


class PreferencesGiven(Struct, frozen=True, kw_only=True):
    """What is left out stays; an empty text takes the day or the time zone away."""

    is_asked: bool | None = None
    away_until: str | None = None
    most_a_week: int | None = None
    time_zone: str | None = None
    begins: int | None = None
    ends: int | None = None
    topics: Annotated[list[str], msgspec.Meta(max_length=100)] | None = None
    asks_at_once: bool | None = None


@routes.put("/api/weetwie/v1/me/ask/preferences", scopes=["write:accounts"])
async def choose_preferences(call: Call, wanted: PreferencesGiven) -> wire.AskPreferences:
    """Choose them. Whoever would ask you, they hold."""
    db = await call.db()
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    if "away_until" in given:
        given["away_until"] = _day(given["away_until"])
    own = msgspec.structs.replace(await preferences.preferences(db, call.viewer), **given)
    await preferences.choose(db, call.viewer, own, _terms(own))
    return await own_preferences(call)


@routes.get("/api/weetwie/v1/me/ask/refused_topics", scopes=["read:accounts"])
async def refused_topics(call: Call) -> list[wire.RefusedTopic]:
    """Topics about which you are not asked."""
    found = await respond.refused(await call.db(), call.viewer)
    return [wire.RefusedTopic(id=str(one.id), name=one.name) for one in found]


@routes.delete("/api/weetwie/v1/me/ask/refused_topics/{id}", scopes=["write:accounts"])
async def allow_topic(call: Call) -> Empty:
    """You may be asked about it again."""
    await respond.allow(await call.db(), call.viewer, call.id)
    return Empty()


@routes.get("/api/weetwie/v1/me/ask/named", scopes=["read:accounts"], answer=list[wire.NamedSomebody])
async def named(call: Call) -> bytes:
    """Whom you named for a topic, and for what you were named."""
    found = await respond.pointers(await call.db(), call.viewer)
    people = await accounts_of(call, [id for one in found for id in (one.by_id, one.to_id) if id])
    return b"[%b]" % b",".join(
        b'{"id":"%d","topic":%b,"by":%b,"account":%b}'
        % (
            one.id,
            msgspec.json.encode(one.name),
            people.get(one.by_id or 0, b"null"),
            people.get(one.to_id, b"null"),
        )
        for one in found
    )


@routes.delete("/api/weetwie/v1/me/ask/named/{id}", scopes=["write:accounts"])
async def forget_named(call: Call) -> Empty:
    """It counts no more. Either of the two may delete it."""
    await respond.forget_pointer(await call.db(), call.viewer, call.id)
    return Empty()


def _terms(own: Preferences) -> list[int]:
    return list(dict.fromkeys(term for topic in own.topics for term in subject.terms(topic)))


def _day(text: str) -> date | None:
    """Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("Write the date like this: 2026-06-30"), field="away_until") from None
