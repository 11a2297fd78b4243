"""The items of a list of posts: each with the line that it answers, an answered question with its answer, and several replies
of one conversation as one item."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from weetwie.database.pool import Db
from weetwie.domain.timelines.threads import Mate, threads
from weetwie.views import posts as post_views
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_FACES: Final = 3


class Item(msgspec.Struct, frozen=True):
    """What stands in a list as one: a post, perhaps with what belongs to its conversation."""

    key: int
    """What the list is paged by: the newest post's."""
    post: Post
    parent: Post | None = None
    parent_is_hidden: bool = False
    """Whether it answers a post that the reader does not see."""
    answer: Post | None = None
    """The accepted answer of a question."""
    more: int = 0
    """How many replies of the conversation stand between what is shown."""
    faces: Sequence[Person] = ()
    """Some of those who wrote them."""
    last: Post | None = None
    """The newest reply, where several are folded into this item."""

    @property
    def shown(self) -> list[Post]:
        return [one for one in (self.post, self.parent, self.answer, self.last) if one is not None]

    @property
    def is_plain(self) -> bool:
        """Nothing hangs on it that looks different from one moment, or one reader, to the next."""
        return not any(one.poll or one.quote for one in self.shown)


class _Group(msgspec.Struct):
    """Posts of a page that become one item, newest first, and the conversation that they are part of."""

    posts: list[Post]
    root_id: int
    mates: Sequence[Mate]
    folds: bool

    @property
    def sees_root(self) -> bool:
        return any(mate.id == self.root_id for mate in self.mates)

    @property
    def answer_id(self) -> int:
        """Of the question that the conversation began with; 0 where there is none that the reader sees."""
        found = next((mate.answer_id for mate in self.mates if mate.id == self.root_id), None)
        return found if found and any(mate.id == found for mate in self.mates) else 0

    @property
    def is_about_root(self) -> bool:
        """Whether the item begins with the first post of the conversation."""
        first = self.posts[0]
        tells_more = len(self.posts) > 1 or self.answer_id == first.id
        return first.id == self.root_id or (self.folds and self.sees_root and tells_more)

    @property
    def wanted(self) -> set[int]:
        """What the item shows beside the posts of the page."""
        if not self.is_about_root:
            return {self.posts[-1].reply_to_id or 0}
        return {self.root_id, self.answer_id}


async def items(
    visit: Visit, db: Db, posts: Sequence[Post], context: str = "public", *, folds: bool = False
) -> list[Item]:
    """`context` says which of the reader's filters hold, as in `hydration/filters.py`."""
    if not posts:
        return []
    mates = await threads(db, visit.viewer, {post.id for post in posts})
    groups = _groups(posts, mates, folds=folds)
    there = {post.id: post for post in posts}
    missing = {id for group in groups for id in group.wanted} - there.keys() - {0}
    found = await post_views.posts(db, visit.viewer, sorted(missing))
    there |= {post.id: post for post in await visit.site.presenter.posts(db, visit.viewer, found, context)}
    made = [_item(group, there) for group in groups]
    return await _with_faces(visit, db, made)


def _groups(posts: Sequence[Post], mates: Sequence[Mate], *, folds: bool) -> list[_Group]:
    """A boost stands alone; so does everything where nothing is folded."""
    by_root: dict[int, list[Mate]] = defaultdict(list)
    for mate in mates:
        by_root[mate.root_id].append(mate)
    root_of = {mate.id: mate.root_id for mate in mates}
    groups: dict[object, _Group] = {}
    for post in posts:
        root_id = root_of.get(post.id, post.id)
        is_folded = folds and post.booster is None
        key = root_id if is_folded else ("alone", post.key)
        group = groups.setdefault(key, _Group([], root_id, by_root[root_id], is_folded))
        if post.id not in {one.id for one in group.posts}:
            group.posts.append(post)
    return list(groups.values())


def _item(group: _Group, there: Mapping[int, Post]) -> tuple[Item, list[Mate]]:
    """The item, and the posts of the conversation that it leaves out."""
    newest = group.posts[0]
    root = there.get(group.root_id)
    if not group.is_about_root or root is None:
        return _reply(group, there), []
    root = newest if newest.booster else root
    answer = there.get(group.answer_id)
    last = newest if newest.id != root.id and answer is None and len(group.posts) > 1 else None
    shown = {one.id for one in (root, answer, last) if one is not None}
    rest = [mate for mate in group.mates if mate.id not in shown]
    is_folded = answer is not None or last is not None
    item = Item(newest.key, root, answer=answer, last=last, more=len(rest) if is_folded else 0)
    return item, rest if is_folded else []


def _reply(group: _Group, there: Mapping[int, Post]) -> Item:
    """A reply outside its conversation; several of them where the reader does not see what they began with."""
    newest, oldest = group.posts[0], group.posts[-1]
    parent = there.get(oldest.reply_to_id or 0)
    last = newest if newest.id != oldest.id else None
    return Item(
        newest.key,
        oldest,
        parent=parent,
        parent_is_hidden=oldest.reply_to_id is None and oldest.id != group.root_id,
        more=max(len(group.posts) - 2, 0),
        last=last,
    )


async def _with_faces(visit: Visit, db: Db, made: Iterable[tuple[Item, list[Mate]]]) -> list[Item]:
    pairs = list(made)
    authors = {mate.author.id: mate.author for _item, rest in pairs for mate in rest}
    people = {one.id: one for one in await visit.site.presenter.seen(db, list(authors.values()))}
    return [
        msgspec.structs.replace(item, faces=_faces(rest, people)) if rest else item for item, rest in pairs
    ]


def _faces(rest: Sequence[Mate], people: Mapping[int, Person]) -> list[Person]:
    ids = list(dict.fromkeys(mate.author.id for mate in rest))
    return [people[id] for id in ids if id in people][:_FACES]
