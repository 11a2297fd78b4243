"""What others make up, change, wrap or send again is refused, each by its form or its signature; and nothing takes long."""

import base64
import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
import xmlsec
from lxml import etree

from tests import saml_provider as providers
from tests.saml_provider import Request, SamlIdp, encoded, encrypted, forged
from weetwie.errors import Invalid
from weetwie.saml import keys, metadata, responses, shape, xml
from weetwie.saml.xml import DS, NAMES, SAML, SAMLP

US = metadata.ourselves("https://house.example", "house", keys.OwnKeys((providers.key("ours"),)))
ASKED = Request("_asked", US.answers, US.entity_id, "state", False)


@pytest.fixture
def idp() -> SamlIdp:
    return SamlIdp(
        at="https://idp.house.example", attributes={"mail": ["bo@house.example"], "groups": ["a", "b"]}
    )


def them(idp: SamlIdp) -> metadata.TrustedProvider:
    return metadata.read(idp.document(), idp.entity_id)


def checked(idp: SamlIdp, response: Any) -> responses.Assertion:
    content = response if isinstance(response, bytes) else etree.tostring(response)
    return responses.checked(content, US, them(idp), "House", ASKED.id, time.time())


def refusal(idp: SamlIdp, response: Any) -> str:
    with pytest.raises(Invalid) as refused:
        checked(idp, response)
    return str(refused.value)


def good(idp: SamlIdp, *, what: str = "assertion", **how: Any) -> Any:
    return idp.signed(idp.response(ASKED), what=what, **how)


@pytest.mark.parametrize("what", ["assertion", "response"])
def test_what_is_right_is_believed_whichever_of_the_two_is_signed(idp: SamlIdp, what: str) -> None:
    said = checked(idp, good(idp, what=what))
    assert said.person.name_id == "s-1" and said.person.session == "first"
    assert said.attributes == {"mail": ["bo@house.example"], "groups": ["a", "b"]}


def test_both_may_be_signed_and_then_both_must_be_right(idp: SamlIdp) -> None:
    both = idp.signed(good(idp), what="response")
    assert checked(idp, both).person.name_id == "s-1"
    idp.key = "two"
    other = idp.response(ASKED)
    idp.signed(other)
    idp.key = "one"
    assert "its signature is wrong" in refusal(idp, idp.signed(other, what="response"))


# The eight ways of wrapping a signed element in what is not (Somorovsky et al., On Breaking SAML, 2012).


def xsw1(response: Any) -> Any:
    """The signed response becomes an object in the signature of another one."""
    evil = copy.deepcopy(response)
    evil.set("ID", "_evil")
    evil.find("saml:Assertion/saml:Subject/saml:NameID", NAMES).text = "root"
    original = copy.deepcopy(response)
    original.remove(original.find("ds:Signature", NAMES))
    evil.find("ds:Signature", NAMES).append(original)
    return evil


def xsw2(response: Any) -> Any:
    """The same beside the signature."""
    evil = copy.deepcopy(response)
    evil.set("ID", "_evil")
    evil.find("saml:Assertion/saml:Subject/saml:NameID", NAMES).text = "root"
    original = copy.deepcopy(response)
    original.remove(original.find("ds:Signature", NAMES))
    evil.find("ds:Signature", NAMES).addprevious(original)
    return evil


def xsw3(response: Any) -> Any:
    """An assertion of somebody else before the signed one."""
    signed, evil = forged(response)
    signed.addprevious(evil)
    return response


def xsw4(response: Any) -> Any:
    """Around it."""
    signed, evil = forged(response)
    signed.addprevious(evil)
    evil.append(signed)
    return response


def xsw5(response: Any) -> Any:
    """The signature moves to the one that it does not sign, which stands first; the signed one stands last."""
    signed, evil = forged(response)
    signature = signed.find("ds:Signature", NAMES)
    signed.remove(signature)
    evil.find("saml:Issuer", NAMES).addnext(signature)
    signed.addprevious(evil)
    return response


def xsw6(response: Any) -> Any:
    """And the signed one within that signature."""
    response = xsw5(response)
    evil, signed = response.findall("saml:Assertion", NAMES)
    evil.find("ds:Signature", NAMES).append(signed)
    return response


def xsw7(response: Any) -> Any:
    """Within extensions, where the schema allows anything."""
    _signed, evil = forged(response)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(evil)
    response.find("samlp:Status", NAMES).addprevious(extensions)
    return response


def xsw8(response: Any) -> Any:
    """The signed one within an object of a signature of the other."""
    signed, evil = forged(response)
    signature = signed.find("ds:Signature", NAMES)
    signed.addprevious(evil)
    signed.remove(signature)
    evil.find("saml:Issuer", NAMES).addnext(signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(signed)
    return response


@pytest.mark.parametrize("wrap", [xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8])
@pytest.mark.parametrize("what", ["assertion", "response"])
def test_no_wrapping_of_a_signed_element_is_believed(
    idp: SamlIdp, wrap: Callable[[Any], Any], what: str
) -> None:
    response = good(idp, what=what)
    if (what == "response") != (wrap in (xsw1, xsw2)):
        response = idp.signed(response, what="assertion" if what == "response" else "response")
    refusal(idp, wrap(response))


def test_a_wrapping_is_refused_by_its_form_and_not_only_by_its_signature(idp: SamlIdp) -> None:
    for wrap in (xsw3, xsw4, xsw5, xsw6, xsw7, xsw8):
        with pytest.raises(xml.UnreadableXml):
            shape.check(wrap(good(idp)), shape.RESPONSE)


def test_an_attribute_or_name_that_was_changed_is_noticed(idp: SamlIdp) -> None:
    for what in ("assertion", "response"):
        for path in (
            "saml:Subject/saml:NameID",
            "saml:AttributeStatement/saml:Attribute/saml:AttributeValue",
        ):
            response = good(idp, what=what)
            response.find(f"saml:Assertion/{path}", NAMES).text = "root"
            assert "its signature is wrong" in refusal(idp, response)


def test_what_is_not_signed_or_by_somebody_else_is_refused(idp: SamlIdp) -> None:
    assert "it isn't signed" in refusal(idp, idp.response(ASKED))
    idp.key = "two"
    assert "its signature is wrong" in refusal(idp, good(idp))


def test_the_certificate_within_a_signature_is_not_what_is_believed(idp: SamlIdp) -> None:
    response = idp.response(ASKED)
    stranger = providers.key("two")
    assertion = response.find("saml:Assertion", NAMES)
    providers.sign(assertion, stranger)
    info = etree.SubElement(assertion.find("ds:Signature", NAMES), f"{{{DS}}}KeyInfo")
    data = etree.SubElement(etree.SubElement(info, f"{{{DS}}}X509Data"), f"{{{DS}}}X509Certificate")
    data.text = stranger.certificate.split("-----")[2].strip()
    assert "its signature is wrong" in refusal(idp, response)


@pytest.mark.parametrize(
    "how",
    [
        {"signature": xmlsec.Transform.RSA_SHA1},
        {"digest": xmlsec.Transform.SHA1},
        {"signature": xmlsec.Transform.RSA_MD5},
        {"digest": xmlsec.Transform.MD5},
        {"signature": xmlsec.Transform.RSA_SHA224},
    ],
)  # fmt: skip
def test_algorithms_that_are_no_longer_good_are_refused(idp: SamlIdp, how: dict[str, Any]) -> None:
    try:
        response = good(idp, **how)
    except xmlsec.Error:  # libxmlsec no longer has it: what it would have made
        response = good(idp)
        name = "SignatureMethod" if "signature" in how else "DigestMethod"
        next(response.iter(f"{{{DS}}}{name}")).set("Algorithm", next(iter(how.values())).href)
    assert "of a kind that isn't secure" in refusal(idp, response)


def test_the_certificate_is_no_shared_secret(idp: SamlIdp) -> None:
    response = idp.response(ASKED)
    assertion = response.find("saml:Assertion", NAMES)
    node = xmlsec.template.create(
        assertion, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.HMAC_SHA256, ns="ds"
    )
    assertion.find("saml:Issuer", NAMES).addnext(node)
    xmlsec.tree.add_ids(assertion, ["ID"])
    reference = xmlsec.template.add_reference(node, xmlsec.Transform.SHA256, uri=f"#{assertion.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    context = xmlsec.SignatureContext()
    secret = base64.b64decode("".join(providers.key("one").certificate.split("-----")[2].split()))
    context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, secret)
    context.sign(node)
    assert "of a kind that isn't secure" in refusal(idp, response)


@pytest.mark.parametrize("form", [xmlsec.Transform.C14N, xmlsec.Transform.EXCL_C14N_COMMENTS])
def test_signatures_over_another_form_of_it_are_refused(idp: SamlIdp, form: Any) -> None:
    assert "it can't be read" in refusal(idp, good(idp, form=form))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b">s-1<", b">s-1<!---->.evil<"),
        lambda text: text.replace(b">s-1<", b"><![CDATA[s-1]]><"),
        lambda text: text.replace(b">s-1<", b">s-<?x y?>1<"),
        lambda text: text + b"<!-- -->",
        lambda text: b'<?xml version="1.0"?><?x y?>' + text,
        lambda text: b'<!DOCTYPE x [<!ENTITY a "b">]>' + text.replace(b">s-1<", b">&a;<"),
        lambda text: b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + text,
        lambda text: text.decode().encode("utf-16"),
        lambda text: b'<?xml version="1.0" encoding="utf-7"?>' + b"+ADwAIQ-DOCTYPE x+AD4-" + text,
        lambda text: text.replace(b">s-1<", b">s-\xff1<"),
        lambda text: text[:-10],
        lambda _text: b"",
        lambda _text: b"<a/>",
        lambda text: text.replace(b"Response", b"LogoutRequest"),
    ],
)  # fmt: skip
def test_what_two_programs_could_read_differently_is_refused(
    idp: SamlIdp, change: Callable[[bytes], bytes]
) -> None:
    assert "it can't be read" in refusal(idp, change(etree.tostring(good(idp))))


def test_a_comment_in_what_was_encrypted_is_refused_too(idp: SamlIdp) -> None:
    response = idp.response(ASKED)
    name = response.find("saml:Assertion/saml:Subject/saml:NameID", NAMES)
    name.text = "root"
    comment = etree.Comment("x")
    comment.tail = ".evil"
    name.append(comment)
    made = encrypted(idp.signed(response), US.keys.keys[0].certificate)
    refusal(idp, made)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]><x>&j;</x>"  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        b"x" * (xml.LARGEST + 1),
        b"<a>" * 80_000,
        b"<a>" * 30_000 + b"</a>" * 30_000,
        b"<a " + b" ".join(b'b%d="c"' % n for n in range(20_000)) + b"/>",
        b"<a " + b" ".join(b'xmlns:b%d="urn:%d"' % (n, n) for n in range(10_000)) + b"/>",
        b"<" * 200_000,
        b"<?xml " + b"<?xml " * 40_000,
    ],
    ids=["bomb", "long", "open", "deep", "attributes", "namespaces", "brackets", "declarations"],
)
def test_what_is_made_to_take_long_is_refused_at_once(idp: SamlIdp, content: bytes) -> None:
    begins = time.process_time()
    assert "it can't be read" in refusal(idp, content)
    assert time.process_time() - begins < 2


def test_a_long_answer_takes_time_by_its_length_alone(idp: SamlIdp) -> None:
    """Signed by the provider itself, as long as it may be, each value with namespaces of its own."""

    def spent(count: int) -> float:
        idp.attributes = {"groups": [f'<x xmlns="urn:{n}"/>{n}' for n in range(count)]}
        content = etree.tostring(good(idp))
        assert len(content) <= xml.LARGEST
        begins = time.process_time()
        checked(idp, content)
        return time.process_time() - begins

    spent(10)
    assert spent(3000) < 12 * max(spent(750), 0.05)


def test_elements_of_the_same_id_are_refused_however_it_is_spelled(idp: SamlIdp) -> None:
    response = good(idp)
    status = response.find("samlp:Status", NAMES)
    for name in ("ID", "Id", "id"):
        status.set(name, response.find("saml:Assertion", NAMES).get("ID"))
        assert "it can't be read" in refusal(idp, response)
        del status.attrib[name]


@pytest.mark.parametrize("uri", ["", "#_other", "#xpointer(/)", "http://evil.example/"])
def test_a_reference_to_anything_else_is_refused(idp: SamlIdp, uri: str) -> None:
    response = good(idp)
    next(response.iter(f"{{{DS}}}Reference")).set("URI", uri)
    assert "it can't be read" in refusal(idp, response)


def test_transforms_that_pick_a_part_are_refused(idp: SamlIdp) -> None:
    for algorithm in (
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
    ):
        response = good(idp)
        (transforms,) = response.findall(".//ds:Transforms", NAMES)
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=algorithm)
        assert "it can't be read" in refusal(idp, response)


def test_what_is_encrypted_and_not_signed_is_refused(idp: SamlIdp) -> None:
    made = encrypted(idp.response(ASKED), US.keys.keys[0].certificate)
    assert "its signature is wrong" in refusal(idp, made)


@pytest.mark.parametrize(
    ("data", "transport"),
    [
        (xmlsec.Transform.AES256, xmlsec.Transform.RSA_PKCS1),
        (xmlsec.Transform.DES3, xmlsec.Transform.RSA_OAEP),
    ],
)
def test_encryption_that_is_no_longer_good_is_refused(idp: SamlIdp, data: Any, transport: Any) -> None:
    response = encrypted(good(idp), US.keys.keys[0].certificate)
    for name, kind in (("EncryptedData", data), ("EncryptedKey", transport)):
        next(next(response.iter(f"{{*}}{name}")).iter("{*}EncryptionMethod")).set("Algorithm", kind.href)
    assert "of a kind that isn't secure" in refusal(idp, response)


def test_whoever_changes_what_is_encrypted_learns_nothing_from_the_answer(idp: SamlIdp) -> None:
    """Another padding, another key, another text: one and the same no."""
    said = set()
    for where in (10, 60, 200):
        made = encrypted(good(idp), US.keys.keys[0].certificate, xmlsec.Transform.AES256)
        value = [*made.iter("{*}CipherValue")][-1]
        content = bytearray(base64.b64decode(value.text))
        content[where] ^= 1
        value.text = base64.b64encode(content).decode()
        said.add(refusal(idp, made))
    said.add(refusal(idp, encrypted(good(idp), providers.key("two").certificate)))
    assert len(said) == 1


@pytest.mark.parametrize("data", [xmlsec.Transform.AES128_GCM, xmlsec.Transform.AES256])
def test_what_is_encrypted_is_read(idp: SamlIdp, data: Any) -> None:
    for what in ("assertion", "response"):
        response = idp.response(ASKED)
        if what == "assertion":
            made = encrypted(idp.signed(response), US.keys.keys[0].certificate, data)
        else:
            made = idp.signed(encrypted(response, US.keys.keys[0].certificate, data), what="response")
        assert checked(idp, made).person.name_id == "s-1"


def test_base64_that_is_none_is_refused() -> None:
    for text in ("", "!", "a", "ä", encoded(b"<a") + "*"):
        with pytest.raises(Invalid, match="it can't be read"):
            responses.answers_to(responses.decoded(text, "House"), "House")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace(b"https://idp.house.example/saml", b"https://other.example"), "it calls itself"),
        (lambda text: text.replace(b"MII", b"XXX"), "no certificate"),
        (lambda text: text.replace(b"HTTP-Redirect", b"HTTP-POST"), "no requests by redirect"),
        (lambda text: text.replace(b"https://idp.house.example/sso", b"http://idp.house.example/sso"), "unencrypted"),
        (lambda text: text.replace(b"https://idp.house.example/sso", b"javascript:alert(1)"), "an address is none"),
        (lambda text: text.replace(b"SAML:2.0:protocol", b"SAML:1.1:protocol"), "says nothing of a provider"),
        (lambda text: b"<!DOCTYPE x>" + text.partition(b"-->")[2], "DTD"),
        (lambda _text: b"<html>Log in</html>", "doesn't name"),
        (lambda text: text + b" " * xml.LARGEST_METADATA, "too long"),
    ],
)  # fmt: skip
def test_metadata_that_cannot_be_right_are_not_taken(
    idp: SamlIdp, change: Callable[[bytes], bytes], why: str
) -> None:
    with pytest.raises(xml.UnreadableXml, match=why):
        metadata.read(change(idp.document()), idp.entity_id)


def test_one_of_several_in_the_metadata_of_a_federation_is_found(idp: SamlIdp) -> None:
    other = SamlIdp(entity_id="https://other.example", at="https://other.example")
    both = b"".join(one.document().partition(b"-->")[2] for one in (other, idp))
    found = metadata.read(
        b'<md:EntitiesDescriptor xmlns:md="%s">%s</md:EntitiesDescriptor>' % (xml.MD.encode(), both),
        idp.entity_id,
    )
    assert found.sign_on == "https://idp.house.example/sso"


def test_short_keys_are_not_believed(idp: SamlIdp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_BITS", 1024)
    short = keys.made("short.example").certificate.split("-----")[2].encode()
    long = providers.key("one").certificate.split("-----")[2].encode()
    with pytest.raises(xml.UnreadableXml, match="no certificate"):
        metadata.read(idp.document().replace(long, short), idp.entity_id)


def test_our_own_metadata_are_what_the_schema_says() -> None:
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    made = metadata.ours(metadata.Ourselves(US.entity_id, US.answers, US.logout, US.keys.with_next()))
    assert OneLogin_Saml2_XML.validate_xml(made, "saml-schema-metadata-2.0.xsd") != "invalid_xml"
    root = etree.fromstring(made)
    assert [one.get("use") for one in root.iter(f"{{{xml.MD}}}KeyDescriptor")] == [
        "signing",
        "encryption",
    ] * 2
    assert f"{{{SAML}}}" not in made.decode()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:10Z", 10.0),
        ("1970-01-01T00:00:10.5Z", 10.5),
        ("1970-01-01T00:00:10.123456789Z", 10.123456),
        ("1970-01-01T02:00:10+02:00", 10.0),
        ("1970-01-01T00:00:10", 10.0),
    ],
)
def test_times_are_read_as_providers_write_them(text: str, seconds: float) -> None:
    assert xml.moment(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "now", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00ZZ", "1" * 10000]
)
def test_times_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(xml.UnreadableXml):
        xml.moment(text)
