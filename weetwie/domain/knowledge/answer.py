"""What comes of asking who knows."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from weetwie.errors import _


class Level(StrEnum):
    """What one may say of somebody and a question. All but `mentioned` name somebody as one who knows."""

    answered = "answered"
    """Has answered a question about this."""
    often = "often"
    """Writes about this often."""
    writes = "writes"
    """Has written about this; in works-council mode also who does so often."""
    reviewed = "reviewed"
    """Has found good what others did about this."""
    lists = "lists"
    """Lists it on their profile."""
    mentioned = "mentioned"
    """Has used words of it."""

    @property
    def sentence(self) -> str:
        """As people read it."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Level.answered: _("Answered this"),
    Level.often: _("Writes about this often"),
    Level.writes: _("Wrote about this"),
    Level.reviewed: _("Reviewed work on this"),
    Level.lists: _("Lists it on their profile"),
    Level.mentioned: _("Mentioned it"),
}


class Proof(msgspec.Struct, frozen=True):
    post_id: int
    weight: float
    """Its part of all that speaks for this person."""
    answers_id: int | None = None
    """The post that began the thread, where the proof is an answer in it that does not say by itself what is asked."""


class Expert(msgspec.Struct, frozen=True):
    person_id: int
    score: float
    share: float
    """Of all that speaks for anybody."""
    last_at: datetime | None
    """None for those who only list it. In works-council mode for everybody."""
    proofs: tuple[Proof, ...]
    says: str = ""
    """What on their profile says so."""
    level: Level = Level.mentioned
    passages: tuple[Proof, ...] = ()
    """The same of what was written elsewhere: `post_id` is the number of a passage."""
    level_at: datetime | None = None
    """The newest post by which they have the level, or when they put it on their profile. In works-council mode nobody has one."""

    @property
    def is_named(self) -> bool:
        return self.level is not Level.mentioned


class Nearest(msgspec.Struct, frozen=True):
    """A word that nobody used, and one like it that people did."""

    word: str
    instead: str
    people: int
    """In works-council mode 0 where they are few."""


class StandIn(msgspec.Struct, frozen=True):
    """A word or a phrase that stands for something that was asked."""

    words: tuple[tuple[int, ...], ...]
    """The numbers of each of its words."""
    asked: str
    weight: float


class WrittenElsewhere(msgspec.Struct, frozen=True):
    """Passages that are about a question."""

    passages: tuple[Proof, ...]
    used: frozenset[str]
    """The words of the question that somebody used there."""
    weights: Mapping[int, float]
    """How much each term says, going by all of it."""


NOTHING: Final = WrittenElsewhere((), frozenset(), {})


class ExpertAnswer(msgspec.Struct, frozen=True):
    people: tuple[Expert, ...]
    """First those who are named, the best first; then at most three who mentioned it."""
    found: int
    """How many people there is evidence for, as far as the viewer sees."""
    nearest: tuple[Nearest, ...] = ()
    not_inferred: tuple[str, ...] = ()
    """Words of the question that nobody is found for but by what they say themselves."""
    unknown: tuple[str, ...] = ()
    """Words of the question that nobody used whom the viewer sees, what says most first."""
    wanted: Mapping[int, float] = msgspec.field(default_factory=dict)
    """The terms that were asked for and how much each says, to find them in a proof."""

    stand_ins: tuple[StandIn, ...] = ()
    """What stands for them in other languages, and in the same."""
    passages: tuple[Proof, ...] = ()
    """The best few of what was written elsewhere, whoever wrote it, but for what proves somebody here."""

    @property
    def is_named(self) -> bool:
        """Whether anybody is."""
        return any(one.is_named for one in self.people)

    def named(self) -> "ExpertAnswer":
        """Without those who only mentioned it."""
        return msgspec.structs.replace(self, people=tuple(one for one in self.people if one.is_named))


class Filters(msgspec.Struct, frozen=True):
    """Only these people; an empty one leaves all."""

    unit: str = ""
    place: str = ""
    language: str = ""
    standing: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()


def shown_passages(answer: ExpertAnswer) -> list[int]:
    """The passages that it shows."""
    proofs = [*answer.passages, *(proof for one in answer.people for proof in one.passages)]
    every = [id for proof in proofs for id in (proof.post_id, proof.answers_id) if id is not None]
    return list(dict.fromkeys(every))


def shown_posts(answer: ExpertAnswer) -> list[int]:
    """The posts that its proofs show."""
    proofs = [proof for one in answer.people for proof in one.proofs]
    every = [id for proof in proofs for id in (proof.post_id, proof.answers_id) if id is not None]
    return list(dict.fromkeys(every))
