"""What a profile says in a few words, one column each: declared here for the pages, for apps, for files that are read, and for erasing.

A new one is this and its column (`tables/people.py`, with a migration), who sees it (`views/people.py`), and its names where the
types of changes and of the API are written down.
"""

from typing import Final

import msgspec

from weetwie.errors import _


class ProfileWord(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """Of the column, and in files and the API."""
    label: str
    in_apps: str
    """What the line is called that apps show."""
    is_own: bool
    """The person says it; else the organisation does."""
    headings: str
    """What columns of files are called that hold it, in three languages; the better ones first."""


UNIT: Final = ProfileWord(
    name="unit",
    label=_("Department"),
    in_apps="Unit",
    is_own=False,
    headings="""unit department departmentname dept team teamname group division orgunit organisationunit organizationunit
        organisationalunit organizationalunit orgunitname businessunit organizationdepartment organization1department
        supervisoryorganization orgunitpath
        abteilung abteilungsname bereich fachbereich geschaftsbereich organisationseinheit orgeinheit gruppe dezernat referat
        afdeling afdelingsnaam eenheid organisatieeenheid organisatorischeeenheid organisatieonderdeel bedrijfsonderdeel groep
        dienst sector""",
)
PLACE: Final = ProfileWord(
    name="place",
    label=_("Location"),
    in_apps="Place",
    is_own=False,
    headings="""location place office officelocation officename worklocation workplace site branch town city physicaldeliveryofficename
        standort standortname arbeitsort dienstort dienstsitz niederlassung buro ort stadt arbeitsplatz
        locatie werklocatie standplaats vestiging kantoor kantoorlocatie plaats werkplek stad""",
)
PRONOUNS: Final = ProfileWord(
    name="pronouns",
    label=_("Pronouns"),
    in_apps="Pronouns",
    is_own=True,
    headings="pronouns pronomen voornaamwoorden persoonlijkvoornaamwoord",
)
WORDS: Final = (UNIT, PLACE, PRONOUNS)
NAMES: Final = tuple(word.name for word in WORDS)
OWN: Final = tuple(word for word in WORDS if word.is_own)
