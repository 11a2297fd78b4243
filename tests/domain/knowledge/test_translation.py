"""A question in one language finds who spoke of it in another."""

from itertools import count

import pytest

from tests.world import World
from weetwie.access.enums import Ring
from weetwie.domain.knowledge import asked as asking, compounds, twins, word_list, words
from weetwie.domain.knowledge.answer import ExpertAnswer, Level
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.merged import merged
from weetwie.domain.knowledge.passages import passage
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.knowledge.topics import choose
from weetwie.runtime import clock


def stands_for(question: str) -> set[str]:
    found = twins.find(question, asking.read(question), asking.language_of(question))
    return {twin.text for twin in found if twin.part < 0}


_NUMBERS = count()


async def ask(world: World, question: str) -> ExpertAnswer:
    who = await world.member(f"asker{next(_NUMBERS)}")
    return await who_knows(world.db, await world.viewer(who), question)


async def some_others(world: World, ring: Ring = Ring.colleagues) -> None:
    """So that a word can be rare."""
    dan = await world.member("dan")
    for number in range(12):
        await world.post(dan, f"Lunch number {number}: soup, bread and a walk along the canal", ring=ring)


def test_words_and_phrases_find_their_twins_in_the_other_languages_and_in_their_own() -> None:
    assert {"frequency converter", "VFD", "Frequenzumrichter"} <= stands_for("wie kent frequentieregelaars?")
    assert {"waterslag", "Druckstoß", "pressure surge"} <= stands_for("who knows water hammer?")
    assert "PLC" in stands_for("SPS")


def test_what_is_one_thing_in_two_words_is_not_translated_word_by_word() -> None:
    assert {"Hammer", "hamer"} & stands_for("hammer")
    assert "Hammer" not in stands_for("water hammer") and "hamer" not in stands_for("water hammer")


def test_a_word_that_is_another_one_in_another_language_stands_for_nothing_there() -> None:
    concept = word_list.word_list().meanings(word_list.key_of("nl", ["schip"]))[0].concept
    assert word_list.is_false_friend("boot", "nl", concept)
    assert not word_list.is_false_friend("schip", "nl", concept)


def test_words_that_mean_the_same_in_two_languages_or_are_hardly_known_in_one_are_no_false_friends() -> None:
    pump, seal = (
        word_list.word_list().meanings(word_list.key_of("en", [word])) for word in ("pump", "gasket")
    )
    assert not word_list.is_false_friend("pump", "en", pump[0].concept)
    assert not word_list.is_false_friend("seal", "en", seal[0].concept)


@pytest.mark.parametrize(
    ("word", "code", "parts"),
    [
        ("frequenzumrichterparameter", "de", ("frequenzumrichter", "parameter")),
        ("pompafdichting", "nl", ("pomp", "afdichting")),
        ("arbeitssicherheit", "de", ("arbeits", "sicherheit")),
        ("kundenschulung", "de", ("kunden", "schulung")),
        ("trillingsmetingen", "nl", ("trillings", "metingen")),
        ("qwertzuiopasdf", "de", ()),
        ("pump", "en", ()),
    ],
)
def test_compounds_are_taken_apart_where_all_parts_are_words(
    word: str, code: str, parts: tuple[str, ...]
) -> None:
    assert word_list.parts(word, code) == parts


def test_parts_are_put_together_to_the_compound_of_another_language() -> None:
    assert {"pumpendichtung"} <= stands_for("pompafdichting") & stands_for("pump seal")


async def test_a_dutch_question_finds_the_german_expert_and_the_proof_says_which_word_stands_for_which(
    world: World,
) -> None:
    gerd = await world.member("gerd")
    post = await world.post(gerd, "Der Frequenzumrichter lief heiß, die Lüfter waren zu", language="de")
    await some_others(world)
    answer = await ask(world, "wie heeft verstand van frequentieregelaars?")
    assert [(one.person_id, one.level) for one in answer.people] == [(gerd.id, Level.writes)]
    assert answer.people[0].proofs[0].post_id == post and answer.unknown == ()
    found = passage("Der Frequenzumrichter lief heiß", answer.wanted, answer.stand_ins)
    assert found.marks == ((4, 21),) and found.translated == {"Frequenzumrichter": "frequentieregelaars"}


async def test_the_word_itself_comes_before_what_stands_for_it(world: World) -> None:
    gerd, nel = await world.member("gerd"), await world.member("nel")
    await world.post(gerd, "Der Frequenzumrichter lief heiß", language="de")
    await world.post(nel, "De frequentieregelaar werd heet", language="nl")
    await some_others(world)
    assert [one.person_id for one in (await ask(world, "frequentieregelaar")).people] == [nel.id, gerd.id]
    assert [one.person_id for one in (await ask(world, "Frequenzumrichter")).people] == [gerd.id, nel.id]


async def test_a_profile_is_found_in_another_language_where_all_of_a_topic_stands_for_what_is_asked(
    world: World,
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await choose(world.db, await world.viewer(ada), "water hammer", TopicChoice.knows)
    await choose(world.db, await world.viewer(bo), "water", TopicChoice.knows)
    answer = await ask(world, "wer kennt sich mit Druckstoß aus?")
    assert [(one.person_id, one.says) for one in answer.people] == [(ada.id, "water hammer")]


async def test_who_contests_a_topic_is_not_found_by_it_in_any_language(world: World) -> None:
    gerd = await world.member("gerd")
    await world.post(gerd, "Der Frequenzumrichter lief heiß", language="de")
    await some_others(world)
    assert (await ask(world, "frequentieregelaar")).is_named
    await choose(world.db, await world.viewer(gerd), "frequency converter", TopicChoice.never)
    assert not (await ask(world, "frequentieregelaar")).is_named


async def test_a_word_of_two_meanings_counts_where_another_word_agrees(world: World) -> None:
    gerd = await world.member("gerd")
    await world.post(gerd, "Im Zoo liegt eine Robbe am Becken und schläft", language="de")
    await some_others(world)
    assert not (await ask(world, "the pump seal")).is_named
    await world.post(gerd, "Die Dichtung der Pumpe ist undicht", language="de")
    assert [one.person_id for one in (await ask(world, "the pump seal")).people] == [gerd.id]


async def test_a_word_that_is_another_one_elsewhere_counts_beside_another_word_of_the_question(
    world: World,
) -> None:
    hanna, till = await world.member("hanna"), await world.member("till")
    await world.post(till, "Das Lager der Welle ist heiß, ein Lager mit zwei Reihen", language="de")
    await some_others(world)
    assert not (await ask(world, "who knows the warehouse?")).is_named
    await world.post(hanna, "Inventur am Freitag, und das Lager wird gezählt", language="de")
    answer = await ask(world, "who knows about stocktaking in the warehouse?")
    assert [one.person_id for one in answer.named().people] == [hanna.id]


def test_a_compound_that_nobody_uses_is_asked_by_its_parts() -> None:
    asked = asking.read("lekkende pompafdichting")
    found = twins.find("lekkende pompafdichting", asked, "nl")
    nobody, somebody = dict[int, bool](), {term: True for one in asked for term in one.terms}
    in_german = {words.number_in("pumpendichtung", "de"): True}
    parts = compounds.apart(asked, found, nobody)
    assert [part.word.word for part in parts] == ["pomp", "afdichting"]
    assert "Dichtung" in {twin.text for twin in parts[1].twins}
    assert compounds.apart(asked, found, somebody) == []
    assert compounds.apart(asked, found, in_german) == []


async def test_a_compound_that_somebody_uses_is_no_word_for_its_parts(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await choose(world.db, await world.viewer(ada), "seals", TopicChoice.knows)
    await world.post(bo, "De pompafdichting is vandaag geleverd", language="nl")
    await some_others(world)
    assert [one.person_id for one in (await ask(world, "pompafdichting")).named().people] == [bo.id]


@pytest.mark.parametrize(
    "question", ["wie heeft verstand van compressors?", "Verdichter", "who knows compressors?"]
)
async def test_a_compound_that_somebody_wrote_is_found_by_its_part(world: World, question: str) -> None:
    gerd = await world.member("gerd")
    text = "De schroefcompressor van hal twee draait weer"
    post = await world.post(gerd, text, language="nl")
    await some_others(world)
    answer = await ask(world, question)
    assert [one.person_id for one in answer.named().people] == [gerd.id] and answer.unknown == ()
    assert answer.people[0].proofs[0].post_id == post
    (mark,) = passage(text, answer.wanted, answer.stand_ins).marks
    assert text[slice(*mark)] == "schroefcompressor"
    await world.policy(translates=False)
    assert not (await ask(world, question)).is_named


async def test_compounds_of_those_whom_one_does_not_see_change_nothing(world: World) -> None:
    await world.policy(widest_ring=Ring.network)
    gerd, nel = await world.member("gerd"), await world.member("nel")
    await world.post(gerd, "De schroefcompressor van hal twee", language="nl", ring=Ring.network)
    await some_others(world, Ring.network)
    viewer = await world.viewer(await world.alumnus("alum"))
    clock.stop(clock.now())
    before = await who_knows(world.db, viewer, "compressor")
    assert [one.person_id for one in before.people] == [gerd.id]
    text = "De zuigercompressor en de schroefcompressor, een compressor dus"
    await world.post(nel, text, language="nl", ring=Ring.colleagues)
    assert await who_knows(world.db, viewer, "compressor") == before


async def test_a_compound_of_which_nobody_used_a_part_is_told_whole(world: World) -> None:
    await world.post(await world.member("gerd"), "Mijn kast is vol", language="nl")
    await some_others(world)
    answer = await ask(world, "bijenkast")
    assert not answer.is_named and answer.unknown == ("bijenkast",)


async def test_nobody_is_named_in_any_language_where_nobody_spoke_of_it(world: World) -> None:
    gerd = await world.member("gerd")
    await world.post(gerd, "Der Frequenzumrichter lief heiß", language="de")
    await some_others(world)
    assert (await ask(world, "frequentieregelaar")).is_named
    for question in ("bijenkast", "who can repair a piano?", "Wer kennt sich mit Steuerrecht aus?"):
        assert not (await ask(world, question)).is_named


async def test_what_is_never_inferred_is_not_by_its_twin_either(world: World) -> None:
    ada = await world.member("ada")
    await some_others(world)
    await world.post(ada, "Die Imkerei macht Freude, beekeeping for beginners", language="de")
    assert (await ask(world, "wer kennt sich mit Imkerei aus?")).is_named
    await world.policy(never_inferred=("beekeeping",))
    answer = await ask(world, "wer kennt sich mit Imkerei aus?")
    assert not answer.people and answer.not_inferred == ("imkerei",)


async def test_where_the_organisation_does_not_want_it_nothing_is_translated(world: World) -> None:
    gerd = await world.member("gerd")
    await world.post(gerd, "Der Frequenzumrichter lief heiß", language="de")
    await some_others(world)
    assert (await ask(world, "frequentieregelaar")).is_named
    await world.policy(translates=False)
    answer = await ask(world, "frequentieregelaar")
    assert not answer.people and answer.unknown == ("frequentieregelaar",)


async def test_what_one_does_not_see_changes_nothing_by_its_twins(world: World) -> None:
    """Neither whether a word of two meanings counts, nor how rare anything is."""
    await world.policy(widest_ring=Ring.network)
    gerd, nel = await world.member("gerd"), await world.member("nel")
    await world.post(gerd, "Die Schwingung am Lager nimmt zu", language="de", ring=Ring.network)
    await some_others(world, Ring.network)
    alum = await world.alumnus("alum")
    viewer = await world.viewer(alum)
    clock.stop(clock.now())
    before = await who_knows(world.db, viewer, "vibration at the bearing")
    assert [one.person_id for one in before.people] == [gerd.id]
    await world.post(nel, "Vibratie, vibration, trilling van het lager", language="nl", ring=Ring.colleagues)
    after = await who_knows(world.db, viewer, "vibration at the bearing")
    assert before == after


def test_topics_that_mean_the_same_are_one_in_the_words_of_the_reader() -> None:
    topics = ["frequency converter", "sailing boats", "Frequenzumrichter", "frequentieregelaar"]
    assert merged(topics, "de") == ["Frequenzumrichter", "sailing boats"]
    assert merged(topics, "nl") == ["frequentieregelaar", "sailing boats"]
    assert merged(topics, "fr") == ["frequency converter", "sailing boats"]
    assert merged(["PLC", "SPS", "seals"], "en") == ["PLC", "seals"]
