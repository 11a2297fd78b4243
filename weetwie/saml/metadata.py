"""What a provider says of itself, and what we say of ourselves (Metadata for SAML 2.0)."""

import base64
import binascii
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from lxml.builder import ElementMaker

from weetwie.saml.keys import OwnKeys
from weetwie.saml.xml import (
    DS,
    MD,
    POST,
    REDIRECT,
    SAMLP,
    XENC,
    Element,
    UnreadableXml,
    all_of,
    metadata as parsed,
    moment,
    words,
)

_SHORTEST_KEY: Final = 2048
_MOST_CERTIFICATES: Final = 8
_LONGEST_NAME: Final = 1024
ENCRYPTION: Final = (
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    f"{XENC}aes256-cbc",
    f"{XENC}aes128-cbc",
)
KEY_TRANSPORT: Final = (f"{XENC}rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep")


class TrustedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """Who says who somebody is, and how that is recognised."""

    entity_id: str
    sign_on: str
    """Where people are sent to, by a redirect."""
    certificates: tuple[str, ...]
    """As PEM: of all keys that it may sign with, now and next."""
    logout: str = ""
    """Where it takes messages about logging out; empty where it does not."""
    logout_is_posted: bool = False
    logout_answers: str = ""
    """Where it takes answers to its own."""
    valid_until: float = 0.0

    @property
    def ends(self) -> Sequence[datetime]:
        """Of each certificate."""
        return [x509.load_pem_x509_certificate(one.encode()).not_valid_after_utc for one in self.certificates]


class Ourselves(msgspec.Struct, frozen=True):
    """We, as one provider knows us: it has addresses of its own, so that none can answer for another."""

    entity_id: str
    answers: str
    """Where people come back to."""
    logout: str
    keys: OwnKeys


def ourselves(base_url: str, key: str, keys: OwnKeys) -> Ourselves:
    beginning = f"{base_url}/auth/saml/{key}"
    return Ourselves(f"{beginning}/metadata", f"{beginning}/acs", f"{beginning}/logout", keys)


def read(content: bytes, entity_id: str) -> TrustedProvider:
    """Raises UnreadableXml where this provider is not in it, or not so that it can be believed."""
    root = parsed(content)
    entity = _entity(root, entity_id)
    roles = [
        role
        for role in all_of(entity, "md:IDPSSODescriptor")
        if SAMLP in role.get("protocolSupportEnumeration", "").split()
    ]
    if len(roles) != 1:
        raise UnreadableXml("it says nothing of a provider that logs people in by SAML 2.0")
    logout, is_posted, logout_answers = _logout(roles[0])
    ends = [end for one in (root, entity, roles[0]) if (end := one.get("validUntil"))]
    return TrustedProvider(
        entity_id=entity_id,
        sign_on=_sign_on(roles[0]),
        certificates=_certificates(roles[0]),
        logout=logout,
        logout_is_posted=is_posted,
        logout_answers=logout_answers,
        valid_until=min(map(moment, ends), default=0.0),
    )


def _entity(root: Element, entity_id: str) -> Element:
    every = [root] if root.tag == f"{{{MD}}}EntityDescriptor" else all_of(root, ".//md:EntityDescriptor")
    found = [one for one in every if one.get("entityID") == entity_id]
    if len(found) != 1 or len(entity_id) > _LONGEST_NAME:
        named = next((one.get("entityID", "") for one in every), "") if len(every) == 1 else ""
        raise UnreadableXml(
            f"it calls itself {named[:200]}" if named else f"it doesn't name {entity_id[:200]}"
        )
    return found[0]


def _sign_on(role: Element) -> str:
    for one in all_of(role, "md:SingleSignOnService"):
        if one.get("Binding") == REDIRECT:
            return _address(one.get("Location", ""))
    raise UnreadableXml("it takes no requests by redirect")


def _logout(role: Element) -> tuple[str, bool, str]:
    """By a redirect where that can be, else by a form that is posted."""
    every = all_of(role, "md:SingleLogoutService")
    for binding in (REDIRECT, POST):
        for one in every:
            if one.get("Binding") == binding:
                there = _address(one.get("Location", ""))
                answers = one.get("ResponseLocation")
                return there, binding == POST, _address(answers) if answers else there
    return "", False, ""


def _address(address: str) -> str:
    parts = urlsplit(address)
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    is_plain = all(33 <= ord(letter) < 127 and letter not in "\"'<>;," for letter in address)
    if not parts.hostname or not is_plain or len(address) > 2000:
        raise UnreadableXml("an address is none")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
        raise UnreadableXml("it uses an unencrypted connection")
    return address


def _certificates(role: Element) -> tuple[str, ...]:
    """Those of keys for signing; others beside them must not spoil it."""
    found: dict[str, None] = {}
    for descriptor in all_of(role, "md:KeyDescriptor"):
        if descriptor.get("use", "signing") != "signing":
            continue
        for one in all_of(descriptor, "ds:KeyInfo/ds:X509Data/ds:X509Certificate"):
            found |= {pem: None for pem in [_certificate(words(one))] if pem}
    if not found:
        raise UnreadableXml("it has no certificate of a key that is long enough")
    return tuple(found)[:_MOST_CERTIFICATES]


def _certificate(text: str) -> str:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        key = certificate.public_key()
    except (ValueError, binascii.Error, TypeError):
        return ""
    is_good = isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_KEY
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode() if is_good else ""


def ours(us: Ourselves) -> bytes:
    """What a provider reads of us."""
    md = ElementMaker(namespace=MD, nsmap={"md": MD, "ds": DS})
    role = md.SPSSODescriptor(
        *[_key(key.certificate, use) for key in us.keys.keys for use in ("signing", "encryption")],
        md.SingleLogoutService(Binding=REDIRECT, Location=us.logout),
        md.SingleLogoutService(Binding=POST, Location=us.logout),
        md.AssertionConsumerService(Binding=POST, Location=us.answers, index="0", isDefault="true"),
        AuthnRequestsSigned="true",
        WantAssertionsSigned="true",
        protocolSupportEnumeration=SAMLP,
    )
    root = md.EntityDescriptor(role, entityID=us.entity_id)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def _key(certificate: str, use: str) -> Element:
    md, ds = ElementMaker(namespace=MD), ElementMaker(namespace=DS)
    body = "".join(certificate.split("-----")[2].split())
    methods = [md.EncryptionMethod(Algorithm=one) for one in (*ENCRYPTION, *KEY_TRANSPORT)]
    shown = ds.KeyInfo(ds.X509Data(ds.X509Certificate("\n".join(textwrap.wrap(body, 76)))))
    made: Element = md.KeyDescriptor(shown, *(methods if use == "encryption" else []), use=use)
    return made
