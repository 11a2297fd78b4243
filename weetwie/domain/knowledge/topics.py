"""What people say that they know or learn: each about themselves, and nobody for them."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    case,
    column,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.policy import FEWEST
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.knowledge import delicate, topic_rules as rules, translating
from weetwie.domain.knowledge.topic_rules import SHOWN, TopicChoice
from weetwie.errors import Invalid, _
from weetwie.events import PersonErased, TopicsChanged, record
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic, TopicWord, Vouch
from weetwie.tables.people import Person


class Chosen(msgspec.Struct, frozen=True):
    key: str
    name: str
    choice: TopicChoice


async def choose(db: Db, viewer: Viewer, name: str, choice: TopicChoice) -> Chosen:
    """Publishes a topic, hides it, or contests it. Raises Forbidden and Invalid."""
    allowed.check(viewer, permissions.act)
    name = rules.check(name)
    chosen = Chosen(rules.key_of(name), name, choice)
    await _check_room(db, viewer, chosen)
    await db.run(
        _CHOOSE, person_id=viewer.person_id, key=chosen.key, name=name, choice=int(choice), at=clock.now()
    )
    await find_by_words(db, viewer.person_id, chosen.key, name)
    if choice is TopicChoice.never:
        await db.run(_NO_VOUCHES, person_id=viewer.person_id, key=chosen.key)
    await record(db, viewer, TopicsChanged(viewer.person_id))
    return chosen


async def take_back(db: Db, viewer: Viewer, name: str) -> None:
    """As if nothing had been chosen about it."""
    allowed.check(viewer, permissions.act)
    if await db.run(_TAKE_BACK, person_id=viewer.person_id, key=rules.key_of(name)):
        await record(db, viewer, TopicsChanged(viewer.person_id))


async def own(db: Db, viewer: Viewer) -> list[Chosen]:
    """All that one has chosen, also what nobody else sees."""
    return _as_chosen(await db.rows(_OWN, person_id=viewer.person_id))


async def published(db: Db, viewer: Viewer, person_id: int) -> list[Chosen]:
    """What somebody's profile says, to those who see more of it than the card."""
    return _as_chosen(await _PUBLISHED.rows(db, viewer, person_id=person_id))


async def who_list(db: Db, viewer: Viewer, words: str, limit: int) -> list[int]:
    """People whose profile says that they know about what begins so, or with what means the same in another language."""
    key = rules.key_of(words)
    if len(key) < _LEAST_ASKED:
        return []
    meant = (await translating.others(translating.Glosses(db, viewer), viewer, words, [words])).get(words, [])
    keys = list(dict.fromkeys([key, *map(rules.key_of, meant)]))
    rows = await _WHO_LIST.rows(db, viewer, keys=keys, limit=limit)
    return [row["id"] for row in rows]


async def of_unit(db: Db, viewer: Viewer, limit: int) -> list[str]:
    """What the profiles of the viewer's own unit list, as `here`."""
    return await _listed(_OF_UNIT, db, viewer, limit)


async def here(db: Db, viewer: Viewer, limit: int) -> list[str]:
    """What profiles list that the viewer sees, what most people know first; nothing that is never inferred. In works-council
    mode the order tells of no group that is too small to be told of."""
    return await _listed(_HERE, db, viewer, limit)


async def _listed(query: VisibleQuery, db: Db, viewer: Viewer, limit: int) -> list[str]:
    least = 1 if viewer.policy.tells_activity else FEWEST
    names = [row["name"] for row in await query.rows(db, viewer, limit=2 * limit, least=least)]
    return [one for one in names if not delicate.is_delicate(one, viewer.policy.never_inferred)][:limit]


async def find_by_words(db: Db, person_id: int, key: str, name: str) -> None:
    """From now on questions with the words of this topic find it."""
    forms = rules.signature(name)
    rows = [(term, place) for place, terms in enumerate(forms) for term in terms]
    await db.run(
        _WORDS,
        terms=[term for term, _place in rows],
        places=[place for _term, place in rows],
        person_id=person_id,
        key=key,
        words=len(forms),
    )


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    ids = [fact.person_id for fact in facts]
    for forget in (_FORGET_WORDS, _FORGET_TOPICS, _FORGET_VOUCHES):
        await db.run(forget, ids=ids)


def _as_chosen(rows: Iterable[Record]) -> list[Chosen]:
    return [Chosen(row["key"], row["name"], TopicChoice(row["choice"])) for row in rows]


async def _check_room(db: Db, viewer: Viewer, chosen: Chosen) -> None:
    others = [one.choice for one in await own(db, viewer) if one.key != chosen.key]
    if len(others) >= rules.MOST_KEPT or (
        chosen.choice in SHOWN and others.count(chosen.choice) >= rules.MOST_SHOWN
    ):
        raise Invalid(
            _("A profile can have at most {most} topics. Remove one first."),
            most=rules.MOST_SHOWN,
            field="name",
        )


_PERSON, _KEY = param("person_id", BigInteger), param("key", Text)
_IDS = param("ids", ARRAY(BigInteger))


def _choose() -> Executable:
    new = insert(Topic).values(
        person_id=_PERSON,
        key=_KEY,
        name=param("name", Text),
        choice=param("choice", SmallInteger),
        chosen_at=param("at", DateTime(timezone=True)),
    )
    anew = {name: new.excluded[name] for name in ("name", "choice", "chosen_at")}
    return new.on_conflict_do_update(index_elements=["person_id", "key"], set_=anew)


_CHOOSE = Query(_choose)
_TAKE_BACK = Query(delete(Topic).where(Topic.person_id == _PERSON, Topic.key == _KEY))
_NO_VOUCHES = Query(delete(Vouch).where(Vouch.about_id == _PERSON, Vouch.key == _KEY))
_COLUMNS = (Topic.key, Topic.name, Topic.choice)
_OWN = Query(select(*_COLUMNS).where(Topic.person_id == _PERSON).order_by(Topic.key))


def _published(viewer_sql: ViewerSql) -> Executable:
    return (
        select(*_COLUMNS)
        .join(Person, Person.id == Topic.person_id)
        .where(
            Topic.person_id == _PERSON,
            Topic.choice.in_([int(choice) for choice in SHOWN]),
            visibility.detail(viewer_sql, Person) > visibility.CARD,
        )
        .order_by(Topic.key)
    )


_PUBLISHED = VisibleQuery(_published)
_LEAST_ASKED = 2
"""Letters."""


def _who_list(viewer_sql: ViewerSql) -> Executable:
    wanted = func.unnest(param("keys", ARRAY(Text))).table_valued(column("key", Text)).render_derived()
    begins = or_(
        func.starts_with(Topic.key, wanted.c.key), func.strpos(Topic.key, func.concat(" ", wanted.c.key)) > 0
    )
    return (
        select(Person.id)
        .join(Topic, Topic.person_id == Person.id)
        .where(
            Topic.choice == int(TopicChoice.knows),
            exists().where(begins),
            visibility.detail(viewer_sql, Person) > visibility.CARD,
            Person.suspended_at.is_(None),
            Person.is_dormant.is_(False),
            Person.may_rank,
        )
        .group_by(Person.id)
        .order_by(func.min(Topic.key), Person.id)
        .limit(param("limit", BigInteger))
    )


_MANY = case((func.count() >= param("least", BigInteger), func.count()), else_=0)
"""How many know a topic, where they are enough to be told of."""


def _of_unit(viewer_sql: ViewerSql) -> Executable:
    me, mate = aliased(Person), aliased(Person)
    return (
        select(func.min(Topic.name).label("name"))
        .select_from(me)
        .join(mate, mate.unit == me.unit)
        .join(Topic, Topic.person_id == mate.id)
        .where(
            me.id == viewer_sql.id,
            me.unit != "",
            mate.id != me.id,
            Topic.choice == int(TopicChoice.knows),
            visibility.detail(viewer_sql, mate) >= visibility.PLACE,
        )
        .group_by(Topic.key)
        .order_by(_MANY.desc(), Topic.key)
        .limit(param("limit", BigInteger))
    )


def _here(viewer_sql: ViewerSql) -> Executable:
    return (
        select(func.min(Topic.name).label("name"))
        .join(Person, Person.id == Topic.person_id)
        .where(
            Topic.choice == int(TopicChoice.knows),
            Person.id != viewer_sql.id,
            visibility.person(viewer_sql),
            visibility.detail(viewer_sql, Person) > visibility.CARD,
            Person.is_dormant.is_(False),
            Person.may_rank,
        )
        .group_by(Topic.key)
        .order_by(_MANY.desc(), Topic.key)
        .limit(param("limit", BigInteger))
    )


_HERE = VisibleQuery(_here)
_WHO_LIST = VisibleQuery(_who_list)
_OF_UNIT = VisibleQuery(_of_unit)


def _words() -> Executable:
    each = (
        func.unnest(param("terms", ARRAY(BigInteger)), param("places", ARRAY(SmallInteger)))
        .table_valued(column("term", BigInteger), column("place", SmallInteger))
        .render_derived()
    )
    rows = select(each.c.term, _PERSON, _KEY, each.c.place, param("words", SmallInteger))
    return (
        insert(TopicWord)
        .from_select(["term", "person_id", "key", "place", "words"], rows)
        .on_conflict_do_nothing()
    )


_WORDS = Query(_words)
_FORGET_WORDS = Query(delete(TopicWord).where(TopicWord.person_id == func.any(_IDS)))
_FORGET_TOPICS = Query(delete(Topic).where(Topic.person_id == func.any(_IDS)))
_FORGET_VOUCHES = Query(
    delete(Vouch).where((Vouch.about_id == func.any(_IDS)) | (Vouch.by_id == func.any(_IDS)))
)
