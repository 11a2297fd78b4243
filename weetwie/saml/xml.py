"""XML of others, read so that it means to us what was signed: short, in UTF-8, without a DTD, comments or instructions."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol, overload

from lxml import etree

LARGEST: Final = 256 * 1024
"""Bytes of a message; of metadata, `LARGEST_METADATA`."""
LARGEST_METADATA: Final = 4 * 1024 * 1024

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
NAMES: Final = {"saml": SAML, "samlp": SAMLP, "md": MD, "ds": DS, "xenc": XENC}

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_COMMENT: Final = re.compile(r"<!--(?:[^-]|-[^-])*-->")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


class Element(Protocol):
    """Of lxml, which has no types: what is asked of one here."""

    tag: str
    text: str | None

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    def findall(self, path: str, names: Mapping[str, str], /) -> list["Element"]: ...
    def getparent(self) -> "Element | None": ...
    def iter(self, *tags: str) -> Iterator["Element"]: ...
    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...


class UnreadableXml(ValueError):
    """It cannot be read; says why, for the log."""


def message(content: bytes) -> tuple[bytes, Element]:
    """The document without its declaration, and the tree of it. Raises UnreadableXml."""
    if len(content) > LARGEST:
        raise UnreadableXml("it is too long")
    return _tree(_text(content))


def metadata(content: bytes) -> Element:
    """The same of metadata, in which comments are usual: they are taken out first. Raises UnreadableXml."""
    if len(content) > LARGEST_METADATA:
        raise UnreadableXml("it is too long")
    return _tree(_COMMENT.sub("", _text(content)))[1]


def _text(content: bytes) -> str:
    """What it says of its own encoding is not listened to: two programs must not read two documents in the same bytes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableXml("it is not UTF-8") from error
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _tree(text: str) -> tuple[bytes, Element]:
    """`<!` begins comments, DTDs with their entities, and CDATA; `<?` instructions. No provider sends them."""
    if "<!" in text or "<?" in text:
        raise UnreadableXml("it holds a comment, a DTD or an instruction")
    plain = text.encode()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return plain, etree.fromstring(plain, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableXml("it is no XML") from error


def all_of(element: Element, path: str) -> list[Element]:
    return element.findall(path, NAMES)


def one_of(element: Element, path: str) -> Element:
    """Raises UnreadableXml where there is none or more than one."""
    found = all_of(element, path)
    if len(found) != 1:
        raise UnreadableXml(f"{len(found)} of {path}")
    return found[0]


def words(element: Element) -> str:
    """The text of an element that holds nothing else. Raises UnreadableXml."""
    if len(element):
        raise UnreadableXml(f"{etree.QName(element).localname} holds more than words")
    return (element.text or "").strip()


def moment(text: str) -> float:
    """Seconds since 1970. Raises UnreadableXml."""
    if not _MOMENT.fullmatch(text):
        raise UnreadableXml("a time is none")
    if "." in text:
        whole, _point, rest = text.partition(".")
        zone = rest.lstrip("0123456789")
        text = f"{whole}.{rest[: len(rest) - len(zone)][:6]:0<6}{zone}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableXml("a time is none") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
