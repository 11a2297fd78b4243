"""What one knows, on pages, without a script."""

import httpx

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import Someone, World

HERE = "/settings/knowledge"


async def company(world: World, ada: Someone) -> Someone:
    bo = await world.member("bo", name="Bo")
    for number in range(3):
        await world.post(
            ada, f"The Kaplan turbine of plant {number} is balanced #Balancing", tags=["Balancing"]
        )
    for number in range(9):
        await world.post(bo, f"Lunch number {number} is soup")
    return bo


async def test_a_proposal_shows_its_proof_and_is_published_with_one_click(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await company(world, ada)
    page = await site.get(HERE)
    assert "Kaplan turbine" in page.text and "plant 2 is balanced" in page.text
    assert "Knows about" not in text_of(await site.get("/@ada"))
    assert (await act(site, HERE, act="knows", name="Balancing")).headers["location"] == HERE
    assert (await act(site, HERE, act="learning", name="Deep welding")).status_code == 303
    profile = await site.get("/@ada")
    assert (
        'href="/who-knows?q=Balancing"' in profile.text
        and 'href="/who-knows?q=Deep%20welding"' in profile.text
    )
    await act(site, HERE, act="take_back", name="balancing")
    assert 'href="/who-knows?q=Balancing"' not in (await site.get("/@ada")).text


async def test_what_is_hidden_or_contested_is_gone_and_can_be_allowed_again(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await company(world, ada)
    await act(site, HERE, act="never", name="Kaplan turbine")
    page = await site.get(HERE)
    assert "<b>Kaplan turbine</b>" not in page.text and "Allow Kaplan turbine again" in page.text
    await act(site, HERE, act="take_back", name="Kaplan turbine")
    assert "<b>Kaplan turbine</b>" in (await site.get(HERE)).text


async def test_one_click_takes_out_of_everything(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    await company(world, ada)
    await act(site, HERE, act="out")
    text = text_of(await site.get(HERE))
    assert "you are not shown in results" in text and "Kaplan" not in text
    await act(site, HERE, act="in")
    assert "Kaplan" in text_of(await site.get(HERE))


async def test_what_cannot_be_a_topic_comes_back_with_the_reason(site: httpx.AsyncClient) -> None:
    page = await act(site, HERE, act="knows", name="one two three four five six")
    assert page.status_code == 422 and "short phrase" in page.text and "one two three" in page.text
    assert (await act(site, HERE, act="shout", name="x")).status_code == 404


async def test_the_page_of_a_topic_shows_people_without_numbers_questions_and_what_it_goes_with(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await company(world, ada)
    await world.post(bo, "How is it done? #Balancing #Pumps", tags=["Balancing", "Pumps"], is_question=True)
    cy = await world.member("cy", name="Cy")
    await world.post(cy, "Balancing needs weights #Balancing", tags=["Balancing"])
    page = await site.get("/tags/balancing")
    assert "How is it done" in page.text and 'href="/@cy"' in page.text and "<meter" not in page.text
    assert 'href="/tags/pumps"' in page.text.lower()


async def test_one_person_is_not_called_people(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    bo = await company(world, ada)
    await world.post(bo, "We run kubernetes")
    text = " ".join(text_of(await site.get("/who-knows?q=kubrnetes")).split())
    assert "Did you mean kubernetes" in text and "One person has written about it." in text


async def test_one_vouches_on_the_page_of_a_post_and_declines_on_ones_own(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await company(world, ada)
    post = await world.post(bo, "The soup of today has leek in it")
    page = await site.get(f"/@bo/{post}")
    assert f'action="/posts/{post}/vouch' in page.text
    assert (await act(site, f"/posts/{post}/vouch", topic="French cooking")).status_code == 303
    assert (await act(site, f"/posts/{post}/vouch", topic="")).status_code == 422
    assert "Bo" in text_of(await site.get("/who-knows?q=french+cooking"))
    own = await world.post(ada, "The bearing is in")
    assert f'action="/posts/{own}/vouch' not in (await site.get(f"/@ada/{own}")).text
    async with browser(world) as other:
        await give_password(world, bo)
        await sign_in(other, "bo")
        assert "Ada vouched for you: French cooking" in text_of(await other.get(HERE))
        vouch_id = await world.connection.fetchval("select id from vouches")
        assert (await act(other, HERE, act="decline", id=str(vouch_id))).status_code == 303
    assert 'href="/@bo"' not in (await site.get("/who-knows?q=french+cooking")).text
