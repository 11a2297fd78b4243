"""The pages keep the law as the routes do: no word that the plain rule denies, and nothing changes by what one does not see."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.law.asgi import Request, Response, send
from tests.law.requests import GENERATORS, PEOPLE, Tried, as_for_none
from tests.law.scene import APP, STRANGER, Scene
from tests.law.scenes import Scenes
from tests.law.test_every_route import by_groups, denied_words
from weetwie.access.enums import Ring
from weetwie.domain.identity import sessions
from weetwie.web.site import PAGES

NOT_READ: Final = {
    "/posts": "home again",
    "/posts/reach": "home again",
    "/posts/again": "home again",
    "/live": "a stream, see test_streams.py",
    "/manifest.webmanifest": "holds the name of the place alone",
    "/theme/{accent}.css": "holds a colour alone",
    "/you": "links alone",
    "/settings/appearance": "one's own choices",
    "/settings/privacy": "the same",
    "/settings/email": "the same",
    "/settings/meeting": "the same",
    "/beyond/off": "home again",
    "/first-weeks": "home again, see test_first_weeks.py",
    "/introductions/{id:int}/{verb}": "home again, see tests/flows/test_meeting.py",
    "/settings/apps": "one's own apps",
    "/settings/apps/{id:int}/{verb}": "the same",
    "/you/theme": "the same",
    "/tour": "leads to home",
    "/admin/benefit": "numbers about many, for those who run the place: see tests/domain/benefits",
    "/admin/benefit.pdf": "the same",
    "/admin/launch": "texts of ours, see tests/web/test_launch.py",
    "/admin/launch/{sheet}.pdf": "the same",
    "/admin/benefit.csv": "the same",
    "/keyboard": "keys alone",
    "/logo/{name}": "a picture for everybody",
    "/admin/directory/{id:int}/{verb}": "the directory again",
    "/admin/directory/leavers": "the same",
    "/admin/directory/ldap": "names of entries for administrators alone, where there is a directory: see tests/ldap",
    "/admin/directory/ldap/{verb}": "the same",
    "/admin/connections/{name}/{verb}": "the connections again",
    "/admin/audit": "ids of acts, for administrators alone: see tests/domain/audit",
    "/admin/retention": "numbers for administrators alone",
    "/admin/retention/holds": "the same",
    "/admin/retention/holds/{id:int}/{verb}": "the same",
    "/admin/audit.csv": "the same as a file",
    "/admin/people.csv": "the people again, as a file",
    "/admin/selected/{verb}": "the people again",
    "/admin/bring-in": "leads to the import",
    "/admin/works-council": "a choice of the organisation",
    "/settings/push/on": "what one is told again",
    "/settings/push/off": "what one is told again",
    "/settings/export/file": "written by the doors that the proofs ask, see tests/domain/exports",
    "/settings/export/{kind}.csv": "the same",
    "/admin/import/sources": "what is brought in again",
    "/admin/import/sources/{id:int}": "numbers for administrators alone",
    "/admin/import/sources/{id:int}/names": "the same",
    "/admin/import/sources/{id:int}/{verb}": "the same",
    "/admin/logo": "what is brought in again",
    "/admin/policy/statement.json": "choices of the organisation, for administrators alone",
    "/admin/policy/works-council/{verb}": "the policy again",
    "/admin/policy/compliance/{verb}": "the policy again",
    "/admin/sample/{verb}": "what is brought in again",
    "/farewell/{token}": "needs a link of its own",
    "/worker.js": "holds names of files alone",
    "/embed.js": "the same for all",
    "/embed/{kind}": "the same for all; what its script fetches is asked in test_embedding.py",
    "/embed/allow": "a form",
    "/embed/open": "leads to a page",
    "/admin/connections/embedding/preview": "frames, see test_embedding.py",
    "/offline": "the same for all",
    "/about": "about the place",
    "/docs/api": "the same for all",
    "/admin/documentation/{page}": "files that come with this version, for administrators alone",
    "/docs/api/{group}": "the same for all",
    "/auth/sign_in": "a form",
    "/auth/sign_out": "a form",
    "/auth/passkey/{verb}": "the form where one signs in",
    "/settings/sign-in/{verb}": "one's own ways of signing in again",
    "/reset": "a form",
    "/auth/link": "a form",
    "/auth/link/{token}": "needs a link of its own",
    "/auth/proxy": "needs a proxy: see tests/web/test_remote_user.py",
    "/auth/sso/{key}": "leads to a provider",
    "/auth/sso/{key}/callback": "needs a provider",
    "/auth/sso/{key}/logout": "nothing to read",
    "/auth/saml/{key}": "leads to a provider",
    "/auth/saml/{key}/acs": "nothing to read",
    "/auth/saml/{key}/callback": "needs a provider: see tests/web/test_saml.py",
    "/auth/saml/{key}/logout": "nothing to read",
    "/auth/saml/{key}/metadata": "our addresses and certificate, the same for everybody",
    "/admin/connections/saml/keys/{verb}": "a form sends to it",
    "/auth/password/{token}": "needs a link of its own",
    "/welcome/{token}": "needs a link of its own",
    "/auth/address/{token}": "needs a link of its own",
    "/stay/{token}": "needs a link of its own",
    "/letters/stop/{token}": "needs a link of its own",
    "/handover/{handle}": "what is shared, see tests/web/test_handover.py",
    "/appeal/{token}": "needs a link of its own",
    "/decisions": "what moderators say to oneself, see tests/web/test_decisions.py",
    "/admin/appeals/{id:int}/{verb}": "the reports again",
    "/inspections": "for two of compliance, see tests/web/test_inspections.py",
    "/inspections/{id:int}": "the same",
    "/inspections/{id:int}/{verb}": "the same",
    "/join": "a form",
    "/join/{token}": "needs a link of its own",
    "/invitations/{id:int}/{verb}": "the invitations again",
    "/invitations/guests/{handle}/{verb}": "the invitations again",
    "/oauth/authorize": "needs an app",
    "/announcements/{id:int}/{verb}": "home again",
    "/messages/{id:int}/{verb}": "the conversation again",
    "/who-knows/watch": "the answer again",
    "/settings/filters/{id:int}/{verb}": "the filters again",
    "/settings/feeds/{id:int}/{verb}": "the feeds again",
    "/settings/webhooks/{id:int}": "what was sent, see tests/hooks/test_webhooks.py",
    "/settings/webhooks/{id:int}/{verb}": "the same",
    "/settings/chat/{token}": "needs a link that a chat showed, see tests/chat/test_linking.py",
    "/settings/chat/{id:int}/unlink": "one's own accounts",
    "/admin/connections/chat/{id:int}": "for administrators, see tests/chat",
    "/admin/connections/chat/{id:int}/remove": "the same",
    "/settings/bots/{id:int}": "a bot of one's own, see tests/hooks/test_hooks.py",
    "/settings/bots/{id:int}/{verb}": "the same",
    "/questions/{id:int}/{verb}": "the question again",
    "/settings/questions/{id:int}/{verb}": "one's own choices",
    "/glossary/{id:int}/{verb}": "the glossary again",
    "/notifications/held/{id:int}/{verb}": "those held back again",
    "/scheduled/{id:int}/{verb}": "what is to come again",
    "/admin/people/{handle}/{verb}": "the people again",
    "/admin/reports/{id:int}/{verb}": "the reports again",
    "/admin/announcements/{id:int}/{verb}": "the announcements again",
}
MAY_SIGN_IN: Final = ("ada", "mia", "fay", "mel", "bea", "bix", "alma", "gus")
TABS: Final = ("", "answers", "media", "followers", "following")
PLAIN: Final = (
    "/", "/all", "/bookmarks", "/favourites", "/messages", "/messages/new", "/notifications", "/notifications/held", "/settings/notifications", "/lists", "/scheduled", "/settings", "/settings/filters", "/settings/feeds", "/settings/bots", "/settings/webhooks", "/settings/chat", "/admin/connections/chat", "/admin/connections/saml",
    "/settings/blocked", "/settings/export", "/settings/sign-in", "/settings/knowledge", "/settings/questions", "/settings/departments", "/reading-list", "/questions", "/settings/elsewhere", "/glossary", "/begin", "/invitations", "/people/contacts", "/settings/handover", "/begin/topics", "/begin/people", "/begin/hello", "/people", "/admin", "/admin/people", "/admin/policy", "/admin/import", "/admin/import/invite", "/admin/health", "/admin/directory", "/admin/connections",
    "/settings/benefit", "/survey", "/admin/benefit/survey", "/settings/email/preview", "/about/why",
    "/admin/reports", "/admin/announcements", "/tags/open/follow",
)  # fmt: skip


def asked(tried: Tried) -> Iterator[Request]:
    for at in PLAIN:
        yield Request("GET", at)
    for id in tried.around:
        for at in ("/", "/all", "/bookmarks", "/favourites", "/notifications"):
            yield Request("GET", at, (("max_id", str(id)),))
            yield Request("GET", at, (("min_id", str(id)),))
    narrow: tuple[dict[str, str], ...] = (
        {"order": "new"},
        {"as": "table", "unit": "zqunit"},
        {"place": "zqplace"},
        {"q": "zqname"},
    )
    for query in narrow:
        yield Request("GET", "/people", tuple(query.items()))
    for waiting in (tried.scene.scheduled["mia"], 1):
        yield Request("GET", "/", (("scheduled", str(waiting)),))
    yield from _about_people()
    yield from _about_posts(tried)
    for tab in ("mine", "open", "answers"):
        yield Request("GET", "/questions", (("tab", tab),))
        yield Request("GET", "/questions", (("tab", tab), ("topic", "open")))
    for tab in ("questions", "mentions"):
        yield Request("GET", "/notifications", (("tab", tab),))
    for tag in tried.tags:
        for tab in ("", "questions", "people"):
            yield Request("GET", f"/tags/{tag}", (("tab", tab),))
    for sign in ("@sol", "@una", "@zq", "#op", *(f"#{tag}" for tag in tried.tags[2:4])):
        yield Request("GET", "/complete", (("q", sign),))
    for id in dict.fromkeys(tried.scene.lists.values()):
        yield Request("GET", f"/lists/{id}")
        yield Request("GET", f"/lists/{id}/edit")
    for search in GENERATORS["GET", "/api/v2/search"](tried, "GET", "/search"):
        words = tuple((name, value) for name, value in search.query if name in ("q", "offset"))
        yield Request("GET", "/search", words)
    for one in GENERATORS["GET", "/api/weetwie/v1/passages"](tried, "GET", "/who-knows"):
        # Without its beginning a secret's word is no canary: a page holds what was asked.
        yield Request("GET", "/who-knows", (("q", one.query[0][1].removeprefix("zqpost")),))
    for id in tried.posts:
        yield Request("GET", f"/elsewhere/{id}")
    for one in GENERATORS["GET", "/api/weetwie/v1/who_knows"](tried, "GET", "/who-knows"):
        words = tuple((name, value) for name, value in one.query if name == "q")
        yield Request("GET", "/who-knows", words)
        yield Request("GET", "/who-knows/while-typing", words)
        yield Request("GET", "/who-knows/while-asking", words)


def _about_people() -> Iterator[Request]:
    for handle in PEOPLE:
        for tab in TABS:
            yield Request("GET", f"/@{handle}", (("tab", tab),))
        for part in ("report", "card", "vouch"):
            yield Request("GET", f"/@{handle}/{part}")
        yield Request("GET", f"/@{handle}/vouch", (("topic", "open"),))
        yield Request("GET", "/messages/new", (("to", handle),))


def _about_posts(tried: Tried) -> Iterator[Request]:
    for id in tried.posts:
        yield Request("GET", f"/@sol/{id}")
        yield Request("GET", f"/messages/{id}")
        yield Request("GET", f"/questions/{id}")
        yield Request("GET", "/", (("quote", str(id)),))
        yield Request("GET", "/not-about", (("post", str(id)), ("q", "open")))
        for verb in ("show", "edit", "delete", "report"):
            yield Request("GET", f"/posts/{id}/{verb}")


async def cookie_of(scene: Scene, viewer: str) -> str | None:
    if viewer in (STRANGER, APP):
        return None
    return f"weetwie-session={await sessions.begin(scene.world.db, scene.people[viewer].id)}"


async def look(scene: Scene, viewer: str, cookie: str | None, requests: list[Request]) -> dict[str, Response]:
    answers = {}
    for request in requests:
        answer = await send(scene.application, request, None, cookie)
        assert answer.status < 500, f"{request} as {viewer}: {answer.status}"
        if request.path == "/settings" and viewer in MAY_SIGN_IN:
            assert answer.status == 200, f"{viewer} is logged in: else all of this proves nothing"
        answers[str(request)] = answer
    return answers


def told(answer: Response) -> tuple[int, str]:
    """What a page says, without what belongs to the session and without the address that it was asked at."""
    text = re.sub(r'name="form" value="[0-9a-f]+"', "", answer.body.decode())
    return answer.status, re.sub(r"next=[^\"&]*", "", text)


@by_groups
def test_no_page_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        cookies = {viewer: await cookie_of(scene, viewer) for viewer in viewers}
        await scene.keep(scene.secrets)
        found = []
        for viewer in viewers:
            answers = await look(
                scene,
                viewer,
                cookies[viewer],
                list(asked(Tried(scene, viewer, scene.secrets))),
            )
            found += [f"as {viewer}: {leak}" for leak in await denied_words(scene, viewer, answers)]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)


@pytest.mark.parametrize("viewers", [("alf", "gus"), ("bea", "mel"), ("fay", STRANGER)], ids="-".join)
def test_no_page_changes_by_what_its_reader_does_not_see(scenes: Scenes, viewers: tuple[str, ...]) -> None:
    async def story(scene: Scene) -> None:
        leaks = []
        cookies = {viewer: await cookie_of(scene, viewer) for viewer in viewers}
        for viewer, (unseen, _counted) in (await scene.hidden(viewers)).items():
            tried = list(asked(Tried(scene, viewer, unseen)))
            none = {str(request): as_for_none(request, unseen) for request in tried}
            async with scene.world.undone():
                await scene.keep([])
                without = await look(
                    scene, viewer, cookies[viewer], list({str(one): one for one in none.values()}.values())
                )
            async with scene.world.undone():
                await scene.keep(unseen)
                with_them = await look(scene, viewer, cookies[viewer], tried)
            leaks += [
                f"as {viewer}: {request}"
                for request, answer in with_them.items()
                if told(answer) != told(without[str(none[request])])
            ]
        assert not leaks, "\n".join(leaks[:20]) + f"\n{len(leaks)} in all"

    scenes.tell(Ring.network, story)


def test_every_page_is_asked_for(scenes: Scenes) -> None:
    async def story(scene: Scene) -> None:
        paths = {request.path for request in asked(Tried(scene, "ada", scene.secrets))}
        patterns = {
            path: re.compile(re.sub(r"\\\{\w+(:\w+)?\\\}", "[^/]+", re.escape(path)).replace("\\:", ":"))
            for path in PAGES
        }
        unasked = {
            path for path, pattern in patterns.items() if not any(pattern.fullmatch(one) for one in paths)
        }
        assert unasked - set(NOT_READ) == set()

    scenes.tell(Ring.network, story)
