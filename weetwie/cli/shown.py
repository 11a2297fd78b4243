"""What somebody who asks would have seen: whether anybody was named, who stood first, and whether the proofs say it."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.domain.knowledge.answer import ExpertAnswer


class ShownCounts(msgspec.Struct):
    """Of many questions."""

    asked: int = 0
    named: int = 0
    """Questions for which somebody was named: stood there by more than a mention."""
    answerable: int = 0
    """Questions with somebody relevant for whom there is evidence."""
    answerable_named: int = 0
    first_right: int = 0
    proofs: int = 0
    proofs_that_say_it: int = 0
    people: Counter[str] = msgspec.field(default_factory=Counter)
    """By level."""
    right: Counter[str] = msgspec.field(default_factory=Counter)

    def add(
        self, answer: "ExpertAnswer", right: Collection[int], texts: Mapping[int, str], *, is_answerable: bool
    ) -> None:
        """An answer as it is shown; `right` are the people who are relevant, `texts` all posts by their ids."""
        named = [one for one in answer.people if one.is_named]
        self.asked += 1
        self.named += bool(named)
        self.answerable += is_answerable
        self.answerable_named += is_answerable and bool(named)
        self.first_right += bool(named) and named[0].person_id in right
        for one in answer.people:
            self.people[one.level] += 1
            self.right[one.level] += one.person_id in right
        self._read(answer, texts)

    def _read(self, answer: "ExpertAnswer", texts: Mapping[int, str]) -> None:
        from weetwie.domain.knowledge.passages import passage

        for proof in (proof for one in answer.people for proof in one.proofs):
            shown = [texts.get(id, "") for id in (proof.post_id, proof.answers_id) if id is not None]
            self.proofs += 1
            self.proofs_that_say_it += any(
                passage(text, answer.wanted, answer.stand_ins).marks for text in shown
            )

    def told(self) -> dict[str, Json]:
        return {
            "questions": self.asked,
            "named": self.named,
            "with_evidence": self.answerable,
            "named_of_those_with_evidence": _part(self.answerable_named, self.answerable),
            "first_is_right": _part(self.first_right, self.named),
            "proofs": self.proofs,
            "proofs_that_say_it": _part(self.proofs_that_say_it, self.proofs),
            "levels": {
                level: {"people": number, "right": _part(self.right[level], number)}
                for level, number in sorted(self.people.items())
            },
        }


def _part(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None
