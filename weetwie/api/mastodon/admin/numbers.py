"""How this place is used, in numbers, and what is talked about in it."""

import platform
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from weetwie import __version__
from weetwie.access import allowed, permissions
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render, trends
from weetwie.api.mastodon.instance import domain
from weetwie.api.mastodon.trends import FewParams
from weetwie.api.parameters import OffsetParams, at_most
from weetwie.domain.moderation import measures as counted
from weetwie.runtime import clock
from weetwie.text.text import tag_key

routes = Routes("admin")

_READ = ["admin:read"]
_MOST_KEYS: Final = 50


class TagKey(Struct, frozen=True, kw_only=True):
    """A tag by its id or its name."""

    id: str = ""


class MeasuresParams(Struct, frozen=True, kw_only=True):
    keys: Annotated[list[str], Meta(max_length=_MOST_KEYS)]
    start_at: datetime
    end_at: datetime
    tag_accounts: TagKey = TagKey()
    tag_uses: TagKey = TagKey()


class WantedParts(Struct, frozen=True, kw_only=True):
    keys: Annotated[list[str], Meta(max_length=_MOST_KEYS)]
    start_at: datetime | None = None
    end_at: datetime | None = None
    limit: Annotated[int, at_most(10, 100)] = 10


class WantedCohorts(Struct, frozen=True, kw_only=True):
    start_at: datetime
    end_at: datetime
    frequency: Literal["day", "month"] = "day"


@routes.post("/api/v1/admin/measures", scopes=_READ)
async def measures(call: Call, wanted: MeasuresParams) -> list[wire.AdminMeasure]:
    """Daily numbers: `active_users`, `new_users`, `interactions`, `opened_reports`, `resolved_reports`, `tag_uses`, `tag_accounts`."""
    counted.check(call.viewer)
    db, begin, end = await call.db(), wanted.start_at, wanted.end_at
    answer = []
    for key in dict.fromkeys(wanted.keys):
        about = getattr(wanted, key).id if key in ("tag_accounts", "tag_uses") else ""
        tag = await _tag(call, about) if about else ""
        answer.append(_measure(key, await counted.measure(db, call.viewer, key, begin, end, tag)))
    return answer


async def _tag(call: Call, about: str) -> str:
    """Ids of tags are made of their names; there is no way back but to look."""
    if not about.isdigit():
        return tag_key(about)
    keys = await counted.tag_keys(await call.db(), call.viewer)
    return next((key for key in keys if render.tag_id(key) == about), "")


def _measure(key: str, found: counted.Measure) -> wire.AdminMeasure:
    return wire.AdminMeasure(
        key=key,
        unit=None,
        total=str(found.total),
        previous_total=str(found.previous_total),
        data=[wire.AdminMeasureData(date=wire.date_time(day), value=str(count)) for day, count in found.days],
    )


@routes.post("/api/v1/admin/dimensions", scopes=_READ)
async def dimensions(call: Call, wanted: WantedParts) -> list[wire.AdminDimension]:
    """Breakdowns: `languages`, `servers`, `software_versions`, `space_usage`; others are empty."""
    counted.check(call.viewer)
    answer = []
    for key in dict.fromkeys(wanted.keys):
        read = _DIMENSIONS.get(key)
        answer.append(wire.AdminDimension(key=key, data=await read(call, wanted) if read else []))
    return answer


def _part(key: str, value: str | int | None, **more: str) -> wire.AdminDimensionData:
    return wire.AdminDimensionData(key=key, human_key=key, value=str(value), **more)


async def _languages(call: Call, wanted: WantedParts) -> list[wire.AdminDimensionData]:
    end = wanted.end_at or clock.now()
    begin = wanted.start_at or end.replace(day=1)
    found = await counted.languages(await call.db(), call.viewer, begin, end, wanted.limit)
    return [_part(language, count) for language, count in found]


async def _servers(call: Call, wanted: WantedParts) -> list[wire.AdminDimensionData]:
    end = wanted.end_at or clock.now()
    begin = wanted.start_at or end.replace(day=1)
    found = await counted.languages(await call.db(), call.viewer, begin, end, 10_000)
    return [_part(domain(call.base_url), sum(count for _language, count in found))]


async def _versions(call: Call, wanted: WantedParts) -> list[wire.AdminDimensionData]:
    postgres = await counted.database_version(await call.db())
    versions = {"Weetwie": __version__, "PostgreSQL": postgres, "Python": platform.python_version()}
    return [_part(name, version, human_value=version) for name, version in versions.items()]


async def _space(call: Call, wanted: WantedParts) -> list[wire.AdminDimensionData]:
    database, media = await counted.space(await call.db(), call.viewer)
    return [
        _part(name, size, unit="bytes", human_value=f"{size / 1_000_000:.1f} MB")
        for name, size in (("PostgreSQL", database), ("Media", media))
    ]


_Read = Callable[[Call, WantedParts], Awaitable[list[wire.AdminDimensionData]]]
_DIMENSIONS: Final[dict[str, _Read]] = {
    "languages": _languages,
    "servers": _servers,
    "software_versions": _versions,
    "space_usage": _space,
}


@routes.post("/api/v1/admin/retention", scopes=_READ)
async def retention(call: Call, wanted: WantedCohorts) -> list[wire.AdminCohort]:
    """Of people who joined in the same day or month, how many posted in each period since."""
    found = await counted.retention(
        await call.db(), call.viewer, wanted.start_at, wanted.end_at, by_month=wanted.frequency == "month"
    )
    return [
        wire.AdminCohort(
            period=wire.date_time(one.period),
            frequency=wanted.frequency,
            data=[
                wire.AdminCohortData(
                    date=wire.date_time(day), rate=count / one.people if one.people else 0.0, value=str(count)
                )
                for day, count in one.active
            ],
        )
        for one in found
    ]


@routes.get("/api/v1/admin/trends/tags", scopes=_READ)
async def trending_tags(call: Call, wanted: FewParams) -> list[wire.AdminTag]:
    """Trending hashtags, as everyone sees them; none needs a review."""
    allowed.check(call.viewer, permissions.look_behind)
    more = {"trendable": True, "usable": True, "listable": True, "requires_review": False}
    return [
        msgspec.convert(msgspec.to_builtins(one) | more, wire.AdminTag)
        for one in await trends.tags(call, wanted)
    ]


@routes.get("/api/v1/admin/trends/links", scopes=_READ)
async def trending_links(call: Call, wanted: FewParams) -> list[wire.AdminTrendsLink]:
    """Trending links, as everyone sees them."""
    allowed.check(call.viewer, permissions.look_behind)
    return [
        msgspec.convert(msgspec.to_builtins(one) | {"requires_review": False}, wire.AdminTrendsLink)
        for one in await trends.links(call, wanted)
    ]


@routes.get("/api/v1/admin/trends/statuses", scopes=_READ, answer=list[wire.AdminTrendsStatus])
async def trending_statuses(call: Call, wanted: OffsetParams) -> bytes:
    """Trending posts, as everyone sees them."""
    allowed.check(call.viewer, permissions.look_behind)
    found: list[msgspec.Raw] = msgspec.json.decode(
        await trends.statuses(call, wanted), type=list[msgspec.Raw]
    )
    return b"[%b]" % b",".join(b'%b,"requires_review":false}' % bytes(one)[:-1] for one in found)
