"""What can be inferred about somebody from what they wrote: worked out when they ask, shown to them alone, kept nowhere."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Select, Text, column, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import audience, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, columns, param
from weetwie.domain.knowledge import delicate, phrases, topic_rules as rules, topics, visible as visibles
from weetwie.domain.knowledge.around import unranked
from weetwie.domain.knowledge.arrays import Ints
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.keeping import current
from weetwie.domain.knowledge.look_up import look_up
from weetwie.domain.knowledge.phrases import Candidate, WrittenPost
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.runtime.later import np
from weetwie.tables.declared import aliased
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, PostText

MOST_PROPOSED: Final = 8
MOST_PROOFS: Final = 3
_MOST_POSTS: Final = 1000
"""So many of one's newest posts are read."""
_LOOKED_AT: Final = 200
_SURELY: Final = 6.6
"""The weight above which chance alone is less likely than one in a hundred."""
_PLAINLY: Final = 10.8
"""The same for plain words, of which there are very many: one in a thousand."""
_OF_A_TAG: Final = 3.84
"""And for tags, which people set on purpose: one in twenty."""
_NEWEST: Final = 2000
"""So many posts tell how much is written in which language."""


class Inferred(msgspec.Struct, frozen=True):
    """A topic that marks somebody's posts against everybody's, with every post that shows it, newest first."""

    key: str
    name: str
    is_tag: bool
    post_ids: tuple[int, ...]
    choice: TopicChoice | None
    """What they have chosen about it."""

    @property
    def proofs(self) -> tuple[int, ...]:
        return self.post_ids[:MOST_PROOFS]


async def inferred(
    db: Db, viewer: Viewer, *, elsewhere: bool = False, lately_since: datetime | None = None
) -> list[Inferred]:
    """Everything, surest first, but for what they have contested; nothing for who stands outside. `elsewhere`: from passages
    of theirs instead of posts, whose numbers then stand in it. `lately_since`: from posts since then alone, and of these from
    those that everybody may read to whom their profile is open."""
    if not await db.value(_STANDS_IN_IT, id=viewer.person_id):
        return []
    written = [
        WrittenPost(
            row["id"],
            f"{row['warning']}\n{row['text']}" if row["warning"] else row["text"],
            row["tags"] or (),
            row["language"],
        )
        for row in await _rows(db, viewer, elsewhere=elsewhere, lately_since=lately_since)
    ]
    more = viewer.policy.never_inferred
    found = [one for one in phrases.candidates(written) if not delicate.is_delicate(one.name, more)]
    found = await _no_names(db, found)
    found.sort(key=lambda one: (-len(one.post_ids) * (2 if one.is_name else 1), one.name))
    weighed = await _weighed(db, viewer, found[:_LOOKED_AT], written)
    chosen = {rules.signature(one.key): one.choice for one in await topics.own(db, viewer)}
    return [
        Inferred(rules.key_of(one.name), one.name, one.is_tag, tuple(one.post_ids), chosen.get(one.forms))
        for one in weighed
        if chosen.get(one.forms) is not TopicChoice.never
    ]


async def _rows(db: Db, viewer: Viewer, *, elsewhere: bool, lately_since: datetime | None) -> list[Record]:
    if lately_since is not None:
        since_id = id_at(lately_since)
        return await db.rows(_WRITTEN_LATELY, id=viewer.person_id, since_id=since_id)
    return await db.rows(_WRITTEN_ELSEWHERE if elsewhere else _WRITTEN, id=viewer.person_id)


async def proposals(db: Db, viewer: Viewer, *, elsewhere: bool = False) -> list[Inferred]:
    """The surest of what they have not decided on yet."""
    found = await inferred(db, viewer, elsewhere=elsewhere)
    return [one for one in found if one.choice is None][:MOST_PROPOSED]


async def _weighed(
    db: Db, viewer: Viewer, found: list[Candidate], written: list[WrittenPost]
) -> list[Candidate]:
    """Against what everybody wrote in the same language, as far as they see it themselves."""
    sight = await audience.sight(db, viewer)
    index = await current(db)
    terms = {term for one in found for word in one.forms for term in word}
    seen = await look_up(db, index, sorted(terms))
    scope = visibles.Scope(sight, await unranked(db), clock.now().timestamp() * 1000)
    visible = visibles.Visible(index, scope)
    seen = visibles.of_sight(visible, seen)
    me, number = index.person(viewer.person_id), len(written)
    shares = await _shares(db, viewer)
    spoken = {post.post_id: post.language for post in written}
    weights = []
    for one in found:
        places = _places(one, seen)
        others = int((index.posts.author[places] != me).sum())
        share = max(shares.get(spoken[id], 0.0) for id in one.post_ids)
        alike = max(int((visible.number - number) * share), others)
        weights.append(phrases.mark(len(one.post_ids), number, others, alike))
    order = sorted(range(len(found)), key=lambda at: -weights[at] * (1.5 if _is_special(found[at]) else 1.0))
    return [found[at] for at in order if weights[at] > _least(found[at])]


def _is_special(one: Candidate) -> bool:
    return one.is_name or len(one.forms) > 1


def _least(one: Candidate) -> float:
    return _OF_A_TAG if one.is_tag else _SURELY if _is_special(one) else _PLAINLY


async def _shares(db: Db, viewer: Viewer) -> dict[str | None, float]:
    """How much of what others write is in which language."""
    rows = await _LANGUAGES.rows(db, viewer)
    whole = sum(row["number"] for row in rows) or 1
    return {row["language"]: row["number"] / whole for row in rows}


def _places(one: Candidate, seen: dict[int, Occurrences]) -> Ints:
    """The posts in which all words of it stand."""
    stands: Ints | None = None
    for word in one.forms:
        parts = [seen[term].places for term in word if term in seen]
        places = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int32)
        stands = places if stands is None else np.intersect1d(stands, places, assume_unique=True)
    return stands if stands is not None else np.zeros(0, np.int32)


async def _no_names(db: Db, found: list[Candidate]) -> list[Candidate]:
    """Colleagues are no topics."""
    single = {rules.key_of(one.name): one for one in found if not one.is_tag}
    known = set(columns(await db.rows(_NAMES, said=list(single)), "said"))
    return [one for one in found if rules.key_of(one.name) not in known]


_ID = param("id", BigInteger)
_STANDS_IN_IT = Query(select(Person.may_rank & ~Person.is_bot).where(Person.id == _ID))


def _written() -> Select[int, str, str, str | None, list[str]]:
    tags = (
        select(func.array_agg(PostTag.name)).where(PostTag.post_id == Post.id).scalar_subquery().label("tags")
    )
    return (
        select(Post.id, PostText.text, PostText.warning, PostText.language, tags)
        .join(PostText, PostText.post_id == Post.id)
        .where(
            Post.author_id == _ID,
            Post.deleted_at.is_(None),
            Post.boost_of_id.is_(None),
            Post.visibility <= int(Visibility.unlisted),
        )
        .order_by(Post.id.desc())
        .limit(_MOST_POSTS)
    )


_WRITTEN = Query(_written)
_owner = aliased(Person)
_WRITTEN_LATELY = Query(
    lambda: (
        _written()
        .join(_owner, _owner.id == Post.author_id)
        .where(Post.id > param("since_id", BigInteger), Post.ring >= _owner.profile_ring)
    )
)
_WRITTEN_ELSEWHERE = Query(
    select(
        SourcePassage.id,
        func.concat_ws("\n", func.nullif(SourcePassage.title, ""), SourcePassage.text).label("text"),
        literal("").label("warning"),
        SourcePassage.language,
        SourcePassage.tags,
    )
    .where(SourcePassage.author_id == _ID)
    .order_by(SourcePassage.id.desc())
    .limit(_MOST_POSTS)
)


def _languages(viewer_sql: ViewerSql) -> Executable:
    newest = (
        select(PostText.language)
        .join(Post, Post.id == PostText.post_id)
        .where(
            Post.deleted_at.is_(None),
            Post.boost_of_id.is_(None),
            Post.visibility == int(Visibility.public),
            Post.author_id != viewer_sql.id,
            visibility.post(viewer_sql, Post),
        )
        .order_by(Post.id.desc())
        .limit(_NEWEST)
        .subquery()
    )
    return select(newest.c.language, func.count().label("number")).group_by(newest.c.language)


_LANGUAGES = VisibleQuery(_languages)


def _names() -> Executable:
    said = func.unnest(param("said", ARRAY(Text))).table_valued(column("said", Text)).render_derived()
    somebody = aliased(Person)
    return select(said.c.said).where(exists().where(func.folded(somebody.handle) == said.c.said))


_NAMES = Query(_names)
