"""What it brings the organisation, in numbers about many: of the last quarter that is over, nothing by person.

Each number stands on public and unlisted posts, or on a survey, and is told by the rule of `rules.told`. In works-council mode only
questions and answers are counted.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Record
from weetwie.domain.benefits import rules, survey
from weetwie.domain.benefits.rules import Cell, Quarter, cell
from weetwie.domain.benefits.survey import CountedRound
from weetwie.domain.benefits.whole_counts import ALUMNI, FIRST, NEWCOMERS, PEOPLE, QUESTIONS, SETTLED, TIES
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at, moment_of


class Ties(msgspec.Struct, frozen=True):
    """Pairs of people who replied to one another or one to the other."""

    all: int | None
    between_units: int | None

    @property
    def share(self) -> int | None:
        """In percent."""
        return round(100 * self.between_units / self.all) if self.all and self.between_units else None


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """None where few people stand behind a number, or where nothing of the kind is counted."""

    quarter: Quarter
    people: int | None
    """Who has logged in."""
    asked: int | None
    answered: int | None
    by_unfollowed: int | None
    """Of those answered: by whom the asker did not follow when the answer came."""
    wait: timedelta | None
    """From a question to its accepted answer, as a rule."""
    first: Quarter | None = None
    """With which ties are compared."""
    ties_first: Ties | None = None
    ties: Ties | None = None
    newcomers: int | None = None
    settled: int | None = None
    alumni: int | None = None
    alumni_who_answered: int | None = None
    survey_first: CountedRound | None = None
    """With which the last is compared."""
    survey: CountedRound | None = None
    """The last round of whose numbers something is told."""
    is_of_sample: bool = False
    """Whether these are numbers of the sample company, while those of the organisation are too few."""

    @property
    def says_nothing(self) -> bool:
        told = (
            self.people,
            self.asked,
            self.newcomers,
            self.alumni,
            self.survey,
            self.ties.all if self.ties else None,
        )
        return all(one is None for one in told)


async def benefit(db: Db, viewer: Viewer) -> Benefit:
    """Raises Forbidden for whom this is not for."""
    allowed.check(viewer, permissions.look_behind)
    found = await _counted(db, viewer, is_of_sample=False)
    if not found.says_nothing:
        return found
    made_up = await _counted(db, viewer, is_of_sample=True)
    return found if made_up.says_nothing else made_up


async def _counted(db: Db, viewer: Viewer, *, is_of_sample: bool) -> Benefit:
    """Of people of the organisation, or of those of the sample company; never of both."""
    quarter = rules.last_quarter(clock.now())
    rows = await db.rows(QUESTIONS, **_within(quarter), is_of_sample=is_of_sample)
    asked, answered, by_unfollowed = rules.told(_questions(rows))
    waits = [timedelta(milliseconds=int(row["waited"])) for row in rows if row["answerer_id"]]
    found = Benefit(
        quarter=quarter,
        people=rules.enough(await db.value(PEOPLE, is_of_sample=is_of_sample)),
        asked=asked,
        answered=answered,
        by_unfollowed=by_unfollowed,
        wait=rules.usual(waits) if answered is not None else None,
        is_of_sample=is_of_sample,
    )
    return await _people(db, found) if viewer.policy.tells_activity else found


async def _people(db: Db, found: Benefit) -> Benefit:
    """With the numbers about people and their ties, which works-council mode does without."""
    quarter = found.quarter
    of = {"is_of_sample": found.is_of_sample}
    first_id = await db.value(FIRST, **of)
    first = rules.first_quarter(moment_of(first_id)) if first_id else quarter
    has_before = first.begins < quarter.begins
    came = {"begin": quarter.begins - SETTLED, "end": quarter.ends - SETTLED}
    newcomers, settled = rules.told(_split(await db.rows(NEWCOMERS, **came, **of)))
    alumni, who_answered = rules.told(_split(await db.rows(ALUMNI, **_within(quarter), **of)))
    rounds = await survey.counted(db, is_sample=found.is_of_sample)
    last = survey.last_told(rounds)
    return msgspec.structs.replace(
        found,
        first=first if has_before else None,
        ties_first=await _ties(db, first, **of) if has_before else None,
        ties=await _ties(db, quarter, **of),
        newcomers=newcomers,
        settled=settled,
        alumni=alumni,
        alumni_who_answered=who_answered,
        survey_first=survey.before(rounds, last) if last else None,
        survey=last,
    )


def _questions(rows: Sequence[Record]) -> list[Cell]:
    open_ones = cell((row["asker_id"],) for row in rows if not row["answerer_id"])
    both = [(row["asker_id"], row["answerer_id"], row["follows"]) for row in rows if row["answerer_id"]]
    return [
        open_ones,
        cell((asker, answerer) for asker, answerer, follows in both if follows),
        cell((asker, answerer) for asker, answerer, follows in both if not follows),
    ]


def _split(rows: Sequence[Record]) -> list[Cell]:
    """Those of whom it is not so, then those of whom it is."""
    return [cell((row["id"],) for row in rows if row["is_so"] is so) for so in (False, True)]


async def _ties(db: Db, quarter: Quarter, *, is_of_sample: bool) -> Ties:
    rows = await db.rows(TIES, **_within(quarter), is_of_sample=is_of_sample)
    within, between = (
        Cell(len(pairs), (frozenset(id for row in pairs for id in (row["one"], row["other"])),))
        for pairs in ([row for row in rows if row["is_between"] is so] for so in (False, True))
    )
    return Ties(*rules.told([within, between]))


def _within(quarter: Quarter) -> dict[str, int]:
    return {"begin_id": id_at(quarter.begins), "end_id": id_at(quarter.ends)}
