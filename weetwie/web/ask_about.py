"""What one can ask somebody about: the topics on their profile, each with the best proof that the viewer sees."""

from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.database.pool import Db
from weetwie.domain.knowledge import inferred
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.inferred import Inferred
from weetwie.views import posts as seen_posts
from weetwie.web.experts import ShownExpert, experts
from weetwie.web.topics import as_read
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_LOOKED_AT: Final = 8
"""So many topics are looked up; the rest stand there by name."""
_PROPOSED: Final = 4


class AskedAbout(msgspec.Struct, frozen=True):
    name: str
    found: ShownExpert | None = None
    """With how they know it, and what shows it; None where the viewer sees nothing that does."""

    @property
    def weight(self) -> float:
        return self.found.expert.score if self.found and self.found.proofs else 0.0


async def asked_about(visit: Visit, db: Db, person: Person) -> list[AskedAbout]:
    """What is proved best first."""
    viewer, found = visit.viewer, []
    names = await as_read(visit, person.knows)
    for name in names[:_LOOKED_AT]:
        answer = await who_knows(db, viewer, name, among=[person.id], with_self=True)
        shown = await experts(visit, db, answer.named())
        found.append(AskedAbout(name, next(iter(shown), None)))
    found.sort(key=lambda one: -one.weight)
    return [*found, *(AskedAbout(name) for name in names[_LOOKED_AT:])]


async def proposed(visit: Visit, db: Db) -> list[tuple[Inferred, Sequence[Post]]]:
    """For the person alone: topics that their posts would bear out, each with what shows it."""
    found = (await inferred.proposals(db, visit.viewer))[:_PROPOSED]
    ids = [id for one in found for id in one.proofs[:1]]
    seen = await seen_posts.posts(db, visit.viewer, ids)
    posts = await visit.site.presenter.posts_by_id(db, visit.viewer, seen)
    return [(one, [posts[id] for id in one.proofs[:1] if id in posts]) for one in found]
