"""Days on which nobody works, by region; taken from the package `holidays` once and kept."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Date, Integer, Text, cast, extract, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.policy import Policy
from weetwie.database.pool import Db, Query, param
from weetwie.tables.questions import FreeDay


def region_of(policy: Policy, place: str) -> str:
    """Where somebody works, such as `NL` or `DE-NI`; empty where no holidays were chosen."""
    wanted = place.strip().casefold()
    for line in policy.holidays_by_place:
        name, _equals, region = line.partition("=")
        if wanted and name.strip().casefold() == wanted:
            return region.strip().upper()
    return policy.holidays.strip().upper()


async def free_days(db: Db, regions: Collection[str], at: datetime) -> Mapping[str, frozenset[date]]:
    """Of this year and the next."""
    wanted, years = sorted({one for one in regions if one}), [at.year, at.year + 1]
    if not wanted:
        return {}
    kept = {(row["region"], row["year"]) for row in await db.rows(_YEARS, regions=wanted)}
    for region in wanted:
        for year in years:
            if (region, year) not in kept:
                await db.run(_KEEP, region=region, days=[*_days(region, year), _mark(year)])
    found: dict[str, set[date]] = {}
    for row in await db.rows(_DAYS, regions=wanted, years=years):
        found.setdefault(row["region"], set()).add(row["day"])
    return {region: frozenset(days) for region, days in found.items()}


def _mark(year: int) -> date:
    """A Sunday, so that a year without holidays is known too."""
    first = date(year, 1, 1)
    return first.replace(day=7 - first.weekday())


def _days(region: str, year: int) -> list[date]:
    """Empty for a region that there is none of."""
    import holidays

    country, _dash, part = region.partition("-")
    try:
        return sorted(holidays.country_holidays(country, subdiv=part or None, years=year))
    except (NotImplementedError, ValueError):
        return []


_REGIONS = FreeDay.region == func.any(param("regions", ARRAY(Text)))
_year = cast(extract("year", FreeDay.day), Integer)
_YEARS = Query(select(FreeDay.region, _year.label("year")).where(_REGIONS).distinct())
_DAYS = Query(
    select(FreeDay.region, FreeDay.day).where(_REGIONS, _year == func.any(param("years", ARRAY(Integer))))
)
_KEEP = Query(
    insert(FreeDay)
    .from_select(["region", "day"], select(param("region", Text), func.unnest(param("days", ARRAY(Date)))))
    .on_conflict_do_nothing()
)
