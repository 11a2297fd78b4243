"""Topics that are never inferred of anybody: health, belief, union, politics, sexuality, criminal record. Pure.

Words and phrases in English, Dutch and German; `*` stands for any end of a word. Words with a plain everyday or technical meaning
beside the delicate one are left to phrases ("trade union", not "union"). An administrator adds others by the policy `never_inferred`.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec
import regex

from weetwie.text.scripts import WITHOUT_SPACES
from weetwie.text.signs import normal

TOPICS: Final[dict[str, str]] = {
    "health": (
        "illness, illnesses, my disease, chronic disease, chronically ill, cancer, chemotherapy, leukaemia, leukemia, tumor, tumour, diabet*,"
        " hiv, aids patient, hepatitis, epilep*, depression, depressive, burnout, burn-out, burned out, anxiety, panic attack, psychiatr*,"
        " psychotherap*, psychosis, schizophren*, bipolar disorder, autism, autistic, adhd, dyslex*, dementia, alzheimer*, parkinson's,"
        " multiple sclerosis, miscarriage, abortion, ivf, infertility, pregnan*, menopaus*, sick leave, sickness absence, medical condition,"
        " disability, disabled person, wheelchair, addict, addiction, alcoholi*, rehab, suicid*, self-harm, eating disorder, anorexi*, bulimi*,"
        " long covid, asthma, migraine, mental health, health condition,"
        " ziek, ziekte, ziektes, ziekteverlof, ziekteverzuim, ziekmelding*, kanker*, leukemie, chemokuur, suikerziekte, depressie*, depressief,"
        " overspannen, angststoornis*, paniekaanval*, psychose*, schizofren*, bipolair, autisme, autistisch, dementie, miskraam, abortus,"
        " onvruchtbaar*, zwanger*, arbeidsongeschikt*, gehandicapt*, rolstoel*, verslaafd*,"
        " verslaving*, alcoholist*, zelfmoord*, zelfdoding*, eetstoornis*, astma, gezondheidsklacht*, medische klachten,"
        " krank, krankheit*, krankmeldung*, krankschreibung*, krebserkrank*, krebskrank*, brustkrebs, lungenkrebs, leukämie, chemotherapie,"
        " zuckerkrank*, depressionen, angststörung*, panikattacke*, psychisch*, psychose*, autismus, autist*, demenz, fehlgeburt*,"
        " abtreibung*, unfruchtbar*, schwanger*, wechseljahre, schwerbehinder*, behinderung, rollstuhl*, suchtkrank*, drogensucht,"
        " alkoholi*, selbstmord*, essstörung*, asthma"
    ),
    "belief": (
        "religion, religions, religious belief*, religious faith, christian faith, christian church*, christians, christianity, catholic*, protestant*, evangelical*,"
        " baptist*, orthodox church, muslim*, islam, islamic, jewish, judaism, jew, jews, hindu, hindus, hinduism, buddhis*, sikh, sikhs,"
        " sikhism, atheis*, agnosticism, jehova*, mormon*, scientolog*, ramadan, mosque*, synagogue*, quran, koran, torah, baptism, churchgoer*,"
        " religie*, religieus, religieuze, godsdienst*, geloofsovertuiging, christenen, christendom, christelijk geloof, katholiek*, protestants, gereformeerd*,"
        " moslim*, islamitisch*, joods, joodse, joden, jodendom, hindoe*, boeddhis*, atheïs*, moskee*, synagoge*, kerkganger*, levensovertuiging,"
        " religiös*, glaubensbekenntnis*, konfession*, christlich*, christentum, katholisch*, katholik*, evangelische kirche*, muslimisch*,"
        " islamisch*, jüdisch*, judentum, juden, hinduist*, moschee*, kirchgänger*, kirchenaustritt, weltanschauung"
    ),
    "union": (
        "trade union*, labour union*, labor union*, union member*, union rep*, union organiser*, union organizer*, unionis*, shop steward*,"
        " union dues, union busting,"
        " vakbond*, vakvereniging*, vakbeweging, kaderlid, lid van fnv, lid van cnv, vakcentrale*,"
        " gewerkschaft*, gewerkschafter*, vertrauensleute, ver.di, ig metall, dgb-mitglied*"
    ),
    "politics": (
        "political party, political parties, political opinion*, political view*, political belief*, party membership, labour party, conservative party,"
        " green party, republican party, democratic party, republicans, communism*, communist*, socialism*, socialist*, fascis*, anarchis*, far right, far left, right-wing,"
        " left-wing, nationalism*, nationalist*, brexit, election campaign, voted for, protest march,"
        " politieke partij*, politieke voorkeur*, politieke mening*, politieke overtuiging, partijlid*, stemgedrag, pvda, groenlinks, vvd, pvv, cda,"
        " d66, christenunie, volkspartij, rechts-extrem*, links-extrem*, extreemrechts*, extreemlinks*, verkiezingscampagne*,"
        " politische partei*, politische meinung*, politische einstellung*, politische überzeugung*, parteimitglied*, parteibuch, cdu, csu-mitglied*, spd-mitglied*, afd,"
        " linkspartei, rechtsextrem*, linksextrem*, kommunist*, kommunismus, sozialist*, sozialismus, faschis*, wahlkampf*"
    ),
    "sexuality": (
        "homosexual*, heterosexual*, bisexual*, asexual*, gay, gays, lesbian*, lgbt*, queer, transgender*, transsexual*, non-binary, nonbinary,"
        " sexuality, sexual orientation, sexual preference*, gender identity, gender transition, coming out, sex life, pornograph*,"
        " homoseksu*, heteroseksu*, biseksu*, lesbisch*, lhbt*, transseksu*, seksualiteit, seksuele geaardheid, seksuele voorkeur*,"
        " genderidentiteit, genderdysforie, seksleven,"
        " homosexuell*, heterosexuell*, bisexuell*, schwul, schwule*, lsbt*, transsexuell*, sexualität, sexuelle orientierung, sexuelle neigung*,"
        " geschlechtsidentität, geschlechtsangleichung, sexleben"
    ),
    "criminal record": (
        "criminal record*, criminal conviction*, ex-convict*, ex-offender*, prison sentence*, in prison, jail time, on parole, on probation for,"
        " was convicted, arrest warrant*, felony, felon,"
        " strafblad*, strafrechtelijk verleden, justitieel verleden, veroordeling*, gevangenisstraf*, celstraf*, taakstraf*, gedetineerd*,"
        " ex-gedetineerd*, ex-crimineel, reclassering,"
        " vorstrafe*, vorbestraft*, strafregister*, strafrechtlich*, führungszeugnis, gefängnisstrafe*, freiheitsstrafe*, haftstrafe*,"
        " bewährungsstrafe*, straffällig*, ex-häftling*"
    ),
}

# Where words have no spaces between them, each sign stands alone, and a word is a phrase of signs.
_TOKEN = regex.compile(
    rf"[{WITHOUT_SPACES}]\p{{M}}*|[[\p{{L}}\p{{N}}]--[{WITHOUT_SPACES}]][[\p{{L}}\p{{M}}\p{{N}}]--[{WITHOUT_SPACES}]]*",
    regex.V1,
)
_HANGUL = regex.compile(r"\p{Hangul}\Z")


class _List(msgspec.Struct):
    phrases: dict[str, list[tuple[str, ...]]]
    """By their first word; the last word of one may end in `*`."""
    beginnings: tuple[str, ...]
    """Of words that stand alone."""


def is_delicate(name: str, more: Sequence[str] = ()) -> bool:
    """Whether such a topic stands anywhere in this."""
    return next(_spans(name, _list(tuple(more))), None) is not None


def without(text: str, more: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The text without them, and what was left out."""
    left_out, kept, at = [], [], 0
    for start, end in _spans(text, _list(tuple(more))):
        left_out.append(text[start:end])
        kept.append(text[at:start])
        at = end
    return " ".join([*kept, text[at:]]), left_out


def _spans(text: str, known: _List) -> Iterator[tuple[int, int]]:
    found = [(match.start(), match.end(), _bare(match[0])) for match in _TOKEN.finditer(text)]
    said, place = [word for _start, _end, word in found], 0
    while place < len(found):
        length = _length_at(said, place, known)
        if length:
            yield found[place][0], found[place + length - 1][1]
        place += length or 1


def _length_at(said: Sequence[str], place: int, known: _List) -> int:
    """Of how many words what begins here is; 0 for nothing."""
    longest = 1 if said[place].startswith(known.beginnings) else 0
    for phrase in known.phrases.get(said[place], ()):
        end = place + len(phrase)
        if end <= len(said) and all(map(_fits, said[place:end], phrase)):
            longest = max(longest, len(phrase))
    return longest


def _fits(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


@lru_cache(maxsize=4)
def _list(more: tuple[str, ...]) -> _List:
    entries = [entry.strip() for line in TOPICS.values() for entry in line.split(",")]
    phrases: dict[str, list[tuple[str, ...]]] = {}
    beginnings = []
    for entry in (*entries, *more):
        words = [_bare(match[0]) for match in _TOKEN.finditer(entry)]
        if not words:
            continue
        if entry.rstrip().endswith("*") or _HANGUL.search(
            words[-1]
        ):  # in Korean, endings follow without a space
            if len(words) == 1:
                beginnings.append(words[0])
                continue
            words[-1] += "*"
        phrases.setdefault(words[0], []).append(tuple(words))
    return _List(phrases, tuple(beginnings))


def _bare(word: str) -> str:
    """As it is compared: without case and accents."""
    word = normal("NFKC", word).casefold()
    if word.isascii():
        return word
    letters = normal("NFD", word)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
