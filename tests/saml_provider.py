"""A provider of SAML 2.0 that can be told to go wrong, and to forge."""

import base64
import copy
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from lxml import etree

from tests.loopback import Quiet, served_by
from weetwie.saml import keys, requests, xml
from weetwie.saml.xml import NAMES, SAML, SAMLP, written

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@cache
def key(name: str) -> keys.OwnKey:
    return keys.made(f"{name}.example")


@dataclass
class Request:
    """What the provider was asked."""

    id: str
    answers: str
    ourselves: str
    relay_state: str
    is_again: bool


@dataclass
class SamlIdp:
    """What it says; tests change it."""

    entity_id: str = "https://idp.house.example/saml"
    at: str = ""
    name_id: str = "s-1"
    format: str = PERSISTENT
    session: str = "first"
    attributes: dict[str, list[str]] = field(default_factory=dict)
    key: str = "one"
    published: tuple[str, ...] = ("one",)
    metadata: bytes | None = None
    posts_logouts: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    """Of the assertion: values in place of those that are right."""
    holds: bool = False
    """Its page does not send people back by itself."""
    is_down: bool = False
    answers: threading.Event = field(default_factory=threading.Event)
    """It answers while this is set."""
    looks: int = 0

    def asked(self, address: str) -> Request:
        """Raises where it is not signed as the metadata of the one who asks says."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert {"SAMLRequest", "RelayState", "SigAlg", "Signature"} <= query.keys()
        root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15))
        assert root.get("Destination") == f"{self.at}/sso"
        return Request(
            root.get("ID"),
            root.get("AssertionConsumerServiceURL"),
            root.findtext("saml:Issuer", namespaces=NAMES),
            query["RelayState"],
            root.get("ForceAuthn") == "true",
        )

    def lets_in(self, address: str, **more: Any) -> dict[str, str]:
        """Somebody opens the address and signs in: the form with which they are sent back."""
        asked = self.asked(address)
        return {
            "SAMLResponse": encoded(self.signed(self.response(asked, **more))),
            "RelayState": asked.relay_state,
        }

    def page(self, address: str) -> bytes:
        """Where somebody is signed in there already: a form that sends itself."""
        asked, form = self.asked(address), self.lets_in(address)
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{value}">' for name, value in form.items()
        )
        script = "" if self.holds else "<script>document.forms[0].submit()</script>"
        return f'<form method="post" action="{asked.answers}">{fields}</form>{script}'.encode()

    def response(self, asked: Request, **more: Any) -> Any:
        """Not signed yet."""
        told: dict[str, Any] = {
            "response_id": requests.new_id(),
            "id": requests.new_id(),
            "issuer": self.entity_id,
            "destination": asked.answers,
            "recipient": asked.answers,
            "audience": asked.ourselves,
            "request": asked.id,
            "confirms": asked.id,
            "status": requests.SUCCESS,
            "issued": 0.0,
            "begins": -5.0,
            "ends": 300.0,
            "confirmed_until": 300.0,
            "signed_on": 0.0,
            "name_id": self.name_id,
            "format": self.format,
            "session": self.session,
            "inside": "",
            **self.more,
            **more,
        }
        return etree.fromstring(_RESPONSE.format(**{name: _text(value) for name, value in told.items()}, attributes="".join(
            f'<saml:Attribute Name="{name}">' + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values) + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )))  # fmt: skip

    def signed(self, response: Any, *, what: str = "assertion", **how: Any) -> Any:
        element = response if what == "response" else response.find("saml:Assertion", NAMES)
        sign(element, key(self.key), **how)
        return read_again(response)

    def says_out(self, to: str, **more: Any) -> str:
        """The address by which it says that somebody has logged out."""
        told: dict[str, Any] = {
            "id": requests.new_id(),
            "issuer": self.entity_id,
            "destination": to,
            "issued": 0.0,
            "name_id": self.name_id,
            "session": f"<samlp:SessionIndex>{self.session}</samlp:SessionIndex>",
            **more,
        }
        document = etree.fromstring(_LOGOUT.format(**{name: _text(value) for name, value in told.items()}))
        return requests.way(urlsplit(to).path, "SAMLRequest", document, key(self.key), "their own")

    def posts_out(self, to: str, **more: Any) -> dict[str, str]:
        query = parse_qs(urlsplit(self.says_out(to, **more)).query)
        root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        sign(root, key(self.key))
        return {"SAMLRequest": encoded(root), "RelayState": "their own"}

    def document(self) -> bytes:
        if self.metadata is not None:
            return self.metadata
        shown = "".join(
            f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key(one).certificate.split("-----")[2]}'
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for one in self.published
        )
        binding = xml.POST if self.posts_logouts else xml.REDIRECT
        return _METADATA.format(
            entity_id=self.entity_id, keys=shown, at=self.at, sso=xml.REDIRECT, slo=binding
        ).encode()


def _text(value: Any) -> str:
    """Numbers are seconds from now."""
    return written(time.time() + value) if isinstance(value, float) else str(value)


def encoded(root: Any) -> str:
    return base64.b64encode(root if isinstance(root, bytes) else etree.tostring(root)).decode()


def read_again(root: Any) -> Any:
    """What xmlsec has put into a tree, lxml finds only once it has read it itself."""
    return etree.fromstring(etree.tostring(root))


def sign(
    element: Any,
    key: keys.OwnKey,
    signature: Any = xmlsec.Transform.RSA_SHA256,
    digest: Any = xmlsec.Transform.SHA256,
    form: Any = xmlsec.Transform.EXCL_C14N,
) -> None:
    node = xmlsec.template.create(element, form, signature, ns="ds")
    element.find("saml:Issuer", NAMES).addnext(node)
    xmlsec.tree.add_ids(element, ["ID"])
    reference = xmlsec.template.add_reference(node, digest, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, form)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.key, xmlsec.KeyFormat.PEM, None)
    context.sign(node)


def encrypted(
    response: Any,
    certificate: str,
    data: Any = xmlsec.Transform.AES256_GCM,
    transport: Any = xmlsec.Transform.RSA_OAEP,
) -> Any:
    """The same with its assertion for the holder of this certificate alone."""
    assertion = response.find("saml:Assertion", NAMES)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM, None))
    place = etree.SubElement(response, f"{{{SAML}}}EncryptedAssertion")
    response.remove(assertion)
    place.append(assertion)
    made = xmlsec.template.encrypted_data_create(place, data, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(made)
    info = xmlsec.template.encrypted_data_ensure_key_info(made, ns="ds")
    wrapped = xmlsec.template.add_encrypted_key(info, transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(made, assertion)
    return read_again(response)


def forged(response: Any, **changes: str) -> tuple[Any, Any]:
    """Of a signed response: its assertion, and a copy of it without the signature that is about somebody else."""
    good = response.find("saml:Assertion", NAMES)
    evil = copy.deepcopy(good)
    evil.set("ID", "_evil")
    evil.remove(evil.find("ds:Signature", NAMES))
    evil.find("saml:Subject/saml:NameID", NAMES).text = "root"
    return good, evil


@contextmanager
def saml_idp() -> Iterator[SamlIdp]:
    told = SamlIdp()
    key(told.key)  # making one takes long on a busy machine
    told.answers.set()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/sso"):
                return self._say(200, "text/html", told.page(f"{told.at}{self.path}"))
            if not self.path.startswith("/metadata"):
                return self._say(200, "text/html", b"<p>Elsewhere</p>")
            told.looks += 1
            told.answers.wait()
            return self._say(503 if told.is_down else 200, "application/samlmetadata+xml", told.document())

        def _say(self, status: int, kind: str, body: bytes) -> None:
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    with served_by(Handler) as told.at:
        try:
            yield told
        finally:
            told.answers.set()


_RESPONSE = f"""<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="{{response_id}}" Version="2.0"
 IssueInstant="{{issued}}" Destination="{{destination}}" InResponseTo="{{request}}"><saml:Issuer>{{issuer}}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="{{status}}"/></samlp:Status><saml:Assertion ID="{{id}}" Version="2.0"
 IssueInstant="{{issued}}"><saml:Issuer>{{issuer}}</saml:Issuer><saml:Subject><saml:NameID Format="{{format}}">{{name_id}}</saml:NameID>
<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData Recipient="{{recipient}}"
 NotOnOrAfter="{{confirmed_until}}" InResponseTo="{{confirms}}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions
 NotBefore="{{begins}}" NotOnOrAfter="{{ends}}">{{inside}}<saml:AudienceRestriction><saml:Audience>{{audience}}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{{signed_on}}" SessionIndex="{{session}}">
<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{{attributes}}</saml:AttributeStatement></saml:Assertion>
</samlp:Response>"""

_LOGOUT = f"""<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="{{id}}" Version="2.0" IssueInstant="{{issued}}"
 Destination="{{destination}}"><saml:Issuer>{{issuer}}</saml:Issuer><saml:NameID>{{name_id}}</saml:NameID>{{session}}</samlp:LogoutRequest>"""

_METADATA = """<?xml version="1.0" encoding="UTF-8"?><!-- as a provider shows it -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity_id}">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}
<md:SingleLogoutService Binding="{slo}" Location="{at}/slo"/><md:SingleSignOnService Binding="{sso}" Location="{at}/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>"""
