"""What attributes are called by the usual providers, in the words that claims have with OpenID Connect. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

_MICROSOFT: Final = "http://schemas.microsoft.com/ws/2008/06/identity/claims"
_MICROSOFT_2012: Final = "http://schemas.microsoft.com/identity/claims"
_SOAP: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_ADFS: Final = "http://schemas.xmlsoap.org/claims"

USUAL: Final[Mapping[str, Sequence[str]]] = {
    "email": (
        "mail", "emailAddress", "Email", f"{_SOAP}/emailaddress", f"{_ADFS}/EmailAddress", "user.email",
        "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1",
    ),
    "name": (
        "displayName", "cn", f"{_MICROSOFT_2012}/displayname", f"{_ADFS}/CommonName",
        "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.3",
    ),
    "preferred_username": (
        "username", "uid", "login", f"{_SOAP}/upn", f"{_SOAP}/name", f"{_MICROSOFT}/windowsaccountname",
        "urn:oid:0.9.2342.19200300.100.1.1", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
    ),
    "given_name": (
        "givenName", "firstName", f"{_SOAP}/givenname", "user.firstName", "urn:oid:2.5.4.42",
    ),
    "family_name": (
        "sn", "surname", "lastName", f"{_SOAP}/surname", "user.lastName", "urn:oid:2.5.4.4",
    ),
    "department": ("ou", f"{_MICROSOFT_2012}/department", f"{_SOAP}/department", "urn:oid:2.5.4.11"),
    "locale": ("preferredLanguage", "urn:oid:2.16.840.1.113730.3.1.39"),
    "groups": (
        "group", "memberOf", "Role", f"{_MICROSOFT}/groups", f"{_ADFS}/Group", f"{_MICROSOFT}/role",
        "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
    ),
}  # fmt: skip
"""Entra ID, ADFS, Okta, Keycloak, Google Workspace, and those that follow eduPerson."""


def as_claims(
    attributes: Mapping[str, Sequence[str]], friendly: Mapping[str, str]
) -> dict[str, str | list[str]]:
    """By their own names as well; one value is a word, several are a list."""
    every = {**{name: attributes[real] for name, real in friendly.items()}, **attributes}
    claims: dict[str, str | list[str]] = {
        name: values[0] if len(values) == 1 else list(values) for name, values in every.items()
    }
    for name, usual in USUAL.items():
        found = next((one for one in (name, *usual) if every.get(one)), None)
        if found is not None:
            claims[name] = list(every[found]) if name == "groups" else every[found][0]
    if "name" not in claims:
        parts = [part for name in ("given_name", "family_name") if isinstance(part := claims.get(name), str)]
        whole = " ".join(parts)
        claims |= {"name": whole} if whole else {}
    return claims
