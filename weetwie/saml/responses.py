"""Who a provider says somebody is: an answer is believed only if everything about it is right (Profiles for SAML 2.0, 4.1.4).

`shape` refuses what no provider sends, python3-saml looks at the schema, the signatures and what is encrypted, and what it leaves out or
only compares loosely is looked at here: for whom it is, to which address, in answer to what, and when.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from weetwie.errors import Forbidden, Invalid, _
from weetwie.runtime.json import Json
from weetwie.saml import shape
from weetwie.saml.metadata import Ourselves, TrustedProvider
from weetwie.saml.requests import SUCCESS, NamedSubject
from weetwie.saml.xml import Element, UnreadableXml, all_of, message, moment, one_of, words

LEEWAY: Final = 120
"""How far the clocks of two servers may differ (seconds)."""
OLDEST: Final = 600
"""A provider answers at once: what is older than this is not taken (seconds)."""
_LONGEST_NAME: Final = 255
_MOST_VALUES: Final = 5000
_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_CONDITIONS: Final = ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")

_UNTRUE: Final = _("{provider} sent an answer for a different login: {why}. Start again.")
_CLOCK: Final = _(
    "The clocks of {provider} and this server differ too much. Ask an administrator to fix this."
)
_EXPIRED: Final = _("Logging in with {provider} took too long. Start again.")
_REFUSED: Final = _("{provider} couldn't log you in ({error}). Start again.")
_NO_NAME: Final = _("{provider} has no name for you that stays the same. Ask an administrator to fix this.")


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of somebody."""

    id: str
    person: NamedSubject
    attributes: dict[str, list[str]]
    friendly: dict[str, str]
    """What attributes are called for people, and their real names."""
    signed_on_at: float
    expires_at: float


def decoded(text: str, provider: str) -> bytes:
    """Raises Invalid."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _untrue(provider, _("it can't be read")) from None


def answers_to(content: bytes, provider: str) -> str:
    """Which request it says it answers; empty where none. Nothing of it is believed yet. Raises Invalid."""
    try:
        return str(message(content)[1].get("InResponseTo", ""))
    except UnreadableXml:
        raise _untrue(provider, _("it can't be read")) from None


def checked(
    content: bytes, us: Ourselves, them: TrustedProvider, provider: str, request_id: str, now: float
) -> Assertion:
    """Raises Invalid, Forbidden."""
    try:
        plain, root = message(content)
        is_encrypted = shape.check(root, shape.RESPONSE)
        _check_message(root, us, them, provider, request_id)
        document = _verified(plain, us, them, provider, is_encrypted=is_encrypted)
        shape.check(document, shape.RESPONSE, is_opened=True)
        return _read(one_of(document, "saml:Assertion"), us, them, provider, request_id, now)
    except shape.NotSigned:
        raise _untrue(provider, _("it isn't signed")) from None
    except shape.WeakAlgorithm:
        raise _untrue(provider, _("its signature or encryption is of a kind that isn't secure")) from None
    except (UnreadableXml, etree.LxmlError):
        raise _untrue(provider, _("it can't be read")) from None


def _check_message(
    root: Element, us: Ourselves, them: TrustedProvider, provider: str, request_id: str
) -> None:
    """The envelope: what can be said of it before anything is believed."""
    status = one_of(root, "samlp:Status/samlp:StatusCode")
    if status.get("Value") != SUCCESS:
        codes = [one.get("Value", "").rpartition(":")[2] for one in [*status, status]]
        plain = next(
            (code for code in codes if code.isalpha() and code.isascii() and len(code) < 60), "error"
        )
        raise Invalid(_REFUSED, provider=provider, error=plain)
    for issuer in all_of(root, "saml:Issuer"):
        if words(issuer) != them.entity_id:
            raise _untrue(provider, _("it comes from another provider"))
    is_signed = bool(all_of(root, "ds:Signature"))
    if root.get("Destination", "" if is_signed else us.answers) != us.answers:
        raise _untrue(provider, _("it's meant for another address"))
    if root.get("InResponseTo") != request_id:
        raise _untrue(provider, _("it answers another request"))


def _verified(
    plain: bytes, us: Ourselves, them: TrustedProvider, provider: str, *, is_encrypted: bool
) -> Element:
    """The document, opened where it was encrypted, whose signatures are right; read by ourselves again, for python3-saml shows no comments."""
    parts = urlsplit(us.answers)
    asked = {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
    }
    refusal = _untrue(provider, _("its signature is wrong"))
    for key in us.keys.keys if is_encrypted else us.keys.keys[:1]:
        try:
            response = OneLogin_Saml2_Response(
                _settings(us, them, key.key, key.certificate), base64.b64encode(plain)
            )
            response.is_valid(asked, raise_exceptions=True)
            return message(etree.tostring(response.get_xml_document(), encoding="utf-8"))[1]
        except Exception as error:  # noqa: BLE001 - it raises of all kinds, and each is a no
            # What is encrypted and wrong in whichever way gets the same answer, so that nobody learns to open it by asking.
            refusal = refusal if is_encrypted else _refusal(provider, error)
    raise refusal


def _refusal(provider: str, error: Exception) -> Invalid:
    from onelogin.saml2.errors import OneLogin_Saml2_ValidationError as Why

    code = getattr(error, "code", None)
    if code in (Why.ASSERTION_EXPIRED, Why.SESSION_EXPIRED):
        return Invalid(_EXPIRED, provider=provider)
    if code == Why.ASSERTION_TOO_EARLY:
        return Invalid(_CLOCK, provider=provider)
    known = {
        Why.WRONG_AUDIENCE: _("it's meant for another application"),
        Why.WRONG_ISSUER: _("it comes from another provider"),
        Why.WRONG_DESTINATION: _("it's meant for another address"),
        Why.WRONG_SUBJECTCONFIRMATION: _("it's meant for another address, or too old"),
        Why.INVALID_SIGNATURE: _("its signature is wrong"),
    }
    return _untrue(
        provider, known.get(code, _("it can't be read")) if isinstance(code, int) else _("it can't be read")
    )


def _settings(us: Ourselves, them: TrustedProvider, key: str, certificate: str) -> OneLogin_Saml2_Settings:
    given: dict[str, Json] = {
        "strict": True,
        "sp": {
            "entityId": us.entity_id,
            "assertionConsumerService": {"url": us.answers},
            "x509cert": certificate,
            "privateKey": key,
        },
        "idp": {
            "entityId": them.entity_id,
            "singleSignOnService": {"url": them.sign_on},
            "x509certMulti": {"signing": list(them.certificates)},
        },
        "security": {
            "wantAttributeStatement": False,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,
        },
    }
    return OneLogin_Saml2_Settings(given)


def _read(
    assertion: Element, us: Ourselves, them: TrustedProvider, provider: str, request_id: str, now: float
) -> Assertion:
    if words(one_of(assertion, "saml:Issuer")) != them.entity_id:
        raise _untrue(provider, _("it comes from another provider"))
    issued = moment(assertion.get("IssueInstant", ""))
    if issued > now + LEEWAY:
        raise Invalid(_CLOCK, provider=provider)
    conditions = one_of(assertion, "saml:Conditions")
    expires = min(_check_conditions(conditions, us, provider, now), issued + OLDEST)
    statement = one_of(assertion, "saml:AuthnStatement")
    ends = statement.get("SessionNotOnOrAfter")
    subject = one_of(assertion, "saml:Subject")
    expires = min(expires, _confirmed_until(subject, us, provider, request_id, now))
    if expires < now - LEEWAY or (ends and moment(ends) < now - LEEWAY):
        raise Invalid(_EXPIRED, provider=provider)
    attributes, friendly = _attributes(assertion)
    return Assertion(
        id=assertion.get("ID", ""),
        person=_named(one_of(subject, "saml:NameID"), provider, statement.get("SessionIndex", "")),
        attributes=attributes,
        friendly=friendly,
        signed_on_at=moment(statement.get("AuthnInstant", "")),
        expires_at=expires,
    )


def _check_conditions(conditions: Element, us: Ourselves, provider: str, now: float) -> float:
    """Until when they hold. One that we do not know is one that does not (Core, 2.5.1.1)."""
    if any(one.tag.rpartition("}")[2] not in _CONDITIONS for one in conditions):
        raise _untrue(provider, _("it's meant for another application"))
    restrictions = all_of(conditions, "saml:AudienceRestriction")
    audiences = [{words(one) for one in all_of(each, "saml:Audience")} for each in restrictions]
    if not audiences or not all(us.entity_id in each for each in audiences):
        raise _untrue(provider, _("it's meant for another application"))
    begins = conditions.get("NotBefore")
    if begins is not None and moment(begins) > now + LEEWAY:
        raise Invalid(_CLOCK, provider=provider)
    ends = conditions.get("NotOnOrAfter")
    return moment(ends) if ends else now + OLDEST


def _confirmed_until(subject: Element, us: Ourselves, provider: str, request_id: str, now: float) -> float:
    """Whoever brings it is the person: if it was brought here, in answer to our request, in time."""
    ends: list[float] = []
    for one in all_of(subject, "saml:SubjectConfirmation"):
        for data in all_of(one, "saml:SubjectConfirmationData"):
            is_here = data.get("Recipient") == us.answers and data.get("InResponseTo") == request_id
            until, begins = data.get("NotOnOrAfter"), data.get("NotBefore")
            is_begun = not begins or moment(begins) <= now + LEEWAY
            if one.get("Method") == _BEARER and is_here and until and is_begun:
                ends.append(moment(until))
    if not ends:
        raise _untrue(provider, _("it's meant for another address, or too old"))
    return max(ends)


def _named(name: Element, provider: str, session: str) -> NamedSubject:
    named = words(name)
    if not 0 < len(named) <= _LONGEST_NAME or len(session) > _LONGEST_NAME:
        raise UnreadableXml("a name of no length")
    format, qualifiers = (
        name.get("Format", ""),
        (name.get("NameQualifier", ""), name.get("SPNameQualifier", "")),
    )
    return NamedSubject(named, format, *qualifiers, session)


def _attributes(assertion: Element) -> tuple[dict[str, list[str]], dict[str, str]]:
    found: dict[str, list[str]] = {}
    friendly: dict[str, str] = {}
    for one in all_of(assertion, "saml:AttributeStatement/saml:Attribute"):
        name = one.get("Name", "")
        values = [words(value) for value in all_of(one, "saml:AttributeValue") if not len(value)]
        found.setdefault(name, []).extend(value for value in values if value)
        if friendly_name := one.get("FriendlyName"):
            friendly.setdefault(friendly_name, name)
    if sum(map(len, found.values())) > _MOST_VALUES:
        raise UnreadableXml("too many values")
    return found, friendly


def subject(said: Assertion, attribute: str, provider: str) -> str:
    """By which the person is known for good: an attribute where one is set for it, else the name. Raises Forbidden."""
    if attribute:
        values: Sequence[str] = said.attributes.get(said.friendly.get(attribute, attribute), ())
        values = said.attributes.get(attribute) or values
        named = values[0] if len(values) == 1 else ""
    else:
        named = "" if said.person.format == _TRANSIENT else said.person.name_id
    if not 0 < len(named) <= _LONGEST_NAME:
        raise Forbidden(_NO_NAME, provider=provider)
    return named


def _untrue(provider: str, why: str) -> Invalid:
    return Invalid(_UNTRUE, provider=provider, why=why)
