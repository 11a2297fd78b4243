"""What a message may look like at all, looked at before and after its signature is: one assertion, in its place, with signatures over
what is read and over nothing else. What wraps a signed element in others is refused by this alone (XSW).
"""

from typing import Final

from weetwie.saml.metadata import ENCRYPTION, KEY_TRANSPORT
from weetwie.saml.xml import DS, SAML, SAMLP, XENC, Element, UnreadableXml, all_of, one_of

RESPONSE: Final = f"{{{SAMLP}}}Response"
LOGOUT: Final = f"{{{SAMLP}}}LogoutRequest"
_ASSERTION: Final = f"{{{SAML}}}Assertion"
_ENCRYPTED: Final = f"{{{SAML}}}EncryptedAssertion"
_SIGNATURE: Final = f"{{{DS}}}Signature"
_MESSAGES: Final = ("Response", "LogoutRequest", "LogoutResponse", "AuthnRequest", "ArtifactResponse")

_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED: Final = f"{DS}enveloped-signature"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS: Final = "http://www.w3.org/2007/05/xmldsig-more#"
SIGNATURES: Final = frozenset(
    (
        *(f"{_MORE}{kind}-sha{size}" for kind in ("rsa", "ecdsa") for size in (256, 384, 512)),
        *(f"{_PSS}sha{size}-rsa-MGF1" for size in (256, 384, 512)),
    )
)
"""With key pairs, and with no digest that is broken; never a shared secret."""
_DIGESTS: Final = frozenset((f"{XENC}sha256", f"{_MORE}sha384", f"{XENC}sha512"))


class NotSigned(UnreadableXml):
    """Nothing in it is signed."""


class WeakAlgorithm(UnreadableXml):
    """It uses one that is not (or no longer) good."""


def check(root: Element, tag: str, *, is_opened: bool = False) -> bool:
    """Whether its assertion is encrypted. Raises UnreadableXml."""
    if root.tag != tag:
        raise UnreadableXml(f"it is a {root.tag[:100]}")
    _check_nodes(root)
    messages = {f"{{{SAMLP}}}{name}" for name in _MESSAGES}
    if sum(node.tag in messages for node in root.iter()) != 1:
        raise UnreadableXml("there is a message within it")
    is_encrypted = tag == RESPONSE and _check_assertion(root)
    _check_ids(root)
    signed = _check_signatures(root)
    if not signed and (is_opened or not is_encrypted):
        raise NotSigned("it is not signed")
    return is_encrypted


def _check_nodes(root: Element) -> None:
    if not all(isinstance(node.tag, str) for node in root.iter()):
        raise UnreadableXml("it holds a comment or an instruction")


def _check_assertion(root: Element) -> bool:
    found = [*root.iter(_ASSERTION, _ENCRYPTED)]
    if len(found) != 1 or found[0].getparent() is not root:
        raise UnreadableXml(f"{len(found)} assertions")
    if found[0].tag == _ASSERTION:
        return False
    for data in [one_of(found[0], "xenc:EncryptedData"), *found[0].iter(f"{{{XENC}}}EncryptedKey")]:
        good = KEY_TRANSPORT if data.tag.endswith("EncryptedKey") else (*ENCRYPTION, f"{XENC}aes192-cbc")
        if one_of(data, "xenc:EncryptionMethod").get("Algorithm") not in good:
            raise WeakAlgorithm("an encryption that is not good")
    return True


def _check_ids(root: Element) -> None:
    """No two elements may answer to the same reference, however it is spelled."""
    ids = [
        node.get(name) for node in root.iter() for name in ("ID", "Id", "id", "AssertionID") if node.get(name)
    ]
    if len(set(ids)) < len(ids):
        raise UnreadableXml("two elements have the same id")


def _check_signatures(root: Element) -> int:
    found = [*root.iter(_SIGNATURE)]
    for signature in found:
        _check_signature(root, signature)
    parents = [one.getparent() for one in found]
    if any(parents.count(parent) > 1 for parent in parents):
        raise UnreadableXml("an element is signed twice")
    return len(found)


def _check_signature(root: Element, signature: Element) -> None:
    parent = signature.getparent()
    if (
        parent is None
        or not (parent is root or (parent.tag == _ASSERTION and parent.getparent() is root))
        or not parent.get("ID")
    ):
        raise UnreadableXml("a signature is where none belongs")
    info = one_of(signature, "ds:SignedInfo")
    reference = one_of(info, "ds:Reference")
    if reference.get("URI") != f"#{parent.get('ID')}":
        raise UnreadableXml("a signature is over something else")
    transforms = [one.get("Algorithm") for one in all_of(reference, "ds:Transforms/ds:Transform")]
    if not transforms or not {_ENVELOPED} <= set(transforms) <= {_ENVELOPED, _EXCLUSIVE}:
        raise UnreadableXml("a signature is over a part or another form of it")
    if one_of(info, "ds:CanonicalizationMethod").get("Algorithm") != _EXCLUSIVE:
        raise UnreadableXml("a signature is over another form")
    if all_of(signature, "ds:Object"):
        raise UnreadableXml("a signature holds an object")
    if one_of(info, "ds:SignatureMethod").get("Algorithm") not in SIGNATURES:
        raise WeakAlgorithm("a signature with an algorithm that is not good")
    if one_of(reference, "ds:DigestMethod").get("Algorithm") not in _DIGESTS:
        raise WeakAlgorithm("a digest with an algorithm that is not good")
