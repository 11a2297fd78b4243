"""A provider says that somebody has logged out there (Profiles for SAML 2.0, 4.4): believed only if it is signed, by a redirect or in
a form."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from weetwie.errors import Invalid, _
from weetwie.saml import shape
from weetwie.saml.metadata import Ourselves, TrustedProvider
from weetwie.saml.responses import LEEWAY, OLDEST
from weetwie.saml.xml import LARGEST, Element, UnreadableXml, all_of, message, moment, one_of, words

_HASHES: Final[dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_MOST_SESSIONS: Final = 100

_UNTRUE: Final = _("{provider} sent a logout that can't be believed: {why}.")


class LoggedOut(msgspec.Struct, frozen=True):
    """Who it is: all of their sessions, or those that are named."""

    id: str
    name_id: str
    sessions: tuple[str, ...]
    issued_at: float
    relay_state: str = ""


class SignedQuery(msgspec.Struct, frozen=True):
    """What came in an address: each part as it was written there, for that is what is signed."""

    message: str
    relay_state: str
    algorithm: str
    signature: str

    @property
    def signed(self) -> bytes:
        relayed = f"&RelayState={self.relay_state}" if self.relay_state else ""
        return f"SAMLRequest={self.message}{relayed}&SigAlg={self.algorithm}".encode()


def parts(query: str) -> SignedQuery:
    """Raises UnreadableXml where one is there twice."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _equals, value = pair.partition("=")
        if name in found:
            raise UnreadableXml("a part is there twice")
        found[name] = value
    names = ("SAMLRequest", "RelayState", "SigAlg", "Signature")
    return SignedQuery(*(found.get(name, "") for name in names))


def by_redirect(query: str, us: Ourselves, them: TrustedProvider, provider: str, now: float) -> LoggedOut:
    """Raises Invalid."""
    try:
        sent = parts(query)
        if not sent.signature:
            raise _untrue(provider, _("it isn't signed"))
        algorithm = unquote_to_bytes(sent.algorithm.replace("+", " ")).decode("ascii", "replace")
        if algorithm not in shape.SIGNATURES:
            raise _untrue(provider, _("its signature or encryption is of a kind that isn't secure"))
        signature = base64.b64decode(_unquoted(sent.signature), validate=True)
        if not any(_is_signed(sent.signed, signature, algorithm, one) for one in them.certificates):
            raise _untrue(provider, _("its signature is wrong"))
        _plain, root = message(_inflated(base64.b64decode(_unquoted(sent.message), validate=True)))
        found = _read(root, us, them, provider, now)
        return msgspec.structs.replace(found, relay_state=_unquoted(sent.relay_state).decode()[:2000])
    except (UnreadableXml, binascii.Error, ValueError, zlib.error, etree.LxmlError):
        raise _untrue(provider, _("it can't be read")) from None


def by_form(
    given: Mapping[str, str], us: Ourselves, them: TrustedProvider, provider: str, now: float
) -> LoggedOut:
    """Raises Invalid."""
    try:
        content = base64.b64decode("".join(given.get("SAMLRequest", "").split()), validate=True)
        plain, root = message(content)
        shape.check(root, shape.LOGOUT)
        path = "/samlp:LogoutRequest/ds:Signature"
        certificates = list(them.certificates)
        if not OneLogin_Saml2_Utils.validate_sign(plain, xpath=path, multicerts=certificates):
            raise _untrue(provider, _("its signature is wrong"))
        found = _read(root, us, them, provider, now)
        return msgspec.structs.replace(found, relay_state=given.get("RelayState", "")[:2000])
    except shape.NotSigned:
        raise _untrue(provider, _("it isn't signed")) from None
    except shape.WeakAlgorithm:
        raise _untrue(provider, _("its signature or encryption is of a kind that isn't secure")) from None
    except (UnreadableXml, binascii.Error, ValueError, etree.LxmlError):
        raise _untrue(provider, _("it can't be read")) from None


def _unquoted(text: str) -> bytes:
    return unquote_to_bytes(text.replace("+", " "))


def _inflated(content: bytes) -> bytes:
    """Only as much as a message may have."""
    inflating = zlib.decompressobj(-15)
    found = inflating.decompress(content, LARGEST + 1)
    if len(found) > LARGEST:
        raise UnreadableXml("it is too long")
    return found


def _is_signed(signed: bytes, signature: bytes, algorithm: str, certificate: str) -> bool:
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    digest = next(kind for name, kind in _HASHES.items() if name in algorithm)()
    try:
        match key:
            case rsa.RSAPublicKey() if algorithm.endswith("-MGF1"):
                key.verify(signature, signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
            case rsa.RSAPublicKey() if "#rsa-" in algorithm:
                key.verify(signature, signed, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if "#ecdsa-" in algorithm:
                key.verify(_as_der(signature), signed, ec.ECDSA(digest))
            case _:
                return False
    except (InvalidSignature, ValueError):
        return False
    return True


def _as_der(signature: bytes) -> bytes:
    """Two numbers of the same length, as XML signatures have them."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = len(signature) // 2
    return encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )


def _read(root: Element, us: Ourselves, them: TrustedProvider, provider: str, now: float) -> LoggedOut:
    if root.tag != shape.LOGOUT or root.get("Version") != "2.0":
        raise UnreadableXml("it is no logout")
    if words(one_of(root, "saml:Issuer")) != them.entity_id:
        raise _untrue(provider, _("it comes from another provider"))
    if root.get("Destination") != us.logout:
        raise _untrue(provider, _("it's meant for another address"))
    issued, ends = moment(root.get("IssueInstant", "")), root.get("NotOnOrAfter")
    is_old = issued < now - OLDEST or (ends and moment(ends) < now - LEEWAY)
    if is_old or issued > now + LEEWAY:
        raise _untrue(provider, _("it's too old"))
    sessions = tuple(words(one) for one in all_of(root, "samlp:SessionIndex"))
    id = root.get("ID")
    if len(sessions) > _MOST_SESSIONS or not id:
        raise UnreadableXml("too many sessions, or no id")
    return LoggedOut(id, words(one_of(root, "saml:NameID")), sessions, issued)


def _untrue(provider: str, why: str) -> Invalid:
    return Invalid(_UNTRUE, provider=provider, why=why)
