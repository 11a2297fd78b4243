"""SAML with a provider of somebody else's making: pysaml2, which signs with the program xmlsec1."""

import base64
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import saml_provider as providers
from tests.site import text_of
from tests.web.test_saml import HOUSE, handle_of, open_site, post
from tests.world import World
from weetwie.saml import keys
from weetwie.settings import sign_on

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of cryptography, about what it uses
    from saml2 import BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server
    from saml2.sigver import SecurityContext, get_xmlsec_binary, pre_encryption_part
    from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

AT = "https://idp.example.org"

pytestmark = pytest.mark.needs("xmlsec1")


class Pysaml:
    """The provider, which knows us by our metadata."""

    def __init__(self, folder: Path, ours: bytes, *, encrypts: bool) -> None:
        self.encrypts = encrypts
        (folder / "sp.xml").write_bytes(ours)
        key = providers.key("pysaml")
        (folder / "key.pem").write_text(key.key)
        (folder / "certificate.pem").write_text(key.certificate)
        service = {
            "endpoints": {
                "single_sign_on_service": [(f"{AT}/sso", BINDING_HTTP_REDIRECT)],
                "single_logout_service": [(f"{AT}/slo", BINDING_HTTP_REDIRECT)],
            },
            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
            "name_id_format": [NAMEID_FORMAT_PERSISTENT],
            "sign_response": True,
            "sign_assertion": True,
            "encrypt_assertion": encrypts,
            "want_authn_requests_signed": True,
        }
        given = {
            "entityid": f"{AT}/metadata",
            "service": {"idp": service},
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "certificate.pem"),
            "encryption_keypairs": [
                {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "certificate.pem")}
            ],
            "metadata": {"local": [str(folder / "sp.xml")]},
            "xmlsec_binary": get_xmlsec_binary(),
        }
        self.server = Server(config=IdPConfig().load(given))

    def metadata(self) -> bytes:
        return str(entity_descriptor(self.server.config)).encode()

    def lets_in(self, address: str) -> dict[str, str]:
        """Somebody opens the address and signs in: the form with which they are sent back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        asked = self.server.parse_authn_request(
            query["SAMLRequest"], BINDING_HTTP_REDIRECT,
            relay_state=query["RelayState"], sigalg=query["SigAlg"], signature=query["Signature"],
        ).message  # fmt: skip
        self.name_id = NameID(format=NAMEID_FORMAT_PERSISTENT, text="dee-1")
        response = self.server.create_authn_response(
            {"displayName": "Dee", "mail": "dee@house.example", "uid": "dee"},
            asked.id,
            asked.assertion_consumer_service_url,
            asked.issuer.text,
            name_id=self.name_id,
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": AT},
            sign_response=True,
            sign_assertion=True,
            encrypt_assertion=self.encrypts,
            encrypt_assertion_self_contained=False,  # else it renames prefixes of what it has signed
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
        )
        return {
            "SAMLResponse": base64.b64encode(str(response).encode()).decode(),
            "RelayState": query["RelayState"],
        }

    def says_out(self) -> str:
        id, request = self.server.create_logout_request(
            f"{HOUSE}/auth/saml/house/logout", f"{HOUSE}/auth/saml/house/metadata", name_id=self.name_id
        )
        sent = self.server.apply_binding(
            BINDING_HTTP_REDIRECT,
            str(request),
            f"{HOUSE}/auth/saml/house/logout",
            sign=True,
            sigalg=SIG_RSA_SHA256,
        )
        self.logout_id = id
        return str(dict(sent["headers"])["Location"])

    def is_answered(self, address: str) -> bool:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = self.server.parse_logout_request_response(query["SAMLResponse"], BINDING_HTTP_REDIRECT)
        return bool(answer.response.in_response_to == self.logout_id and answer.status_ok())


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the provider's own
@pytest.mark.parametrize("encrypts", [False, True])
async def test_all_of_it_with_a_provider_of_somebody_elses_making(
    world: World, ada: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encrypts: bool
) -> None:
    monkeypatch.setattr(keys, "first", lambda _host: keys.OwnKeys((providers.key("ours"),)))
    # What it encrypts with by itself (3DES) is refused.
    kind = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    monkeypatch.setitem(pre_encryption_part.__kwdefaults__, "msg_enc", kind)
    _size, *others = SecurityContext.encrypt_assertion.__defaults__ or ("",)
    monkeypatch.setattr(SecurityContext.encrypt_assertion, "__defaults__", ("aes-256", *others))
    await world.policy(connections=["saml"])
    file = tmp_path / "idp.xml"
    told = sign_on.saml(
        [{"key": "house", "name": "House", "entity_id": f"{AT}/metadata", "metadata_file": str(file)}]
    )[0]
    async with open_site(world, told) as site:
        idp = Pysaml(tmp_path, (await site.get("/auth/saml/house/metadata")).content, encrypts=encrypts)
        file.write_bytes(idp.metadata())
        there = await site.get("/auth/saml/house")
        form = idp.lets_in(there.headers["location"])
        assert (b"EncryptedAssertion" in base64.b64decode(form["SAMLResponse"])) == encrypts
        back = await post(site, form)
        assert back.status_code == 303, text_of(back)
        assert (await site.get(back.headers["location"])).status_code == 303
        assert await handle_of(site) == "dee"
        answer = await site.get(idp.says_out())
        assert answer.status_code == 303, text_of(answer)
        assert idp.is_answered(answer.headers["location"])
        assert await handle_of(site) == ""
