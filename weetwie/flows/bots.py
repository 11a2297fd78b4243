"""A bot posts what it was sent or has read; whoever answers for it sees to what it is told by."""

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.bots import feeds, incoming, rules
from weetwie.domain.people import bots
from weetwie.domain.people.lookup import lookup
from weetwie.domain.posts import publish as posts
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Forbidden, Invalid, NotFound, _


async def post(context: Context, hook: incoming.Incoming, text: str) -> int:
    """What was sent to an address of a bot. The id of the post. Raises Forbidden, Invalid."""
    bot = await _acting(context, hook.bot_id)
    await incoming.use(context.db, hook.id)
    draft = Draft(text=rules.draft(text, bot.policy.longest_post))
    return await posts.publish(context.db, bot, draft)


async def post_entries(context: Context, feed: feeds.DueFeed, found: feeds.FoundEntries) -> None:
    """What is new in a feed, the oldest first. Of one that a bot reads no more, nothing."""
    new = await feeds.read(context.db, feed, found)
    if not new:
        return
    bot = await _acting(context, feed.bot_id)
    for entry in new:
        text = rules.entry(entry.title, entry.link, bot.policy.longest_post)
        await posts.publish(context.db, bot, Draft(text=text))


async def add_hook(context: Context, bot_id: int, name: str) -> str:
    """The secret, which is shown this once. Raises NotFound."""
    bots.check_may(context.viewer)
    bot = await bots.own_bot(context.db, context.viewer, bot_id)
    return await incoming.make(context.db, context.viewer, bot.id, name)


async def remove_hook(context: Context, bot_id: int, id: int) -> None:
    bot = await bots.own_bot(context.db, context.viewer, bot_id)
    await incoming.revoke(context.db, context.viewer, bot.id, id)


async def add_feed(context: Context, bot_id: int, url: str) -> None:
    bots.check_may(context.viewer)
    bot = await bots.own_bot(context.db, context.viewer, bot_id)
    await feeds.add(context.db, context.viewer, bot.id, url)


async def remove_feed(context: Context, bot_id: int, id: int) -> None:
    bot = await bots.own_bot(context.db, context.viewer, bot_id)
    await feeds.remove(context.db, context.viewer, bot.id, id)


async def read_again(context: Context, bot_id: int, id: int) -> None:
    """Soon, and whatever happened before."""
    bots.check_may(context.viewer)
    bot = await bots.own_bot(context.db, context.viewer, bot_id)
    await feeds.again(context.db, bot.id, id)


async def offer(context: Context, bot_id: int, handle: str) -> None:
    """Raises NotFound, Invalid."""
    try:
        to_id = await lookup(context.db, context.viewer, handle.strip().lstrip("@"))
    except NotFound:
        raise Invalid(_("Choose another colleague."), field="handle") from None
    await bots.offer(context.db, context.viewer, bot_id, to_id)


async def _acting(context: Context, bot_id: int) -> Viewer:
    """The bot as who acts. Raises Forbidden where it may not."""
    bot = await context.find_person(bot_id)
    if bot is None or "bots" not in bot.policy.connections or not await bots.acts(context.db, bot_id):
        raise Forbidden(_("This bot can't post any more."))
    return bot
