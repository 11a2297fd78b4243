"""No route tells of what its caller may not see: proofs 2 and 3 of docs/law.md, over the application's own table of routes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest

from tests.access.plain_rule import PLACE, PROFILE, Company, Human
from tests.api.conformance import check_answer
from tests.law.asgi import Request, Response, send
from tests.law.changes import around_changes
from tests.law.requests import GENERATORS, Tried, as_for_none
from tests.law.scene import APP, STRANGER, Scene, Secret, sees, words_in
from tests.law.scenes import Scenes
from weetwie.access.enums import Ring
from weetwie.api.endpoints import endpoints

ROUTES = [(endpoint.method, endpoint.path) for endpoint in endpoints()]


def test_every_route_has_a_generator() -> None:
    missing = [route for route in ROUTES if route not in GENERATORS]
    assert not missing, "add these to GENERATORS in tests/law/requests.py"
    gone = [route for route in GENERATORS if route not in ROUTES]
    assert not gone, "these are no routes any more"


def requests(
    scene: Scene, viewer: str, secrets: Sequence[Secret], *, only_get: bool = False
) -> Iterator[Request]:
    tried = Tried(scene, viewer, secrets)
    for route in ROUTES:
        if route in GENERATORS and (route[0] == "GET" or not only_get):
            yield from GENERATORS[route](tried, *route)


async def ask(scene: Scene, viewer: str, asked: Iterable[Request]) -> dict[str, Response]:
    token = scene.token(viewer)
    answers = {}
    for request in asked:
        answers[str(request)] = answer = await send(scene.application, request, token)
        assert answer.status < 500, f"{request} as {viewer}: {answer.status} {answer.body[:300]!r}"
        check_answer(request.method, request.path, answer.status, answer.body)
    return answers


GROUPS = [
    (Ring.network, (STRANGER, APP, "sus", "exa")),
    (Ring.network, ("dora", "alma", "alf", "gus")),
    (Ring.network, ("gis", "guf", "bea", "bix")),
    (Ring.network, ("ada", "mia", "fay", "mel")),
    (Ring.world, (STRANGER, "sus", "dora")),
    (Ring.world, ("exa", "gus", "bix")),
]
"""Who looks on, under which policy. All kinds of viewers under the usual one; those whom the other concerns under that, too."""
by_groups = pytest.mark.parametrize(
    ("widest", "viewers"), GROUPS, ids=[f"{ring.name}-{'-'.join(who)}" for ring, who in GROUPS]
)


@by_groups
def test_whoever_may_not_see_a_post_gets_the_same_answers_as_if_it_were_not_there(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        leaks = []
        for viewer, (unseen, counted) in (await scene.hidden(viewers)).items():
            assert unseen or counted
            without: dict[str, Response] = {}
            for secrets in filter(None, (unseen, counted)):
                found = await _leaks(scene, viewer, secrets, without, is_counted=secrets is counted)
                leaks += [f"as {viewer}: {leak}" for leak in found]
        assert not leaks, "\n".join(leaks[:20]) + f"\n{len(leaks)} in all"

    scenes.tell(widest, story)


_ORDERED_BY_COUNTS = ("GET /api/v1/directory", "GET /api/v1/trends/statuses")


async def _leaks(
    scene: Scene, viewer: str, secrets: list[Secret], without: dict[str, Response], *, is_counted: bool
) -> list[str]:
    """`without` is what they were answered while no secret was there, asked once for all kinds of secrets."""
    asked = list({(str(one), one.is_form): one for one in requests(scene, viewer, secrets)}.values())
    none = {str(request): as_for_none(request, secrets) for request in asked}
    async with scene.world.undone():
        await scene.keep([])
        new = {str(request): request for request in none.values() if str(request) not in without}
        without |= await ask(scene, viewer, new.values())
    async with scene.world.undone():
        await scene.keep(secrets)
        with_them = await ask(scene, viewer, asked)
        leaks = await denied_words(scene, viewer, with_them)
    saw_the_deleted = await scene.saw_the_deleted(viewer)
    for request, answer in with_them.items():
        before = without[str(none[request])]
        if saw_the_deleted:
            before, answer = before.without_what_was_deleted(), answer.without_what_was_deleted()
        if is_counted:
            before, answer = before.without_numbers(), answer.without_numbers()
        is_ordered_by_counts = is_counted and request.startswith(_ORDERED_BY_COUNTS)
        if before != answer and not is_ordered_by_counts:
            leaks.append(f"{request}\n{_where_they_differ(before, answer)}")
    return leaks


def _where_they_differ(before: Response, answer: Response) -> str:
    one, other = (f"{each.status} {each.headers!r} {each.body!r}" for each in (before, answer))
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    begin = max(0, at - 80)
    return f"    without: {one[:4]}... {one[begin : at + 200]}\n    with:    {other[:4]}... {other[begin : at + 200]}"


def may_read(company: Company, who: Human | None, scene: Scene, kind: str, of: str) -> bool:
    """Whether the plain rule lets a secret word through."""
    if kind in ("list", "filter"):
        return who is not None and who.id == scene.people[of].id
    if kind == "upload":
        return who is not None and who.id == scene.people[of].id and not who.is_suspended
    if kind in ("name", "bio", "place"):
        person = next(human for human in company.people if human.id == scene.people[of].id)
        if kind == "name":
            return company.sees_card(who, person)
        return company.sees_person(who, person) and company.detail(who, person) >= (
            PROFILE if kind == "bio" else PLACE
        )
    post_id = scene.posts.get(of) if kind == "base" else scene.own.get(of) if kind == "own" else None
    if post_id is None:
        secrets = {secret.name.replace(" ", ""): secret.id for secret in scene.secrets}
        post_id = secrets.get(of) or scene.posts[of]
    return sees(company, who, post_id)


async def denied_words(scene: Scene, viewer: str, answers: Mapping[str, Response]) -> list[str]:
    company = await scene.company()
    who = scene.human(company, viewer)
    found = []
    for request, answer in answers.items():
        heard = b" ".join([answer.body, *(value for _name, value in answer.headers)])
        for kind, of in set(words_in(heard)):
            if not may_read(company, who, scene, kind, of) and not is_an_echo(request, kind, of):
                found.append(f"{request} tells {kind} of {of}")
    return found


def is_an_echo(request: str, kind: str, of: str) -> bool:
    """A tag's own name comes back to whoever asks for it, be it known or not."""
    return kind == "tag" and (kind, of) in set(words_in(request.encode()))


async def words_heard(scene: Scene, viewers: Sequence[str]) -> list[str]:
    """What those who look on read of what they may not."""
    found = []
    for viewer in viewers:
        answers = await ask(scene, viewer, list(requests(scene, viewer, scene.secrets, only_get=True)))
        found += [f"as {viewer}: {told}" for told in await denied_words(scene, viewer, answers)]
    return found


@by_groups
def test_no_answer_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        await words_heard(
            scene, ("ada", "fay")
        )  # so that what they see is kept, and must not be shown to others
        found = await words_heard(scene, viewers)
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


def test_no_answer_holds_such_a_word_after_any_change_of_standing(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = await around_changes(scene, lambda viewer: words_heard(scene, [viewer]))
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(Ring.network, story)
