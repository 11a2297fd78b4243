"""The tools: each reads what its person sees, by the findings that the pages stand on, and none acts on what it read."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from msgspec import Struct

from weetwie.access.enums import Ring
from weetwie.agents import shapes
from weetwie.agents.presenting import Presenting
from weetwie.context import Context
from weetwie.database.paging import Page
from weetwie.domain.identity import agent_rules
from weetwie.domain.knowledge.answer import Filters
from weetwie.domain.knowledge.experts import who_knows as find_experts
from weetwie.domain.people.lookup import lookup
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.timelines import questions, thread
from weetwie.errors import NotFound, _
from weetwie.flows import confirming
from weetwie.flows.translated_search import in_every_language
from weetwie.views import posts as seen_posts

MOST_ABOVE: Final = 20
MOST_BELOW: Final = 60
_NUMBER: Final = re.compile(r"(?:.*/)?(\d{1,19})(?:[/?#].*)?", re.DOTALL)


class Tool(Struct, frozen=True):
    name: str
    title: str
    description: str
    asked: type[Struct]
    answered: type[Struct]
    run: Callable[[Context, Any], Awaitable[Struct]]
    scope: str = agent_rules.KNOWLEDGE
    changes: bool = False


def _presenting(context: Context) -> Presenting:
    return Presenting(context.db, context.viewer, context.site.base_url)


async def who_knows(context: Context, asked: shapes.WhoKnowsAsked) -> shapes.ToldExperts:
    answer = await find_experts(
        context.db,
        context.viewer,
        asked.question,
        limit=asked.limit,
        filters=Filters(unit=asked.unit, place=asked.place),
    )
    return shapes.ToldExperts(
        await _presenting(context).experts(answer),
        answer.is_named,
        list(answer.unknown),
        list(answer.not_inferred),
        context.address(f"who-knows?{urlencode({'q': asked.question})}"),
    )


async def search_posts(context: Context, asked: shapes.SearchAsked) -> shapes.QuotedPosts:
    link = context.address(f"search?{urlencode({'q': asked.query})}")
    return await _searched(context, asked.query, asked.limit, asked.offset, link)


async def _searched(context: Context, line: str, limit: int, offset: int, link: str) -> shapes.QuotedPosts:
    db, viewer = context.db, context.viewer
    wanted = await in_every_language(db, viewer, read(line))
    ids = await search(db, viewer, wanted, Page(limit + 1), offset=offset)
    found = await seen_posts.posts(db, viewer, ids[:limit])
    return shapes.QuotedPosts(await _presenting(context).posts(found), len(ids) > limit, link)


async def read_thread(context: Context, asked: shapes.ThreadAsked) -> shapes.QuotedThread:
    db, viewer, presenting = context.db, context.viewer, _presenting(context)
    seen = await seen_posts.post(db, viewer, _number(asked.post))
    if not presenting.may_pass_on(seen):
        _is_private()
    above, below = await thread.around(db, viewer, seen.post_id)
    kept = [*above[-MOST_ABOVE:], *below[:MOST_BELOW]]
    found = await seen_posts.posts(db, viewer, kept)
    shown = await presenting.posts([seen, *found], always=seen.post_id)
    if not shown:  # deleted meanwhile
        raise NotFound
    root, others = shown[0], shown[1:]
    over = {post.post_id for post in found if post.post_id in set(above)}
    by_link = {one.link: int(one.link.rpartition("/")[2]) for one in others}
    answer_id = next((post.answer_id for post in (seen, *found) if post.answer_id), None)
    return shapes.QuotedThread(
        root,
        [one for one in others if by_link[one.link] in over],
        [one for one in others if by_link[one.link] not in over],
        next((link for link, id in by_link.items() if id == answer_id), None),
        len(above) > MOST_ABOVE or len(below) > MOST_BELOW,
        root.link,
    )


def _is_private() -> NoReturn:
    raise NotFound(
        _("This post is for followers or for people it mentions. Agents don't read these for you.")
    )


def _number(post: str) -> int:
    """Of a post, by its link. Raises NotFound for what is none."""
    found = _NUMBER.fullmatch(post.strip())
    if found is None or int(found[1]) >= 2**63:
        raise NotFound
    return int(found[1])


async def open_questions(context: Context, asked: shapes.QuestionsAsked) -> shapes.QuotedPosts:
    if about := asked.about.strip():
        line = f"{about} is:question -is:answered"
        link = context.address(f"search?{urlencode({'q': line})}")
        return await _searched(context, line, asked.limit, 0, link)
    db, viewer = context.db, context.viewer
    found = [
        *await questions.addressed(db, viewer, asked.limit),
        *await questions.open_questions(db, viewer, asked.limit),
    ]
    unique = list({post.post_id: post for post in found}.values())
    shown = await _presenting(context).posts(unique[: asked.limit])
    return shapes.QuotedPosts(shown, len(unique) > asked.limit, context.address(""))


async def person(context: Context, asked: shapes.PersonAsked) -> shapes.ToldProfile:
    handle = asked.handle.strip().rstrip("/").rpartition("/")[2].removeprefix("@")
    return await _presenting(context).profile(await lookup(context.db, context.viewer, handle))


async def for_whom(context: Context, asked: shapes.AskAsked) -> Ring:
    return await confirming.for_whom(context, asked.question)


async def ask(context: Context, asked: shapes.AskAsked, ring: Ring, key: str) -> shapes.AskedQuestion:
    return shapes.AskedQuestion(True, await confirming.ask(context, asked.question, ring, key))


def unposted(context: Context, asked: shapes.AskAsked) -> shapes.AskedQuestion:
    """With the page where the person posts it themselves, as it is or otherwise."""
    return shapes.AskedQuestion(False, confirming.composer(context, asked.question))


async def _never(context: Context, asked: Struct) -> Struct:
    raise AssertionError("a question is confirmed first")


TOOLS: Final[Sequence[Tool]] = (
    Tool(
        "who_knows",
        "Who knows",
        "People who know about something, the best first, each with the posts that show it. Ask this to find whom to talk to.",
        shapes.WhoKnowsAsked,
        shapes.ToldExperts,
        who_knows,
    ),
    Tool(
        "search_posts",
        "Search posts",
        "Posts that have the words, those that fit best first; with operators, and in other languages too.",
        shapes.SearchAsked,
        shapes.QuotedPosts,
        search_posts,
    ),
    Tool(
        "read_thread",
        "Read a conversation",
        "A post with what it answers and what answers it; the accepted answer of a question is named.",
        shapes.ThreadAsked,
        shapes.QuotedThread,
        read_thread,
    ),
    Tool(
        "open_questions",
        "Open questions",
        "Questions that nobody has answered yet: about something, or those the person may be able to answer.",
        shapes.QuestionsAsked,
        shapes.QuotedPosts,
        open_questions,
    ),
    Tool(
        "person",
        "A person",
        "What somebody says of themselves: department, location, what they know and learn, their manager.",
        shapes.PersonAsked,
        shapes.ToldProfile,
        person,
    ),
    Tool(
        "ask",
        "Ask a question",
        "Posts a question in the person's name, after the person has confirmed it. Look for answers and people who know first.",
        shapes.AskAsked,
        shapes.AskedQuestion,
        _never,
        agent_rules.QUESTIONS,
        changes=True,
    ),
)
BY_NAME: Final = {tool.name: tool for tool in TOOLS}
