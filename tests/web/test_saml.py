"""Signing in by SAML, whole: there, back, who it is, and out again; and what is said when something is wrong."""

import asyncio
import base64
import re
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from tests import saml_provider as providers
from tests.api.conformance import Conforming
from tests.saml_provider import SamlIdp, encoded, encrypted
from tests.site import Choices, act, form_of, give_password, sign_in, text_of
from tests.world import World
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.flows import saml as flow
from weetwie.saml import fetching, keys
from weetwie.saml.xml import NAMES
from weetwie.settings import SamlProvider, SettingsError, read, sign_on

HOUSE = "https://house.example"


@pytest.fixture
def idp() -> Iterator[SamlIdp]:
    with providers.saml_idp() as idp:
        idp.attributes = {
            "displayName": ["Bo Berg"],
            "uid": ["Bo.Berg"],
            "mail": ["bo@house.example"],
            "memberOf": ["staff", "admins"],
        }
        yield idp


@pytest.fixture
async def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(
        keys, "first", lambda _host: keys.OwnKeys((providers.key("ours"),))
    )  # making one takes long
    await world.policy(connections=["saml"])
    return world


def told(idp: SamlIdp, **more: Any) -> SamlProvider:
    given = {
        "key": "house",
        "name": "House",
        "entity_id": idp.entity_id,
        "metadata_url": f"{idp.at}/metadata",
    }
    return sign_on.saml([given | more])[0]


def open_site(world: World, *saml: SamlProvider) -> httpx.AsyncClient:
    application = build(Choices(), world.database, replace(world.site, saml=saml))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=Conforming(transport), base_url=HOUSE)


@pytest.fixture
async def site(world: World, ada: Any, idp: SamlIdp) -> AsyncIterator[httpx.AsyncClient]:
    async with open_site(world, told(idp)) as site:
        yield site


async def post(
    site: httpx.AsyncClient, form: dict[str, str], to: str = "/auth/saml/house/acs"
) -> httpx.Response:
    """As a page of the provider sends it: from another site, so that no cookie goes with it."""
    held, site.cookies = site.cookies, httpx.Cookies()
    answer = await site.post(to, data=form, headers={"origin": "null", "sec-fetch-site": "cross-site"})
    assert "set-cookie" not in answer.headers
    site.cookies = held
    return answer


async def come(site: httpx.AsyncClient, idp: SamlIdp, go_on: str = "/", **more: Any) -> httpx.Response:
    """From the sign-in page to the provider and back."""
    there = await site.get(f"/auth/saml/house?{urlencode({'next': go_on})}")
    assert there.status_code == 303, there.text
    back = await post(site, idp.lets_in(there.headers["location"], **more))
    return back if back.status_code != 303 else await site.get(back.headers["location"])


async def handle_of(site: httpx.AsyncClient) -> str:
    answer = await site.get("/settings")
    return (
        ""
        if answer.status_code != 200
        else answer.text.split('id="your-menu"')[1].split('href="/@')[1].split('"')[0]
    )


async def test_somebody_new_comes_in_and_is_known_the_next_time(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    page = await site.get("/auth/sign_in?next=/people")
    assert '/auth/saml/house?next=%2Fpeople"' in page.text
    answer = await come(site, idp, "/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert await handle_of(site) == "bo_berg"
    idp.attributes |= {"uid": ["ada"], "displayName": ["Ada"]}
    async with open_site(world, told(idp)) as again:
        await come(again, idp)
        assert await handle_of(again) == "bo_berg"


async def test_groups_decide_who_comes_in_and_with_which_roles(world: World, ada: Any, idp: SamlIdp) -> None:
    async with open_site(world, told(idp, allowed_groups=["bosses"])) as site:
        assert "isn't in a group that can log in here" in text_of(await come(site, idp))
    async with open_site(world, told(idp, allowed_groups=["staff"], admin_groups=["admins"])) as site:
        await come(site, idp)
        assert (await site.get("/admin")).status_code == 200
    idp.attributes["memberOf"] = ["staff"]
    async with open_site(world, told(idp, allowed_groups=["staff"], admin_groups=["admins"])) as site:
        await come(site, idp)
        assert (await site.get("/admin")).status_code == 404


async def test_the_answer_is_good_once_and_in_the_browser_that_asked(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    there = await site.get("/auth/saml/house")
    form = idp.lets_in(there.headers["location"])
    back = await post(site, form)
    async with open_site(world, told(idp)) as other:
        stolen = await other.get(back.headers["location"])
        assert stolen.status_code == 422 and "began in another browser" in text_of(stolen)
        assert await handle_of(other) == ""
    assert (await post(site, form)).status_code == 422
    assert (await site.get(back.headers["location"])).status_code == 303
    assert await handle_of(site) == "bo_berg"
    assert (await site.get(back.headers["location"])).status_code == 422


async def test_of_answers_that_come_twice_at_once_one_is_taken(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    there = await site.get("/auth/saml/house")
    form = idp.lets_in(there.headers["location"])
    site.cookies.clear()
    answers = await asyncio.gather(*(site.post("/auth/saml/house/acs", data=form) for _time in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]


async def test_an_assertion_that_was_taken_is_not_taken_for_another_request(
    site: httpx.AsyncClient, idp: SamlIdp
) -> None:
    assert (await come(site, idp, id="_same")).status_code == 303
    answer = await come(site, idp, id="_same")
    assert answer.status_code == 422 and "was used before" in text_of(answer)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"audience": "https://other.example"}, "it's meant for another application"),
        ({"destination": "https://other.example/acs"}, "it's meant for another address"),
        ({"destination": f"{HOUSE}/auth/saml/house/acs/more"}, "it's meant for another address"),
        ({"recipient": "https://other.example/acs"}, "it's meant for another address, or too old"),
        ({"recipient": f"https://x.example/?{HOUSE}/auth/saml/house/acs"}, "it's meant for another address"),
        ({"request": "_other"}, "it answers another request"),
        ({"confirms": "_other"}, "it's meant for another address, or too old"),
        ({"issuer": "https://elsewhere.example"}, "it comes from another provider"),
        ({"ends": -3600.0}, "took too long"),
        ({"confirmed_until": -3600.0}, "too old"),
        ({"issued": -3600.0}, "took too long"),
        ({"issued": 3600.0}, "clocks of House and this server differ too much"),
        ({"begins": 3600.0}, "clocks of House and this server differ too much"),
        ({"begins": 200.0}, "clocks of House and this server differ too much"),
        ({"ends": -200.0}, "took too long"),
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}, "House couldn't log you in (AuthnFailed)"),
        ({"status": "<script>"}, "it can't be read"),
        ({"name_id": ""}, "it can't be read"),
        ({"name_id": "s" * 300}, "it can't be read"),
        ({"name_id": "<b>s-1</b>"}, "it can't be read"),
        ({"inside": '<saml:Condition xmlns:x="urn:x" xsi:type="x:y" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'}, "answer for a different login"),
        ({"format": providers.TRANSIENT}, "has no name for you that stays the same"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_right_lets_nobody_in_and_says_why(
    site: httpx.AsyncClient, idp: SamlIdp, world: World, wrong: dict[str, Any], sentence: str
) -> None:
    if wrong == {"status": "<script>"}:
        wrong = {"status": "&lt;script&gt;"}
        sentence = "couldn't log you in (error)"
    answer = await come(site, idp, **wrong)
    assert answer.status_code in (403, 422), answer.status_code
    assert sentence in text_of(answer)
    assert await handle_of(site) == ""
    assert await world.connection.fetchval("select count(*) from sessions") == 0


async def test_clocks_may_differ_a_little(site: httpx.AsyncClient, idp: SamlIdp) -> None:
    wrong: dict[str, Any] = {"issued": 60.0, "begins": 60.0, "ends": -60.0, "signed_on": 60.0}
    assert (await come(site, idp, **wrong)).status_code == 303


async def test_a_provider_that_sends_people_without_being_asked_is_told_apart(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    there = await site.get("/auth/saml/house")
    response = idp.response(idp.asked(there.headers["location"]))
    del response.attrib["InResponseTo"]
    del next(response.iter("{*}SubjectConfirmationData")).attrib["InResponseTo"]
    form = {"SAMLResponse": encoded(idp.signed(response))}
    answer = await post(site, form)
    assert answer.status_code == 422 and "without being asked" in text_of(answer)
    async with open_site(world, told(idp, begins_there=True)) as open_one:
        answer = await post(open_one, form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/auth/saml/house")
        assert await handle_of(open_one) == ""
        assert (await come(open_one, idp)).status_code == 303
    assert (await post(site, form | {"RelayState": "x"})).status_code == 422


async def test_another_attribute_may_say_who_it_is(world: World, ada: Any, idp: SamlIdp) -> None:
    idp.attributes["employeeNumber"] = ["4711"]
    idp.format = providers.TRANSIENT
    for name in ("_one", "_two"):
        idp.name_id = name
        async with open_site(world, told(idp, subject_attribute="employeeNumber")) as site:
            assert (await come(site, idp)).status_code == 303
    assert await world.connection.fetchval("select subject from identities") == "4711"
    idp.attributes["employeeNumber"] = ["4711", "4712"]
    async with open_site(world, told(idp, subject_attribute="employeeNumber")) as site:
        assert "has no name for you" in text_of(await come(site, idp))


async def test_whoever_is_signed_in_connects_the_provider(
    site: httpx.AsyncClient, idp: SamlIdp, world: World, ada: Any
) -> None:
    await give_password(world, ada)
    await sign_in(site, "ada")
    page = await site.get("/settings/sign-in")
    assert 'action="/auth/saml/house"' in page.text
    shown = await act(site, "/auth/saml/house")
    way = shown.text.split('class="b" href="')[1].split('"')[0].replace("&amp;", "&")
    back = await post(site, idp.lets_in(way))
    answer = await site.get(back.headers["location"])
    assert answer.headers["location"] == "/settings/sign-in?saved=1"
    assert "House" in (await site.get("/settings/sign-in")).text
    async with open_site(world, told(idp)) as again:
        await come(again, idp)
        assert await handle_of(again) == "ada"


async def test_who_is_connecting_cannot_be_signed_out_meanwhile(
    site: httpx.AsyncClient, idp: SamlIdp, world: World, ada: Any
) -> None:
    await give_password(world, ada)
    await sign_in(site, "ada")
    shown = await act(site, "/auth/saml/house")
    way = shown.text.split('class="b" href="')[1].split('"')[0].replace("&amp;", "&")
    back = await post(site, idp.lets_in(way))
    await world.connection.execute("delete from sessions")
    assert (await site.get(back.headers["location"])).status_code == 422
    assert await world.connection.fetchval("select count(*) from identities") == 0


async def test_administrators_show_again_that_it_is_them(world: World, ada: Any, idp: SamlIdp) -> None:
    async with open_site(world, told(idp, admin_groups=["admins"])) as site:
        await come(site, idp, signed_on=-7200.0)
        first = await site.get("/admin")
        assert first.status_code == 303 and "again=1" in first.headers["location"]
        page = await site.get(first.headers["location"])
        way = re.search(r'href="(/auth/saml/house\?[^"]*)"', page.text)
        assert way and "again=1" in way[1]
        there = await site.get(way[1].replace("&amp;", "&"))
        assert idp.asked(there.headers["location"]).is_again
        back = await post(site, idp.lets_in(there.headers["location"]))
        await site.get(back.headers["location"])
        assert (await site.get("/admin")).status_code == 200


async def test_what_is_encrypted_for_us_is_opened_also_with_the_key_of_before(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    async def certificates() -> list[str]:
        page = await site.get("/auth/saml/house/metadata")
        root = etree.fromstring(page.content)
        found = root.findall(".//md:KeyDescriptor[@use='encryption']//ds:X509Certificate", NAMES)
        return [
            f"-----BEGIN CERTIFICATE-----\n{one.text.strip()}\n-----END CERTIFICATE-----\n" for one in found
        ]

    async def come_encrypted(certificate: str) -> httpx.Response:
        there = await site.get("/auth/saml/house")
        asked = idp.asked(there.headers["location"])
        made = encrypted(idp.signed(idp.response(asked)), certificate)
        back = await post(site, {"SAMLResponse": encoded(made), "RelayState": asked.relay_state})
        return back if back.status_code != 303 else await site.get(back.headers["location"])

    (first,) = await certificates()
    assert (await come_encrypted(first)).status_code == 303
    by = system(await world.memory.policy(world.db))
    await flow.change_keys(world.database, by, world.site, is_next=True)
    before, after = await certificates()
    assert before == first
    for certificate in (before, after):
        assert (await come_encrypted(certificate)).status_code == 303
    await flow.change_keys(world.database, by, world.site, is_next=False)
    assert await certificates() == [after]
    assert "its signature is wrong" in text_of(await come_encrypted(before))
    stranger = keys.made("elsewhere.example")
    assert "its signature is wrong" in text_of(await come_encrypted(stranger.certificate))


async def test_new_certificates_are_found_and_old_ones_no_longer_good(
    site: httpx.AsyncClient, idp: SamlIdp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.SamlSignOn, "between_looks", 0.0)
    assert (await come(site, idp)).status_code == 303
    idp.published, idp.key = ("one", "two"), "two"
    assert (await come(site, idp)).status_code == 303
    idp.published, idp.key = ("two",), "one"
    await come(site, idp)
    idp.key = "three"
    assert "its signature is wrong" in text_of(await come(site, idp))
    idp.key = "one"
    assert "its signature is wrong" in text_of(await come(site, idp))


async def test_wrong_keys_do_not_make_us_ask_the_provider_again_and_again(
    site: httpx.AsyncClient, idp: SamlIdp
) -> None:
    await come(site, idp)
    idp.key = "two"
    for _try in range(3):
        assert "its signature is wrong" in text_of(await come(site, idp))
    assert idp.looks == 1


async def test_a_provider_that_is_down_is_known_from_before(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    idp.is_down = True
    answer = await site.get("/auth/saml/house")
    assert answer.status_code == 503 and "House isn't responding" in text_of(answer)
    idp.is_down = False
    async with open_site(world, told(idp)) as other:
        assert (await come(other, idp)).status_code == 303
    idp.is_down = True
    async with open_site(world, told(idp)) as later:
        assert (await come(later, idp)).status_code == 303


async def test_metadata_in_a_file_do(world: World, ada: Any, idp: SamlIdp, tmp_path: Any) -> None:
    file = tmp_path / "house.xml"
    file.write_bytes(idp.document())
    async with open_site(world, told(idp, metadata_url="", metadata_file=str(file))) as site:
        assert (await come(site, idp)).status_code == 303
    assert idp.looks == 0


async def test_where_it_is_off_nothing_of_it_answers(world: World, ada: Any, idp: SamlIdp) -> None:
    policies: list[dict[str, Any]] = [{"connections": []}, {"connections": ["saml"], "sign_in": "local"}]
    for policy in policies:
        await world.policy(**policy)
        async with open_site(world, told(idp)) as site:
            for path in ("", "/callback", "/logout", "/metadata"):
                assert (await site.get(f"/auth/saml/house{path}")).status_code == 404
            assert (await post(site, {"SAMLResponse": "x"})).status_code == 404
            assert (await post(site, {"SAMLRequest": "x"}, "/auth/saml/house/logout")).status_code == 404
            assert "/auth/saml/" not in (await site.get("/auth/sign_in")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "a b"},
        {"metadata_url": ""},
        {"metadata_file": "/x.xml"},
        {"metadata_url": "http://idp.example/metadata"},
        {"entity_id": ""},
        {"more": "x"},
    ],
)
def test_what_is_set_wrongly_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    import json

    good = {"key": "house", "name": "House", "entity_id": "x", "metadata_url": "https://idp.example/metadata"}
    assert read({"WEETWIE_SAML": json.dumps([good])}).saml[0].issuer == "saml:x"
    with pytest.raises(SettingsError, match="WEETWIE_SAML must be a list of tables"):
        read({"WEETWIE_SAML": json.dumps([good | wrong])})
    with pytest.raises(SettingsError):
        read({"WEETWIE_SAML": json.dumps([good, good])})


async def test_whoever_signs_out_here_signs_out_there(site: httpx.AsyncClient, idp: SamlIdp) -> None:
    await come(site, idp)
    page = await site.get("/auth/sign_out")
    assert f"form-action 'self' {idp.at}" in page.headers["content-security-policy"]
    gone = await site.post("/auth/sign_out", data=form_of(page))
    assert gone.headers["location"].startswith(f"{idp.at}/slo?SAMLRequest=")
    assert "Signature=" in gone.headers["location"]
    assert await handle_of(site) == ""
    assert (await site.get("/auth/saml/house/logout?SAMLResponse=x")).headers["location"] == "/"


async def test_whoever_signs_out_there_is_signed_out_here(
    site: httpx.AsyncClient, idp: SamlIdp, world: World
) -> None:
    await come(site, idp)
    out = f"{HOUSE}/auth/saml/house/logout"
    good = idp.says_out(out)
    for wrong in (
        good.replace("Signature=", "Signature=A"),
        good.partition("&Signature")[0],
        good.replace("RelayState=their", "RelayState=other"),
        good.replace("rsa-sha256", "rsa-sha1"),
        good + "&SAMLRequest=x",
        idp.says_out(out, destination="https://other.example/logout"),
        idp.says_out(out, issuer="https://other.example"),
        idp.says_out(out, issued=-3600.0),
        idp.says_out(out, issued=3600.0),
        idp.says_out(out, name_id="s-1<!-- -->"),
    ):
        answer = await site.get(wrong)
        assert answer.status_code == 422 and "logout that can't be believed" in text_of(answer), wrong
    idp.key = "two"
    assert (await site.get(idp.says_out(out))).status_code == 422
    idp.key = "one"
    for other in ({"session": "<samlp:SessionIndex>second</samlp:SessionIndex>"}, {"name_id": "s-2"}):
        assert (await site.get(idp.says_out(out, **other))).status_code == 303
    assert await handle_of(site) == "bo_berg"
    answer = await site.get(good)
    assert answer.headers["location"].startswith(f"{idp.at}/slo?SAMLResponse=")
    assert "RelayState=their+own" in answer.headers["location"]
    assert await handle_of(site) == ""
    await come(site, idp)
    again = await site.get(good)
    assert again.status_code == 422 and "sent this logout before" in text_of(again)
    assert await handle_of(site) == "bo_berg"
    await site.get(idp.says_out(out, session=""))
    assert await handle_of(site) == ""


async def test_a_logout_in_a_form_is_answered_by_one(world: World, ada: Any, idp: SamlIdp) -> None:
    idp.posts_logouts = True
    out = f"{HOUSE}/auth/saml/house/logout"
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
        form = idp.posts_out(out)
        root = etree.fromstring(base64.b64decode(form["SAMLRequest"]))
        root.find("saml:NameID", NAMES).text = "s-2"
        for wrong in (
            form | {"SAMLRequest": encoded(root)},
            form | {"SAMLRequest": "x"},
            idp.posts_out(out, issuer="https://other.example"),
        ):
            assert (await post(site, wrong, "/auth/saml/house/logout")).status_code == 422
        root.remove(root.find("ds:Signature", NAMES))
        refused = await post(site, form | {"SAMLRequest": encoded(root)}, "/auth/saml/house/logout")
        assert "it isn't signed" in text_of(refused)
        answer = await post(site, form, "/auth/saml/house/logout")
        assert f'action="{idp.at}/slo"' in answer.text and 'name="SAMLResponse"' in answer.text
        assert f"form-action 'self' {idp.at}" in answer.headers["content-security-policy"]
        assert await handle_of(site) == ""
        await come(site, idp)
        page = await site.get("/auth/sign_out")
        gone = await site.post("/auth/sign_out", data=form_of(page))
        assert gone.headers["location"] == "/"


async def test_a_logout_cannot_be_inflated_without_end(site: httpx.AsyncClient, idp: SamlIdp) -> None:
    bomb = base64.b64encode(zlib.compress(b" " * 30_000_000, 9)[2:-4]).decode()
    query = urlencode({"SAMLRequest": bomb, "SigAlg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"})
    key = serialization.load_pem_private_key(providers.key("one").key.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = base64.b64encode(key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    form = {"SAMLRequest": "x" * 600_000}
    assert (await post(site, form, "/auth/saml/house/logout")).status_code == 413
    answer = await site.get(f"/auth/saml/house/logout?{query}&{urlencode({'Signature': signature})}")
    assert answer.status_code in (414, 422)


async def test_an_answer_that_is_too_long_is_not_read(site: httpx.AsyncClient) -> None:
    assert (await post(site, {"SAMLResponse": "x" * 600_000})).status_code == 413
    assert (await post(site, {"SAMLResponse": "QUFB" * 90_000})).status_code == 422
    assert (await post(site, {})).status_code == 422
    assert (await site.get("/auth/saml/house/acs")).status_code == 404


async def test_a_slow_provider_holds_nobody_up_for_long(
    site: httpx.AsyncClient, idp: SamlIdp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    idp.answers.clear()
    answers = await asyncio.gather(*(site.get("/auth/saml/house") for _person in range(6)))
    assert [answer.status_code for answer in answers] == [503] * 6
    assert idp.looks == 1, "all of them waited for the same answer"
    assert (await site.get("/auth/sign_in")).status_code == 200
    idp.answers.set()


async def test_metadata_that_are_wrong_or_never_end_are_said_to_be(
    world: World, ada: Any, idp: SamlIdp
) -> None:
    for document, why in (
        (
            idp.document().replace(idp.entity_id.encode(), b"https://other.example"),
            "it calls itself https://other.example",
        ),
        (b"x" * 6_000_000, "it is too long"),
        (
            idp.document().replace(b"entityID", b'validUntil="2020-01-01T00:00:00Z" entityID'),
            "its metadata has expired",
        ),
    ):
        idp.metadata = document
        async with open_site(world, told(idp)) as site:
            answer = await site.get("/auth/saml/house")
            assert answer.status_code == 403 and why in text_of(answer)


async def test_administrators_see_what_to_enter_there_and_change_our_key(
    world: World, ada: Any, idp: SamlIdp
) -> None:
    await give_password(world, await world.member("root", is_admin=True))
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
        await sign_in(site, "root")
        page = await site.get("/admin/connections")
        assert "People who logged in this way" in page.text
        assert "Works: the metadata" in text_of(await act(site, "/admin/connections/saml/test"))
        page = await site.get("/admin/connections/saml")
        for path in ("metadata", "acs", "logout"):
            assert f"{HOUSE}/auth/saml/house/{path}" in page.text
        assert "Make the next certificate" in page.text
        await act(site, "/admin/connections/saml/keys/next")
        assert "Use the next certificate" in (await site.get("/admin/connections/saml")).text
        await act(site, "/admin/connections/saml/keys/change")
        assert "Make the next certificate" in (await site.get("/admin/connections/saml")).text
        assert (await act(site, "/admin/connections/saml/keys/other")).status_code == 404
        idp.is_down = True
        assert "House isn't responding" in text_of(await act(site, "/admin/connections/saml/test"))
    async with open_site(world) as site:
        await sign_in(site, "root")
        assert "No SAML provider is set" in (await site.get("/admin/connections/saml")).text
        assert "No SAML provider is set" in text_of(await act(site, "/admin/connections/saml/test"))
    async with open_site(world, told(idp)) as site:
        await give_password(world, ada)
        await sign_in(site, "ada")
        assert (await site.get("/admin/connections/saml")).status_code == 404
        assert (await act(site, "/admin/connections/saml/keys/next")).status_code == 404


def test_nothing_of_it_is_loaded_before_somebody_signs_in_that_way() -> None:
    code = "import sys, weetwie.app, weetwie.worker, weetwie.serve.process; print([m for m in ('lxml', 'xmlsec', 'onelogin') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
