"""A search for posts that also finds what means the same in another language."""

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge.translating import Glosses, others
from weetwie.domain.search.query import SearchQuery, said, spans, translated


async def in_every_language(
    db: Db, viewer: Viewer, asked: SearchQuery, glosses: Glosses | None = None
) -> SearchQuery:
    """The same, with what stands for its words, unless it says `translate:off`."""
    if not asked.translates:
        return asked
    given = [said(asked, span) for span in spans(asked)]
    line = " ".join(term.text for term in asked.terms)
    return translated(asked, await others(glosses or Glosses(db, viewer), viewer, line, given))
