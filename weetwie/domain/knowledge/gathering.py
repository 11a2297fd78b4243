"""What a question is answered from: where its words stand in what one sees, and what people say of themselves and of colleagues."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge import (
    about,
    finding,
    fitting,
    nearest,
    profiles,
    said,
    twins,
    words,
    written_compounds,
)
from weetwie.domain.knowledge.answer import Nearest
from weetwie.domain.knowledge.around import Around
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.finding import Matter
from weetwie.domain.knowledge.fitting import AskedTerm
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.keeping import worked_out
from weetwie.domain.knowledge.look_up import look_up
from weetwie.domain.knowledge.said import SaidOfThemselves, Statement
from weetwie.domain.knowledge.translating import Translated
from weetwie.domain.knowledge.words import AskedWord


class Gathered(msgspec.Struct):
    asked: list[AskedWord]
    """The words of the question, as they are meant."""
    matter: Matter
    of_claims: list[AskedTerm]
    """What people may list; words that are not inferred of anybody are among it."""
    statements: SaidOfThemselves
    listed: dict[int, Statement]
    not_about: frozenset[int]
    unused: list[str]
    likely: tuple[Nearest, ...]
    stands: dict[int, Occurrences]
    """Where the words stand, whoever sees it."""

    @property
    def weights(self) -> dict[int, float]:
        """By term how much it says."""
        return {term: word.weight for word in self.matter.words for term in word.terms}

    def claims(self, among: Collection[int] | None) -> tuple[SaidOfThemselves, dict[int, float]]:
        return finding.claims(self.of_claims, self.statements, self.listed, among)

    def unknown(self, statements: SaidOfThemselves, claims: Mapping[int, float]) -> tuple[str, ...]:
        """The words that nobody used, but for those on somebody's profile."""
        on_profiles = finding.listed(self.of_claims, claims, statements)
        return tuple(word for word in self.unused if word not in on_profiles)


async def gather(
    db: Db,
    viewer: Viewer,
    index: Index,
    here: Around,
    asked: Translated,
    whole: Translated,
    as_of: datetime | None,
    language: str,
) -> Gathered:
    """`asked` is what is asked of posts, `whole` what is asked of people's profiles."""
    scope, terms = here.scope, list({*words.terms(asked.asked), *twins.terms(asked.twins)})
    stands = await look_up(db, index, terms)
    find = partial(finding.matter, index, scope, asked.asked)
    matter = await worked_out(index, find, stands, asked.twins, language)
    unused = about.unknown(matter.words)
    if also := await written_compounds.written(db, viewer, asked.asked, asked.twins, language, unused):
        stands |= await look_up(db, index, twins.terms(also))
        matter = await worked_out(index, find, stands, asked.twins, language, also)
    own = words.terms(whole.asked)
    statements = await said.about(db, viewer, own, scope, as_of, whole.twins)
    listed = await profiles.listed(db, viewer, whole.asked, scope, whole.twins, here.may_list)
    unknown, likely = about.unknown(matter.words), tuple[Nearest, ...]()
    of_posts = asked.asked
    if unknown and len(of_posts) <= nearest.MOST_WORDS and not statements.says_so and not listed:
        of_posts, likely = await nearest.mended(db, viewer, index, scope, matter, asked.asked, asked.twins)
        statements = await said.about(db, viewer, [*words.terms(of_posts), *own], scope, as_of, whole.twins)
    of_claims = matter.words
    if whole is not asked:
        of_claims = fitting.weigh(matter.visible, whole.asked, matter.seen, whole.twins, language)
    return Gathered(
        of_posts,
        matter,
        of_claims,
        statements,
        listed,
        here.not_about,
        unknown,
        likely,
        stands,
    )
