"""How much may be sent to an address, and what is not counted as a request of a person."""

from typing import Final

from weetwie.domain.media import faces
from weetwie.domain.media.rules import LARGEST_FILE
from weetwie.imports import contacts as imported_contacts
from weetwie.web.pages import admin_hand_in, admin_import
from weetwie.web.visit import MOST_FILES

LONGEST_FORM: Final = 64 * 1024
LARGEST: Final = {
    "/posts": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/messages/new": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/messages/{id:int}": MOST_FILES * LARGEST_FILE + LONGEST_FORM,
    "/settings": 2 * faces.LARGEST + LONGEST_FORM,
    "/begin/{step}": faces.LARGEST + LONGEST_FORM,
    "/people/contacts": imported_contacts.LARGEST + LONGEST_FORM,
    "/admin/import": admin_import.LARGEST + LONGEST_FORM,
    "/admin/import/sources": admin_hand_in.LARGEST + LONGEST_FORM,
    "/admin/logo": admin_import.LARGEST + LONGEST_FORM,
}
"""Forms with files, by their address."""

FROM_PROVIDERS: Final = dict.fromkeys(
    ("/auth/saml/{key}/acs", "/auth/saml/{key}/logout"), 384 * 1024 + LONGEST_FORM
)
"""What comes with a form of a provider, which is longer where somebody is in many groups."""

UNCOUNTED: Final = frozenset(
    (
        "/live",
        "/embed.js",
        "/embed/{kind}",
        "/theme/{accent}.css",
        "/manifest.webmanifest",
        "/worker.js",
        "/offline",
        "/logo/{name}",
    )
)
"""What a browser fetches by itself beside a page."""
WAY_IN: Final = ("/auth/", "/welcome/", "/join/")
