"""Words that no sentence for people may use, each with what to say instead and the phrases in which it is right.

A pattern is meant by sense: `hold` is not said of posts, but a legal hold is one. The case counts only where the pattern has capitals.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Word(NamedTuple):
    pattern: str
    instead: str
    allowed: tuple[str, ...] = ()
    """Regular expressions for phrases in which it may stand."""


ENGLISH: Final = (
    Word(r"letters?", "e-mail", (r"letters, digits", r"letters or underscores", r"(one|small) letters?")),
    Word(r"house|doors?|shel(f|ves)", "organisation, installation"),
    Word(r"whoever|whomever|whom", "people who; who", (r"who did what to whom",)),
    Word(r"somebody|everybody|anybody", "someone, everyone, anyone"),
    Word(r"br(ing|ought) (\w+ )?(in|along)", "import"),
    Word(r"puts? (\w+ )?(up|away|forward)", "add, dismiss, feature"),
    Word(r"t(ake|akes|ook|aken) (\w+ ){0,2}(out|off|back|along|down)", "remove, withdraw, download"),
    Word(
        r"holds?|held",
        "save, show",
        (
            r"legal holds?",
            r"under hold",
            r"lift (a |the )?hold",
            r"the holds?( is| ends|s)",
            r"hold (until|\{reason\})",
        ),
    ),
    Word(r"^keep( it| them)?\.?$|kept", "save"),
    Word(r"faces?", "profile photo", (r"fingerprint, face or",)),
    Word(r"films?|pictures?", "video, photo"),
    Word(r"(the|your|a) sign", "logo"),
    Word(r"sign(s|ed|ing)?[- ](in|out)", "log in, log out"),
    Word(r"(come|comes|came|let|lets) (\w+ )?in", "join, approve"),
    Word(r"go(es)? on", "continue"),
    Word(r"stands? (here|there|in|on|at|above|among|under)", "appear"),
    Word(r"names (you|me|them|somebody|nobody)|named (in|here)", "mention"),
    Word(r"tells?|told", "notify, show", (r"tells? them", r"tell the author")),
    Word(
        r"word of goodbye|the machine|this place|rings?|standing",
        "farewell post, the server, its name, audience, membership",
    ),
    Word(r"user|users|toots?|assets?", "person, post, timeline, file"),
    Word(r"status", "post", (r"system status",)),
    Word(r"content", "posts", (r"content warning", r"skip to content")),
    Word(r"oops|sorry|simply|successfully|please", "nothing"),
    Word(r"just", "nothing", (r"has just", r"just (started|now)")),
    Word(r"handles?", "username", (r"id, handle (or|and) email",)),
    Word(r"units?", "department", (r"name, unit, place",)),
    Word(
        r"alumnus|sponsors?|inspections?|one-time codes?|audit trail",
        "alum, host, compliance review, two-step verification, audit log",
    ),
    Word(r"as far as (you|one) sees?|for ever|letting?s through", "you can see, never deleted"),
    Word(r"invalid", "what is wrong, and the way out"),
    Word(r"\(s\)", "a real plural"),
)
DUTCH: Final = (
    Word(r"brief|brieven", "e-mail"),
    Word(r"binnen(halen|gehaald|brengen|gebracht|komen|laten)|meegebracht", "importeren, meedoen, toelaten"),
    Word(r"wie dan ook|(dit|het|ons) huis|huisregels", "iedereen, organisatie, regels"),
    Word(r"u|uw", "je"),
    Word(r"gebruikers?", "mensen, collega's"),
    Word(r"succesvol|sorry|oeps", "niets"),
    Word(r"gezicht", "profielfoto", (r"gezicht of de pincode",)),
    Word(r"peiling(en)?|plaatjes?|films?|boosts?", "poll, foto, video, delen"),
    Word(r"kring|deze plek|machine", "wie dit ziet, de naam, de server"),
    Word(r"alumn(us|i)|gastheer|gastvrouw|instaa[nt]|insta", "oud-collega, contactpersoon, aanbevelen"),
    Word(r"geschorst|schorsen|controlespoor|logboek|ondernemingsraadstand|adreslijst", "opschorten, auditlog, OR-modus, directory"),
    Word(r"eenmalige codes?|bladwijzers?", "tweestapsverificatie, wat je bewaarde"),
    Word(r"voor zover (je|jij) ziet|zo hoort het", "die je kunt zien"),
    Word("’(?=s )|(?<=a)’s", "een rechte apostrof"),
)  # fmt: skip
GERMAN: Final = (
    Word(r"Briefe?n?", "E-Mail"),
    Word(r"herein\w*|mitbringen|mitgebracht", "importieren, beitreten"),
    Word(r"(das|dieses|unser|im) Haus(es)?|Hausregeln|wer auch immer", "Organisation, Regeln, alle"),
    Word(r"Nutzer(innen)?|Benutzer", "Personen"),
    Word(r"erfolgreich|hoppla", "nichts"),
    Word(r"bitte", "nichts", (r"Bitte (einen|um)",)),
    Word(r"(?<=[\w,“)}] )(Sie|Ihnen|Ihr|Ihre[mnrs]?)", "du"),
    Word(r"(?:^|(?<=[.:!?] ))(Ihnen|Ihre[mnrs]?)", "dein", (r"Ihre Beiträge füllen", r"Ihre Antworten")),
    Word(r"(?:^|(?<=[.:!?] ))Sie (können|haben|werden|müssen|dürfen|möchten|bekommen|folgen|lesen|sehen)", "du"),
    Word(r"Kürzel|Kurzname\w*", "Benutzername", (r"Kürzel aus",)),
    Word(r"Administrator\w*|Administration", "Admin, Verwaltung"),
    Word(r"Abteilung(en)?|Kollegium|Folgende[rn]?", "Bereich, Intern, Follower"),
    Word(r"Gesicht", "Profilbild", (r"Fingerabdruck, Gesicht",)),
    Word(r"Alumn(us|i)|Schlagw\w+|Zeitleiste|Lesezeichen|Film(e|en)?", "Ehemalige, Hashtag, Timeline, Gemerkt, Video"),
    Word(r"Prüfprotokoll|Einmalcodes?|zurückbehalten|Maschine|Sicherung(en)?", "Audit-Log, Zwei-Faktor-Anmeldung, Löschsperre, Server, Backup"),
    Word(r"soweit du siehst|so soll es sein", "die du sehen kannst"),
)  # fmt: skip
LISTS: Final = {"en": ENGLISH, "nl": DUTCH, "de": GERMAN}

OF_MASTODON: Final = frozenset({
    "Choices can't contain more than {most} items",
    "Choices cannot be longer than {most} characters each",
    "Choices contain duplicate items",
    "This action is outside the authorized scopes.",
    "Validation failed: {reason}",
    "You have already voted on this poll",
})  # fmt: skip
"""Apps know these by their words."""


def faults(sentence: str, language: str) -> Iterator[str]:
    """What is said in the sentence that nobody says, with what to say instead."""
    said = re.sub(r"`[^`]*`|\{\w+\}", "_", sentence)
    for word in LISTS[language]:
        left = said
        for phrase in word.allowed:
            left = re.sub(phrase, "_", left, flags=re.IGNORECASE)
        exact = 0 if re.search(r"[A-ZÄÖÜ]", word.pattern) else re.IGNORECASE
        bounds = word.pattern if not re.match(r"\w|\(\w", word.pattern) else rf"\b(?:{word.pattern})\b"
        if found := re.search(bounds, left, exact):
            yield f"{found[0]!r} (say: {word.instead}) in: {sentence}"
