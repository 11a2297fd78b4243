"""What apps know from Mastodon and look at closely: words of refusals, what is kept, what is told to whom."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.api.test_push import AT as PUSH
from tests.law.requests import PUSH_KEYS
from tests.world import Someone
from weetwie.domain.people.suspend import suspend, unsuspend
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def say(house: House, who: Someone, text: str, **more: Any) -> Any:
    return await house.good(who, "POST", "/api/v1/statuses", json={"status": text, **more})


async def put(house: House, who: Someone, **more: Any) -> str:
    poll = {"options": ["a", "b", "c"], "expires_in": 3600, **more}
    return str((await say(house, who, "?", poll=poll))["poll"]["id"])


async def choose(house: House, who: Someone, id: str, *choices: int) -> Any:
    return await house.ask(who, "POST", f"/api/v1/polls/{id}/votes", json={"choices": choices})


async def test_where_several_can_be_chosen_a_later_vote_adds_an_option(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    poll = await put(house, ada, multiple=True)
    assert (await choose(house, bo, poll, 1)).status_code == 200
    second = (await choose(house, bo, poll, 0, 2)).json()
    assert (second["own_votes"], second["votes_count"], second["voters_count"]) == ([0, 1, 2], 3, 1)
    assert (await choose(house, bo, poll, 2)).json()[
        "error"
    ] == "Validation failed: You have already voted on this poll"
    third = (await choose(house, cy, poll, 1)).json()
    assert ([one["votes_count"] for one in third["options"]], third["voters_count"]) == ([1, 2, 1], 2)


async def test_refusals_of_polls_have_the_words_that_apps_know(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    poll = await put(house, ada)
    assert (await choose(house, bo, poll, 0)).status_code == 200
    told = [
        (await choose(house, who, poll, choice)).json()["error"]
        for who, choice in ((bo, 1), (bo, 7), (ada, 0))
    ]
    assert told == [
        "Validation failed: You have already voted on this poll",
        "Validation failed: The chosen vote option does not exist",
        "Validation failed: You cannot vote in your own polls",
    ]
    clock.stop(clock.now().replace(year=clock.now().year + 1))
    try:
        ended = (await choose(house, bo, poll, 1)).json()["error"]
    finally:
        clock.stop(None)
    assert ended == "Validation failed: The poll has already ended"


@pytest.mark.parametrize(
    ("poll", "words"),
    [
        ({"options": ["a"]}, "Choices must have more than one item"),
        ({"options": list("abcde")}, "Choices can't contain more than 4 items"),
        ({"options": ["a", "b" * 51]}, "Choices cannot be longer than 50 characters each"),
        ({"options": ["a", "a"]}, "Choices contain duplicate items"),
        ({"expires_in": 1}, "Deadline is too soon"),
        ({"expires_in": 10**8}, "Deadline is too far into the future"),
    ],
)
async def test_each_fault_of_a_poll_has_its_own_words(house: House, poll: dict[str, Any], words: str) -> None:
    ada = await house.world.member("ada")
    given = {"status": "?", "poll": {"options": ["a", "b"], "expires_in": 3600, **poll}}
    answer = await house.ask(ada, "POST", "/api/v1/statuses", json=given)
    assert (answer.status_code, answer.json()["error"]) == (422, f"Validation failed: {words}")
    assert answer.json()["details"]["poll"][0]["description"] != words


async def test_the_source_of_a_post_is_for_whoever_sees_it(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await say(house, ada, "I wrote *this*", spoiler_text="Hm")
    source = await house.good(bo, "GET", f"/api/v1/statuses/{post['id']}/source")
    assert (source["text"], source["spoiler_text"]) == ("I wrote *this*", "Hm")
    hidden = await say(house, ada, "not this", visibility="private")
    assert (await house.ask(bo, "GET", f"/api/v1/statuses/{hidden['id']}/source")).status_code == 404


async def test_there_are_no_proofs_of_identity(house: House) -> None:
    ada = await house.world.member("ada")
    assert await house.good(ada, "GET", f"/api/v1/accounts/{ada.id}/identity_proofs") == []
    assert (await house.ask(ada, "GET", "/api/v1/accounts/1/identity_proofs")).status_code == 404


async def test_a_link_that_nobody_has_posted_is_not_known(house: House) -> None:
    ada = await house.world.member("ada")
    answer = await house.ask(ada, "GET", "/api/v1/timelines/link", params={"url": "https://example.org/none"})
    assert (answer.status_code, len(answer.json()["error"]) > 10) == (404, True)


async def test_a_push_subscription_keeps_its_policy(house: House) -> None:
    ada = await house.world.member("ada")
    device = {"endpoint": "https://push.example/1", "keys": PUSH_KEYS}
    given = {"subscription": device, "data": {"policy": "followed", "alerts": {"mention": True}}}
    assert (await house.good(ada, "POST", PUSH, json=given))["policy"] == "followed"
    assert (await house.good(ada, "PUT", PUSH, json={"data": {"alerts": {"mention": True}}}))[
        "policy"
    ] == "followed"
    assert (await house.good(ada, "PUT", PUSH, json={"policy": "none"}))["policy"] == "none"
    assert (await house.good(ada, "GET", PUSH))["policy"] == "none"


async def test_a_conversation_can_be_marked_as_not_read(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await say(house, bo, "@ada psst", visibility="direct")
    (talk,) = await house.good(ada, "GET", "/api/v1/conversations")
    at = f"/api/v1/conversations/{talk['id']}"
    assert not (await house.good(ada, "POST", f"{at}/read"))["unread"]
    assert (await house.good(ada, "POST", f"{at}/unread"))["unread"]
    assert (await house.good(ada, "GET", "/api/v1/conversations"))[0]["unread"]
    assert (await house.ask(bo, "POST", f"{at}/unread")).status_code == 404


async def test_the_websites_of_somebody_are_kept_and_told_to_them_alone(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    me = "/api/v1/accounts/update_credentials"
    given = {"attribution_domains": ["Example.org", "https://blog.example.org/", "example.org"]}
    changed = await house.good(ada, "PATCH", me, json=given)
    assert changed["source"]["attribution_domains"] == ["example.org", "blog.example.org"]
    assert (await house.good(ada, "GET", "/api/v1/profile"))["attribution_domains"] == [
        "example.org",
        "blog.example.org",
    ]
    changed = await house.good(
        ada, "PATCH", "/api/v1/profile", data={"attribution_domains[]": "münchen.example"}
    )
    assert changed["attribution_domains"] == ["xn--mnchen-3ya.example"]
    assert (await house.good(ada, "PATCH", me, json={"note": "x"}))["source"]["attribution_domains"]
    assert "attribution_domains" not in (await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}"))
    refused = await house.ask(ada, "PATCH", me, json={"attribution_domains": ["not a site"]})
    assert (refused.status_code, "not a site" in refused.json()["error"]) == (422, True)
    assert not (await house.good(ada, "PATCH", me, json={"attribution_domains": []}))["source"][
        "attribution_domains"
    ]


async def test_nobody_is_mentioned_whom_the_app_does_not_expect(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    given = {"status": "@bo @cy hi", "allowed_mentions": [str(bo.id)]}
    refused = await house.ask(ada, "POST", "/api/v1/statuses", json=given)
    assert refused.status_code == 422
    assert [one["acct"] for one in refused.json()["unexpected_accounts"]] == ["cy"]
    assert await house.good(ada, "GET", f"/api/v1/accounts/{ada.id}/statuses") == []
    nobody = await house.ask(ada, "POST", "/api/v1/statuses", json={**given, "allowed_mentions": []})
    assert nobody.status_code == 422
    both = {**given, "allowed_mentions": [str(bo.id), str(cy.id)]}
    later = await house.good(
        ada, "POST", "/api/v1/statuses", json={**both, "scheduled_at": "5026-01-01T00:00:00Z"}
    )
    assert later["params"]["allowed_mentions"] == [str(bo.id), str(cy.id)]
    assert len((await house.good(ada, "POST", "/api/v1/statuses", json=both))["mentions"]) == 2


async def test_a_refusal_speaks_the_language_that_is_asked_for(house: House) -> None:
    ada = await house.world.member("ada")
    headers = {"authorization": f"Bearer {ada.token}", "accept-language": "de"}
    plain = await house.site.get("/api/v1/statuses/1", headers=headers)
    dutch = await house.site.get("/api/v1/statuses/1?lang=nl", headers=headers)
    unknown = await house.site.get("/api/v1/statuses/1?lang=xx", headers=headers)
    english = await house.site.get("/api/v1/statuses/1?lang=en", headers=headers)
    assert len({answer.json()["error"] for answer in (plain, dutch, english)}) == 3
    assert unknown.json() == plain.json()
    assert "Deze pagina bestaat niet" in dutch.json()["error"]


async def test_who_boosts_for_their_followers_alone_is_named_to_nobody(house: House) -> None:
    ada = await house.world.member("ada")
    bo, cy = await house.world.member("bo"), await house.world.member("cy")
    fay = await house.world.member("fay", follows=[bo, cy])
    post = await say(house, ada, "look")
    await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/reblog", json={"visibility": "private"})
    await house.good(cy, "POST", f"/api/v1/statuses/{post['id']}/reblog")
    for who in (ada, bo, cy, fay):
        named = await house.good(who, "GET", f"/api/v1/statuses/{post['id']}/reblogged_by")
        assert [one["acct"] for one in named] == ["cy"]


async def test_a_token_lives_again_when_a_suspension_is_lifted(house: House) -> None:
    boss, ada = await house.world.member("boss", is_admin=True), await house.world.member("ada")
    await house.good(ada, "GET", "/api/v1/accounts/verify_credentials")

    async def act(verb: Any) -> None:
        async with house.world.database.transaction() as db:
            await verb(db, await house.world.viewer(boss), ada.id)
        await house.settle()

    await act(suspend)
    refused = await house.ask(ada, "GET", "/api/v1/accounts/verify_credentials")
    assert refused.status_code == 403, "an app that hears 401 forgets the token"
    assert (await house.ask(ada, "POST", "/api/v1/statuses", json={"status": "x"})).status_code == 403
    await act(unsuspend)
    assert (await house.good(ada, "GET", "/api/v1/accounts/verify_credentials"))["acct"] == "ada"
