"""Who knows, as text can name them: by name and address, each with passages that prove it. What the one who asks sees, and nothing else."""

from collections.abc import Sequence

from weetwie.context import Context
from weetwie.domain.knowledge.answer import ExpertAnswer
from weetwie.domain.knowledge.passages import passage_of
from weetwie.domain.knowledge.questions import NamedExpert
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words


async def named(context: Context, found: ExpertAnswer, most_proofs: int) -> list[NamedExpert]:
    db = context.db
    seen = await seen_people.cards(db, context.viewer, [one.person_id for one in found.people])
    profiles = {one.id: one for one in await seen_people.profiles(db, seen)}
    wanted = [proof.post_id for one in found.people for proof in one.proofs[:most_proofs]]
    proofs = await _proofs(context, found, wanted)
    return [
        NamedExpert(
            profile.name or profile.handle,
            context.address(f"@{profile.handle}"),
            one.level,
            [proofs[proof.post_id] for proof in one.proofs[:most_proofs] if proof.post_id in proofs],
        )
        for one in found.people
        if (profile := profiles.get(one.person_id)) is not None
    ]


async def _proofs(context: Context, found: ExpertAnswer, wanted: Sequence[int]) -> dict[int, tuple[str, str]]:
    """By post: the passage that proves it, and where it stands."""
    posts = await seen_posts.posts(context.db, context.viewer, wanted)
    return {
        one.id: (
            passage_of(one.text, one.warning, found.wanted, found.stand_ins).text,
            context.address(f"@{one.author_handle}/{one.id}"),
        )
        for one in await seen_words.words(context.db, posts)
    }
