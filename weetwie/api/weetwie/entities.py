"""The wire shapes of our own additions."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from weetwie.api.mastodon.entities import Account, Status, Tag


class Answered(Struct, kw_only=True):
    """What an answer answers."""

    status: Status
    passage: str
    marks: list[list[int]]
    stands_for: list[str | None]


class BeyondStatus(Status, kw_only=True):
    """A post by somebody whom one does not follow."""

    reason: str
    """Why one is shown it, in words: from which department, about which topic of one's own."""


class Beyond(Struct, kw_only=True):
    how_often: Literal["off", "rare", "often"]


class Proof(Struct, kw_only=True):
    """A post that shows what somebody knows."""

    weight: float
    """Its part of all that speaks for this person, from 0 to 1."""
    status: Status
    passage: str
    """The part of its text that says what was asked, as plain text."""
    marks: list[list[int]]
    """From where to where in the passage the words stand that were asked, in characters (Unicode code points)."""
    stands_for: list[str | None]
    """For each mark the words of the question that it stands for, in another language or the same; none where it is one of them."""
    answers: Answered | None
    """The line that it answers, where the post does not say by itself what was asked."""


class Way(Struct, kw_only=True):
    """How one reaches somebody: one follows each other, or both follow a third."""

    kind: Literal["mutual", "both_follow"]
    via: Account | None


class SourcePassage(Struct, kw_only=True):
    """Something that was written elsewhere, in a chat, a list, a board, a tracker or a wiki."""

    id: str
    source: Literal[
        "slack", "mattermost", "teams", "zulip", "mbox", "discourse", "stack", "jira", "confluence"
    ]
    channel: str
    author_id: str | None
    """Of the person here who wrote it; none where it is only a name."""
    author_name: str
    """As it was written there."""
    title: str
    text: str
    language: str | None
    created_at: str
    url: str
    """Its page here."""
    source_url: str | None
    """Where it stands there, where anybody knows."""
    files: list[str]
    """The names of files that hang on it there."""


class ProvingPassage(Struct, kw_only=True):
    """A passage that is about what was asked."""

    weight: float
    passage: str
    """The part of its text that says what was asked, as plain text."""
    marks: list[list[int]]
    written: SourcePassage


class Expert(Struct, kw_only=True):
    account: Account
    standing: Literal["member", "alumnus", "guest"]
    score: float
    """Only to be compared within one answer."""
    share: float
    """Of all that speaks for anybody, from 0 to 1."""
    last_shown_at: str | None
    """The day of the newest post that speaks for them; none for who only says so, and none for anybody in works-council mode."""
    level: Literal["answered", "often", "writes", "reviewed", "lists", "mentioned"]
    """`answered`: has answered a question about this. `often`: writes about this often (told nowhere in works-council mode).
    `writes`: has written about this. `reviewed`: has found good what others did about this. `lists`: lists it on their profile.
    `mentioned`: has used words of it; the only level that does not name somebody as one who knows."""
    level_at: str | None
    """The day of the newest post by which they have the level, or on which they put it on their profile. In works-council mode
    nobody has one."""
    says_so: str | None
    """What on their profile says so: a topic, a language, their place, unit or role."""
    way: Way | None
    """None where there is none over ties that one sees."""
    proofs: list[Proof]
    """Up to three, the strongest first."""
    passages: list[ProvingPassage]
    """The same of what they wrote elsewhere; up to three together with the proofs."""


class Standing(Struct, kw_only=True):
    """How one stands in who-knows-what oneself."""

    is_ranked: bool
    finds_near: bool
    """Whether who answered one before comes first when one asks at length."""


class NearestWord(Struct, kw_only=True):
    """Nobody wrote the one word; so many people wrote about the other (0 where they are few, in works-council mode)."""

    word: str
    instead: str
    people: int


class WhoKnows(Struct, kw_only=True):
    is_named: bool
    """Whether anybody is named as one who knows, by a level above `mentioned`."""
    people: list[Expert]
    """First those who are named, the best first; then at most three who mentioned it."""
    unknown: list[str]
    """Words of the question that nobody has written whom one sees, the most telling first, at most five."""
    nearest: list[NearestWord]
    not_inferred: list[str]
    """Words of the question that nobody is found for but by what they say themselves."""
    passages: list[ProvingPassage] | UnsetType = UNSET
    """The best few of what was written elsewhere about it, whoever wrote it; not there where there is none."""


class Topic(Struct, kw_only=True):
    """What there is about a tag: people without score or number, at most ten."""

    tag: Tag
    people: list[Account]
    statuses: list[Status]
    questions: list[Status]
    related: list[Tag]
    followers_count: int
    """Who they are is theirs."""


class ChosenTopic(Struct, kw_only=True):
    """What somebody has chosen about a topic of theirs. Others see `knows` and `learning` alone."""

    name: str
    choice: Literal["knows", "learning", "hidden", "never"]


class InferredTopic(Struct, kw_only=True):
    """A topic that marks one's posts against everybody's. Shown to oneself alone, kept nowhere."""

    name: str
    is_tag: bool
    choice: Literal["knows", "learning", "hidden"] | None
    status_ids: list[str]
    """Every post that shows it, newest first."""
    proofs: list[Status]
    """Up to three of them."""


class Vouch(Struct, kw_only=True):
    """Somebody says that a colleague knows about a topic, and shows by which post."""

    id: str
    topic: str
    by: Account
    status: Status


class InferredElsewhere(Struct, kw_only=True):
    """The same from what one wrote elsewhere."""

    name: str
    choice: Literal["knows", "learning", "hidden"] | None
    passage_ids: list[str]
    passages: list[SourcePassage]
    """Up to three of them."""


class InferredOfMe(Struct, kw_only=True):
    """Everything that Weetwie can infer about oneself, and what it never does."""

    topics: list[InferredTopic]
    lately: list[str]
    """Words of one's public posts of six weeks; empty in works-council mode."""
    elsewhere: list[InferredElsewhere]
    """From what one wrote elsewhere."""
    vouches: list[Vouch]
    never_inferred: dict[str, list[str]]
    """By subject; those of the organisation are under `organisation`."""


class KnownTopic(Struct, kw_only=True):
    """A topic that somebody has published, with the posts that show it."""

    name: str
    choice: Literal["knows", "learning"]
    proofs: list[Status]


class WatchedQuestion(Struct, kw_only=True):
    """A question of which one is notified once, when somebody whom one sees writes about it."""

    id: str
    question: str
    ends_at: str
    """When one is no longer notified, and it goes."""
    notified_at: str | None
    """Once; not again."""
    status_id: str | None
    """The post that one was notified of; null as well where it is gone."""


class HiddenPost(Struct, kw_only=True):
    """A post that one said is not about what was asked."""

    id: str
    status_id: str
    is_for_all: bool
    """It is one's own, and hidden from everybody who asks that."""


class GlossaryEntry(Struct, kw_only=True):
    """What means the same here."""

    id: str
    words: dict[str, list[str]]
    """By language, the commonest first."""
    ring: str
    """For whom it is and counts: `colleagues`, `network` or `world`."""
    added_by: str | None
    """The id of the account, where one sees it."""
    added_at: str
    changed_by: str | None
    changed_at: str | None


class Glossary(Struct, kw_only=True):
    languages: list[str]
    """Those that Weetwie translates between."""
    is_used: bool
    """Whether questions are translated here."""
    entries: list[GlossaryEntry]


class GlossaryProposal(Struct, kw_only=True):
    """Words that may mean the same, from what one sees."""

    words: dict[str, list[str]]
    ring: str
    """The widest that it may be for."""
    status_ids: list[str]
    """Posts that show it, newest first; none where it stands on a profile."""


class AnsweredQuestion(Struct, kw_only=True):
    """A question and the reply that was accepted as its answer."""

    question: Status
    answer: Status


class AskPreview(Struct, kw_only=True):
    """What there is before one asks, as far as one sees it; nothing of it is stored."""

    people: list[Expert]
    """Who may know, the best first."""
    answered: list[AnsweredQuestion]
    """Answered questions like this one."""
    asked_before: list[Status]
    """Questions like this one that have no accepted answer."""


class AskedQuestion(Struct, kw_only=True):
    """A question and how it stands, as far as its reader may know."""

    status: Status
    chosen: list[Account]
    """Whom the asker chose; for the asker and those who are asked."""
    is_asking: bool | None
    """Whether people are asked; for the asker, as the next four."""
    added: int | None
    """How many more people Weetwie asks by its steps. Who they are is known to each of them alone."""
    next_step: Literal["people", "more_people", "followers", "open"] | None
    next_step_at: str | None
    is_closed: bool | None
    asked_by: Literal["asker", "weetwie", "person"] | None
    """Who chose you; none where you are not asked."""
    named_by: Account | None
    """Who named you, where they stand behind it."""
    own_state: Literal["waits", "asked", "not_now", "passed", "named"] | None
    wants_to_know: bool
    """Whether you are notified of the answer."""
    confirmed_at: str | None
    """When somebody last said whether the answer is still so."""
    confirmed_by: Account | None
    """None in works-council mode."""
    is_outdated: bool
    """Whether they said that it is no longer so."""


class AskPreferences(Struct, kw_only=True):
    """When and about what you want to be asked. Nobody else reads it."""

    is_asked: bool
    away_until: str | None
    most_a_week: int
    this_week: int
    """How many questions reached you within seven days."""
    time_zone: str | None
    begins: int | None
    """Minutes after midnight."""
    ends: int | None
    topics: list[str]
    asks_at_once: bool
    """Whether people are asked at once for questions that you post with any app; else you are asked first."""


class RefusedTopic(Struct, kw_only=True):
    """A topic about which you are not asked."""

    id: str
    name: str


class NamedSomebody(Struct, kw_only=True):
    """Somebody was named for a topic: a weak sign of who knows."""

    id: str
    topic: str
    by: Account | None
    """None where they do not stand behind it."""
    account: Account | None
    """Who was named."""


class FollowedUnit(Struct, kw_only=True):
    """A department that you follow with everybody in it."""

    name: str
    followed_at: str


class Lately(Struct, kw_only=True):
    """What you were lately busy with."""

    proposed: list[str]
    """Words of your own public posts of six weeks; nobody else sees them."""
    words: list[str]
    """What your profile says."""
    renews: bool
