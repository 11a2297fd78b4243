"""In works-council mode no route tells anybody how much, or how lately, somebody else wrote: every one there is is asked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.law.scene import Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import ask, requests
from weetwie.access.enums import Ring

_MANY = 4711
_WRITTEN = f"update people set posts_in_ring = '{{{_MANY},{_MANY},{_MANY}}}', last_post_in_ring = array[id, id, id], version = version + 1"


def about_activity(answer: Any) -> Iterator[tuple[str, Any, Any]]:
    """Of each account in it, however deep, whose it is and what it tells."""
    if isinstance(answer, dict):
        if "statuses_count" in answer and "username" in answer:
            yield answer["username"], answer["statuses_count"], answer["last_status_at"]
        for value in answer.values():
            yield from about_activity(value)
    elif isinstance(answer, list):
        for one in answer:
            yield from about_activity(one)


async def told(scene: Scene, viewer: str, *, is_on: bool) -> dict[str, list[tuple[str, Any, Any]]]:
    """By request."""
    async with scene.world.undone():
        await scene.keep(scene.secrets)
        if is_on:  # in two steps: a version that was undone must not come again as another policy
            await scene.world.policy(name="Another")
            await scene.world.policy(works_council=True)
        await scene.world.connection.execute(_WRITTEN)
        answers = await ask(scene, viewer, requests(scene, viewer, scene.secrets))
    return {
        request: list(about_activity(json.loads(answer.body)))
        for request, answer in answers.items()
        if answer.body[:1] in (b"{", b"[")
    }


@pytest.mark.parametrize("viewer", ["ada", "alma"])
def test_no_route_tells_of_anybodys_activity(scenes: Scenes, viewer: str) -> None:
    """To an administrator, and to an alumna."""

    async def story(scene: Scene) -> None:
        otherwise = await told(scene, viewer, is_on=False)
        tells = {
            request
            for request, found in otherwise.items()
            if any(count >= _MANY and name != viewer for name, count, _last in found)
        }
        assert len(tells) > 20, "without the mode many do"
        for request, found in (await told(scene, viewer, is_on=True)).items():
            for name, count, last in found:
                assert last is None, f"{request} as {viewer}"
                assert count == 0 or name == viewer, f"{request} as {viewer} tells of {name}"

    scenes.tell(Ring.network, story)
