"""What columns about people are called: by directories, HR systems, address books and spreadsheets, in the languages of the product.
Pure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from weetwie.access.profile_words import WORDS
from weetwie.text.signs import visible

_CALLED: Final[Mapping[str, str]] = {
    "id": """employeeid employeenumber employeeno employeenr empid empno emplid staffid staffnumber staffno personnelnumber
        personnelno personnelid personid personnumber workerid hrid userid externalid id key number
        personalnummer personalnr persnr pernr mitarbeiternummer mitarbeiternr mitarbeiterid angestelltennummer
        personeelsnummer personeelsnr personeelsid medewerkernummer medewerkernr medewerkerid werknemernummer werknemersnummer
        werknemernr werknemerid stamnummer objectid immutableid entryuuid objectguid nummer nr""",
    "name": """name fullname displayname employeename personname preferredfullname formattedname commonname cn legalname
        anzeigename vollername vollstandigername gesamtname mitarbeitername vorundnachname vornamenachname vorundzuname
        naam volledigenaam weergavenaam voorenachternaam medewerkernaam fileas employee worker medewerker mitarbeiter mitarbeiterin
        mitarbeitende werknemer""",
    "first": """preferredfirstname preferrednamefirstname roepnaam rufname callname first firstname givenname forename givennames
        firstnames legalfirstname legalnamefirstname vorname vornamen voornaam voornamen namegivenname""",
    "infix": "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels infix namensvorsatz vorsatzwort",
    "last": """last lastname surname familyname secondname sn legallastname legalnamelastname preferredlastname
        preferrednamelastname namefamilyname nachname familienname zuname achternaam familienaam geslachtsnaam""",
    "handle": """handle username user login loginname userlogin logonname accountname account samaccountname uid mailnickname alias
        nick nickname benutzername benutzer benutzerkennung anmeldename loginkennung kurzel kurzzeichen gebruikersnaam
        gebruiker inlognaam accountnaam inlogcode konto""",
    "email": """email emailaddress workemail workemailaddress emailwork emailaddresswork workmail businessemail businessemailaddress
        emailbusiness companyemail companyemailaddress corporateemail officialemail officeemail primaryemail emailprimary
        emailprimarywork primaryworkemail primaryemailaddress primarysmtpaddress windowsemailaddress smtp mail mailaddress
        useremail employeeemail emailid email1 email1value email1address emailaddress1 emails emailsvalue
        emailadresse mailadresse maildienstlich emaildienstlich emailadressedienstlich dienstlicheemail dienstlicheemailadresse
        dienstemail emailgeschaftlich emailadressegeschaftlich geschaftlicheemail geschaftlicheemailadresse emailarbeit
        emaildienstl maildienstl emailadressedienstl emailgeschaftl emailadressegeschaftl emailberuflich primareemailadresse
        primareemail firmenemail email1adresse emailadresse1 epost
        emailadres mailadres primairemailadres primairemail werkemail emailwerk emailadreswerk werkmail zakelijkeemail zakelijkemail zakelijkemailadres
        zakelijkeemailadres emailzakelijk emailadreszakelijk emailadres1 werkmailadres
        userprincipalname upn proxyaddresses""",
    "address": "address adresse adres",
    "more": """email2 email2value email2address emailaddress2 email2adresse emailadresse2 emailadres2 email3 email3value email3address
        emailaddress3 email3adresse emailadresse3 emailadres3 email4value email5value homeemail personalemail
        personalemailaddress emailhome emailpersonal emailprivat privateemail privatemail emailadresseprivat emailprive
        priveemail sekundareemailadresse secundairemailadres emailother secondaryemail otheremail alternateemailaddress alternateemail worksecondaryemail
        homesecondaryemail recoveryemail""",
    "contact": "accountaddress",
    "manager": """managerid manageremail manageremailaddress supervisorid supervisoremail linemanagerid linemanageremail reportstoid
        reportstoemail managernumber manageremployeeid manager boss supervisor reportsto lead linemanager teamlead teamleader
        vorgesetztenid vorgesetztennummer vorgesetzternummer vorgesetzteremail vorgesetzter vorgesetzte vorgesetzer
        fuhrungskraft direktervorgesetzter teamleiter
        leidinggevendeid leidinggevendeemail leidinggevende leidinggevenden leidinggevendenummer directeleidinggevende
        teamleider chef""",
    "languages": """languages language lang langs speaks spokenlanguages preferredlanguage
        sprachen sprache bevorzugtesprache talen taal gesprokentalen voorkeurstaal""",
    "joined": """joined joinedat joineddate datejoined joindate joiningdate dateofjoining hired hiredate hiredon dateofhire
        datehired originalhiredate start startdate startedon employmentstart employmentstartdate employedsince since employeehiredate
        entrydate eintritt eintrittsdatum eintrittam eintrittstermin eingetretenam einstellungsdatum einstellung eingestelltam
        dienstantritt dienstbeginn beschaftigtseit imunternehmenseit betriebseintritt firmeneintritt seit startdatum
        indienst indienstper indienstvanaf indienstdatum datumindienst indienstsinds indiensttreding datumindiensttreding indiensttredingsdatum
        begindatum aanvangsdatum ingangsdatum""",
    "bio": """bio biography about aboutme description selfdescription beschreibung ubermich uber steckbrief kurzbeschreibung
        omschrijving beschrijving overmij biografie""",
    **{word.name: word.headings for word in WORDS},
    "bot": "bot isbot",
}
"""By field, the better heading first: where two columns say the same, the better one that is not empty holds."""
_FIELDS: Final[Mapping[str, tuple[str, int]]] = {
    heading: (field, rank) for field, called in _CALLED.items() for rank, heading in enumerate(called.split())
}
_NOISE: Final = re.compile(
    r"[\[(]?\b(required|optional|mandatory|pflichtfeld|pflicht|verplicht|optioneel|read only)\b[\])]?",
    re.IGNORECASE,
)
_INSIDE: Final = re.compile(r"\[([^\[\]]+)\]")
_NOT_A_SIGN: Final = re.compile(r"[^a-z0-9]")


def field_of(heading: str) -> str:
    """What a column is; empty where it is not known."""
    return _known(heading)[0]


def rank_of(heading: str) -> int:
    return _known(heading)[1]


@lru_cache(4096)
def _known(heading: str) -> tuple[str, int]:
    """Entra writes `First name [givenName] Required`: what stands in brackets tells more than what is before them."""
    if len(heading) > 100:
        return "", 0
    bare = _NOISE.sub("", visible(heading))
    inside = _INSIDE.findall(bare)
    for name in (bare, *inside, bare.rpartition(".")[2], bare.removeprefix("#")):
        if found := _FIELDS.get(_plain(name)):
            return found
    return "", 0


def _plain(heading: str) -> str:
    """Small letters and digits; `Employee #` is a number, `Büro` is buro, `E-Mail (dienstlich)` is emaildienstlich."""
    letters = unicodedata.normalize("NFKD", heading.replace("#", "number")).casefold()
    return _NOT_A_SIGN.sub("", letters)


def full_name(name: str, first: str, infix: str, last: str) -> str:
    """Out of what a table gives. Beside a first name, `Name` alone is the family name, as in German tables."""
    name, family = " ".join(name.split()), f"{infix} {last}".strip()
    if first and family:
        return (
            name if name and name.casefold() != family.casefold() and "," not in name else f"{first} {family}"
        )
    if first and name and first.casefold() not in name.casefold():
        return " ".join(f"{first} {infix} {name}".split())
    return name or f"{first} {family}".strip()
