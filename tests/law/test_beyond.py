"""What comes from beyond one's circle keeps the law: no secret word, and nothing changes by what one does not see."""

import pytest

from tests.law.asgi import Request
from tests.law.scene import Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import ask, denied_words
from tests.law.test_pages import cookie_of, look
from weetwie.access.enums import Ring

VIEWERS = ("mia", "mel", "bea", "bix", "alma", "gus")
TIMES = 7
"""More openings of home than one of which one is due."""


async def readable(scene: Scene) -> None:
    """Secrets as they could come: young, without a warning, and liked; and everybody wants to see them often."""
    run = scene.world.connection.execute
    await run(
        "update post_texts set warning = '', text = text || ' and so on, for as long as it takes to say it'"
    )
    await run("delete from tag_follows")
    await run("update posts set favourites_count = 1, is_question = is_question or visibility = 0")
    await run("update people set is_discoverable = true")
    await run(
        "insert into beyond_readers (person_id, choice, reads) select id, 2, 3 from people"
        " on conflict (person_id) do update set choice = 2, reads = 3"
    )


def requests() -> list[Request]:
    return [
        Request("GET", "/api/weetwie/v1/timelines/beyond", (("limit", "40"),)),
        Request("GET", "/api/v1/timelines/list/100"),
        Request("GET", "/api/weetwie/v1/timelines/beyond", (("limit", "2"),)),
    ]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_nothing_that_one_may_not_see_comes_and_it_changes_nothing_of_what_comes(
    scenes: Scenes, viewer: str
) -> None:
    read: dict[str, str] = {}

    async def story(scene: Scene) -> None:
        hidden = await scene.hidden((viewer,))
        unseen = [secret for group in hidden[viewer] for secret in group]
        worlds = []
        for kept in ([], unseen):
            async with scene.world.undone():
                await scene.keep(kept)
                await readable(scene)
                answers = await ask(scene, viewer, requests())
                cookie = await cookie_of(scene, viewer)
                pages = {}
                for time in range(TIMES):
                    (page,) = (await look(scene, viewer, cookie, [Request("GET", "/")])).values()
                    pages[f"home {time}"] = page
                denied = await denied_words(scene, viewer, {**answers, **pages})
                assert not denied, "\n".join(denied)
                shown = await scene.world.connection.fetch(
                    "select post_id, topic from beyond_posts where person_id = $1 order by 1",
                    scene.people[viewer].id,
                )
                worlds.append(
                    ([one.without_numbers() for one in answers.values()], [tuple(row) for row in shown])
                )
                read[viewer] = "".join(str(row) for row in shown)
        assert worlds[0] == worlds[1]

    scenes.tell(Ring.network, story)
    assert read[viewer] or viewer == "gus", "nothing came, so nothing was proved"
