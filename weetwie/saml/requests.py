"""What we ask a provider, and answer it: signed, in the address of a redirect or in a form (Bindings for SAML 2.0, 3.4 and 3.5)."""

import base64
import secrets
import zlib
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from lxml.builder import ElementMaker

from weetwie.saml.keys import OwnKey
from weetwie.saml.metadata import Ourselves, TrustedProvider
from weetwie.saml.xml import POST, SAML, SAMLP, Element, written

_RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"

_samlp = ElementMaker(namespace=SAMLP, nsmap={"samlp": SAMLP, "saml": SAML})
_saml = ElementMaker(namespace=SAML, nsmap={"saml": SAML})


class NamedSubject(msgspec.Struct, frozen=True):
    """How a provider named somebody, and the session there: shown to it again when they log out."""

    name_id: str
    format: str = ""
    qualifier: str = ""
    ours: str = ""
    session: str = ""


def new_id() -> str:
    return f"_{secrets.token_hex(20)}"


def asks_who(us: Ourselves, them: TrustedProvider, id: str, now: float, *, is_again: bool = False) -> Element:
    """Whom the provider has; with `is_again` they show it there once more."""
    again = {"ForceAuthn": "true"} if is_again else {}
    asked: Element = _samlp.AuthnRequest(
        _saml.Issuer(us.entity_id),
        ID=id,
        Version="2.0",
        IssueInstant=written(now),
        Destination=them.sign_on,
        ProtocolBinding=POST,
        AssertionConsumerServiceURL=us.answers,
        **again,
    )
    return asked


def logs_out(us: Ourselves, them: TrustedProvider, person: NamedSubject, now: float) -> Element:
    told = {"Format": person.format, "NameQualifier": person.qualifier, "SPNameQualifier": person.ours}
    asked: Element = _samlp.LogoutRequest(
        _saml.Issuer(us.entity_id),
        _saml.NameID(person.name_id, {name: value for name, value in told.items() if value}),
        *([_samlp.SessionIndex(person.session)] if person.session else []),
        ID=new_id(),
        Version="2.0",
        IssueInstant=written(now),
        Destination=them.logout,
    )
    return asked


def is_logged_out(us: Ourselves, them: TrustedProvider, request_id: str, now: float) -> Element:
    said: Element = _samlp.LogoutResponse(
        _saml.Issuer(us.entity_id),
        _samlp.Status(_samlp.StatusCode(Value=SUCCESS)),
        ID=new_id(),
        Version="2.0",
        IssueInstant=written(now),
        Destination=them.logout_answers,
        InResponseTo=request_id,
    )
    return said


def way(address: str, field: str, document: Element, key: OwnKey, relay_state: str = "") -> str:
    """The address with a message in it; `field` is SAMLRequest or SAMLResponse."""
    deflated = zlib.compress(etree.tostring(document), 9)[2:-4]
    asked = {field: base64.b64encode(deflated).decode()}
    if relay_state:
        asked["RelayState"] = relay_state
    query = urlencode(asked | {"SigAlg": _RSA_SHA256})
    signature = base64.b64encode(_private(key).sign(query.encode(), padding.PKCS1v15(), hashes.SHA256()))
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}&{urlencode({'Signature': signature})}"


def form(field: str, document: Element, key: OwnKey, relay_state: str = "") -> dict[str, str]:
    """The same as what a form is filled with."""
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    signed = OneLogin_Saml2_Utils.add_sign(etree.tostring(document), key.key, key.certificate)
    filled = {field: base64.b64encode(signed).decode()}
    return filled | ({"RelayState": relay_state} if relay_state else {})


def _private(key: OwnKey) -> rsa.RSAPrivateKey:
    found = serialization.load_pem_private_key(key.key.encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey), "we make no others"
    return found
