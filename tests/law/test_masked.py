"""What leaves `views` is masked already: no way of showing it can tell what its reader may not see."""

from collections.abc import Iterable

import msgspec
import pytest

from tests.law.asgi import Response
from tests.law.requests import Tried
from tests.law.scene import APP, STRANGER, Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import ask, denied_words, requests
from tests.law.test_pages import asked, cookie_of, look
from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.views import people as seen_people
from weetwie.views.people import Profile, SeenPerson

GROUPS = [
    (Ring.world, (STRANGER, APP)),
    (Ring.network, ("alf", "gus")),
    (Ring.network, ("exa", "sus")),
    (Ring.network, ("mia", "alma")),
]


@pytest.mark.parametrize(("widest", "viewers"), GROUPS, ids=["-".join(who) for _ring, who in GROUPS])
def test_no_profile_that_leaves_the_law_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, monkeypatch: pytest.MonkeyPatch, widest: Ring, viewers: tuple[str, ...]
) -> None:
    profiles, left = seen_people.profiles, list[Profile]()

    async def watched(db: Db, people: Iterable[SeenPerson]) -> list[Profile]:
        left.extend(found := await profiles(db, people))
        return found

    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        denied, read = [], 0
        for viewer in viewers:
            left.clear()
            tried = Tried(scene, viewer, scene.secrets)
            await ask(scene, viewer, list(requests(scene, viewer, scene.secrets, only_get=True)))
            await look(scene, viewer, await cookie_of(scene, viewer), list(asked(tried)))
            answers = {
                f"{viewer} of {one.handle}": Response(200, (), msgspec.json.encode(one)) for one in left
            }
            read += len(left)
            denied += await denied_words(scene, viewer, answers)
        assert read, "nobody's profile was read"
        assert not denied, "\n".join(denied)

    monkeypatch.setattr(seen_people, "profiles", watched)
    scenes.tell(widest, story)
