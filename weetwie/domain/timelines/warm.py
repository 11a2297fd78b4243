"""Asks each page that many will ask for once, so that its statement is written and planned before anybody waits for it."""

from contextlib import suppress

from weetwie.access import visibility
from weetwie.access.authenticate import Memory, StaleViewer
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.timelines.home import home
from weetwie.domain.timelines.person import posts_of
from weetwie.domain.timelines.public import public, tagged
from weetwie.text.text import as_html
from weetwie.views import people, posts, texts
from weetwie.views.people import SeenPerson

NO_SUCH_PERSON = -1
NO_SUCH_TOKEN = ""
_NAMES = "@nobody https://nowhere.example #nothing"


async def warm_up(db: Db, memory: Memory) -> None:
    """As a member whom there is not: nothing is found, and nothing is answered to anybody. How somebody is recognised and what is
    loaded of posts and people that were not shown before are among it."""
    policy = await memory.policy(db)
    await memory.recognise(db, token=NO_SUCH_TOKEN)
    viewer = Viewer(policy=policy, person_id=NO_SUCH_PERSON, standing=Standing.member)
    page = Page(limit=1)
    for asked in (
        home(db, viewer, page),
        public(db, viewer, page),
        tagged(db, viewer, "", page, [], [], []),
        posts_of(db, viewer, NO_SUCH_PERSON, page),
        posts.posts(db, viewer, [NO_SUCH_PERSON]),
    ):
        with suppress(StaleViewer):
            await asked
    await db.rows(texts.WORDS, ids=[])
    as_html(_NAMES, lambda piece: piece.text)  # compiles what names and links are found by
    await people.profiles(db, [SeenPerson(NO_SUCH_PERSON, version=0, detail=visibility.CARD)])
