"""A question that a program writes down for somebody: posted once they have confirmed it with its words and its ring."""

from urllib.parse import quote

from msgspec import structs

from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import effective
from weetwie.context import Context
from weetwie.domain.posts import rules
from weetwie.domain.posts.audience import decide
from weetwie.domain.posts.rules import Draft
from weetwie.flows.ask import ask as have_asked


async def for_whom(context: Context, question: str) -> Ring:
    """Who would see it, decided as it is when it is published. Raises what publishing it would."""
    draft, viewer = _draft(context, question), context.viewer
    rules.check(draft, viewer.policy)
    audience = await decide(context.db, viewer, draft, Visibility.public)
    return effective(audience.ring, viewer.policy)


async def ask(context: Context, question: str, ring: Ring, key: str) -> str:
    """Publishes a question that its person has confirmed, for whom they were told, and has people asked. The same
    confirmation twice is the same question. The address of the post."""
    draft = structs.replace(_draft(context, question), ring=ring, key=key)
    post_id = await have_asked(context, draft)
    return context.address(f"@{context.viewer.handle}/{post_id}")


def composer(context: Context, question: str) -> str:
    """The address of the page on which the person posts it themselves, as it is or otherwise."""
    return context.address(f"?text={quote(question)}#write")


def _draft(context: Context, question: str) -> Draft:
    draft = Draft(
        text=question,
        is_question=True,
        visibility=Visibility.public,
        app_id=context.viewer.app_id or None,
    )
    return rules.take_ring_from_text(draft)
