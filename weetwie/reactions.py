"""After each fact: who acts on it.

`AT_ONCE` is done in the transaction of the act, so that no reader ever sees the one without the other. `AFTER` is done by the
worker when the act has been committed, each reaction for itself, again until it succeeds; `FLOWS` likewise, by use cases that
take several domains and what is known of the site.

A reaction is named by module and function, and its module is imported when the first such fact happens: a program that makes one
person needs few of them.
"""

import importlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from weetwie.context import Context
from weetwie.database.pool import AtOnce, Database
from weetwie.events import (
    AccountChanged,
    AnswerAccepted,
    CardChanged,
    FiltersChanged,
    FollowRequested,
    MediaChanged,
    PeopleNotified,
    PersonChanged,
    PersonErased,
    PersonFollowed,
    PersonJoined,
    PersonLeft,
    PersonReturned,
    PersonSuspended,
    PersonUnfollowed,
    PolicyChanged,
    PollChanged,
    PollEnded,
    PostBoosted,
    PostDeleted,
    PostEdited,
    PostFavourited,
    PostPublished,
    PostQuoted,
    QuestionMet,
    RankingChosen,
    TagFollowed,
    TokenRevoked,
    TopicsChanged,
    UnitFollowed,
)

Flow = Callable[[Context, Sequence[Any]], Awaitable[None]]


class _Named(Mapping[type, Sequence[Callable[..., Awaitable[None]]]]):
    """For a kind of fact its functions, looked up by name at first use."""

    def __init__(self, package: str, names: Mapping[type, Sequence[str]]) -> None:
        self._package = package
        self._names = names
        self._found: dict[type, list[Callable[..., Awaitable[None]]]] = {}

    def __getitem__(self, kind: type) -> Sequence[Callable[..., Awaitable[None]]]:
        if kind not in self._found:
            self._found[kind] = [self._named(name) for name in self._names[kind]]
        return self._found[kind]

    def __iter__(self) -> Iterator[type]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _named(self, name: str) -> Callable[..., Awaitable[None]]:
        module, _dot, function = name.rpartition(".")
        found: Callable[..., Awaitable[None]] = getattr(
            importlib.import_module(f"{self._package}.{module}"), function
        )
        return found


AT_ONCE: AtOnce = _Named(
    "weetwie.domain",
    {
        PostPublished: [
            "media.attach.attach",
            "search.index.written",
            "knowledge.evidence.written",
            "conversations.conversations.heard",
            "timelines.home.fan_out",
        ],
        PostBoosted: ["timelines.home.fan_out"],
        PostEdited: [
            "media.attach.attach",
            "search.index.written",
            "knowledge.evidence.written",
            "conversations.conversations.heard",
            "timelines.home.fan_out",
        ],
        PostDeleted: [
            "media.attach.detach",
            "search.index.deleted",
            "knowledge.evidence.deleted",
            "polls.polls.deleted",
            "cards.link.deleted",
        ],
        CardChanged: ["posts.media.carded"],
        AnswerAccepted: ["knowledge.evidence.accepted"],
        RankingChosen: [
            "knowledge.evidence.left_out",
            "knowledge.elsewhere.left_out",
            "knowledge.lately.chosen",
        ],
        MediaChanged: ["posts.media.changed", "search.index.written"],
        PollChanged: ["posts.media.changed", "search.index.written"],
        PersonErased: [
            "media.remove.erased",
            "knowledge.evidence.left_out",
            "knowledge.elsewhere.left_out",
            "knowledge.topics.erased",
            "knowledge.lately.erased",
            "knowledge.not_about.erased",
            "knowledge.glossary.erased",
            "knowledge.watched.erased",
            "questions.erase.erased",
            "notifications.push.left",
            "directory.entries.erased",
            "scim.resources.erased",
            "exports.exports.erased",
            "invitations.invite.erased",
            "handover.handover.erased",
            "handover.reading_lists.erased",
            "feeds.addresses.ended",
            "people.bots.ended",
            "webhooks.webhooks.ended",
            "chat.accounts.ended",
            "benefits.survey_answers.gone",
        ],
        PersonLeft: [
            "identity.tokens.revoke_all",
            "feeds.addresses.ended",
            "notifications.push.left",
            "people.guests.hand_over",
            "people.bots.ended",
            "webhooks.webhooks.ended",
            "chat.accounts.ended",
            "benefits.survey_answers.gone",
        ],
        AccountChanged: ["feeds.addresses.shut_out", "webhooks.webhooks.shut_out", "chat.accounts.shut_out"],
        PersonReturned: ["identity.returned.returned"],
        PersonSuspended: [
            "identity.tokens.revoke_all",
            "notifications.push.left",
            "chat.accounts.ended",
            "benefits.survey_answers.gone",
        ],
        TokenRevoked: ["notifications.push.revoked"],
        PersonFollowed: ["timelines.home.fill_by_person"],
        PersonUnfollowed: ["lists.members.unfollowed"],
        TagFollowed: ["timelines.home.fill_by_tag"],
        FiltersChanged: ["people.filtering.changed"],
        TopicsChanged: ["people.showing.changed", "knowledge.lately.contested"],
        PolicyChanged: [
            "announcements.policy.changed",
            "inspections.inspections.narrowed",
            "knowledge.lately.narrowed",
            "benefits.survey.narrowed",
        ],
    },
)

AFTER: AtOnce = _Named(
    "weetwie.domain",
    {
        PeopleNotified: ["notifications.push_out.queue"],
        PostPublished: [
            "notifications.notify.mentioned",
            "notifications.notify.published",
            "cards.link.linked",
            "knowledge.answering.written",
            "webhooks.deliveries.queue",
        ],
        PostEdited: [
            "notifications.notify.mentioned",
            "notifications.notify.edited",
            "cards.link.linked",
            "knowledge.answering.written",
        ],
        PersonChanged: ["people.verify.asked", "relations.requests.unlocked"],
        PostBoosted: ["notifications.notify.boosted"],
        PostFavourited: ["notifications.notify.favourited"],
        PollEnded: ["notifications.notify.poll_ended"],
        PostQuoted: ["notifications.notify.quoted"],
        PersonFollowed: ["notifications.notify.followed"],
        FollowRequested: ["notifications.notify.requested"],
        RankingChosen: ["knowledge.evidence.let_in", "knowledge.elsewhere.let_in"],
        PersonJoined: ["posts.renamed.show_anew", "meeting.first_weeks.joined"],
        PersonLeft: ["meeting.first_weeks.left"],
        PersonErased: [
            "identity.tokens.revoke_all",
            "posts.renamed.show_anew",
            "posts.remove.remove_all_of",
            "relations.forget.erased",
            "lists.members.erased",
            "collections.people.erased",
            "filters.filters.erased",
            "polls.vote.erased",
            "conversations.conversations.erased",
            "announcements.announcements.erased",
            "scheduled.scheduled.erased",
            "moderation.reports.erased",
            "moderation.decisions.erased",
            "notifications.dismiss.forget_erased",
            "imports.ledger.erased",
            "passages.remove.erased",
            "mail.emails.erased",
            "beyond.erase.erased",
            "meeting.erase.erased",
        ],
    },
)

FLOWS: Mapping[type, Sequence[Flow]] = _Named(
    "weetwie.flows",
    {
        PostPublished: ["assistant.answer", "proposing.offer", "proposing.answered"],
        PersonJoined: ["units.arrived"],
        PersonChanged: ["units.arrived"],
        PersonReturned: ["units.arrived"],
        UnitFollowed: ["units.go_on"],
        QuestionMet: ["watched.tell"],
        PeopleNotified: ["unread_mail.begin"],
        AnswerAccepted: ["answers.accepted"],
        PersonLeft: ["offboard.say_farewell"],
        AccountChanged: ["emails.tell_account"],
        PersonErased: ["erasures.note"],
    },
)


def load() -> None:
    """Imports all of them: in a server nobody should wait for that at the first fact of a kind."""
    for table in (AT_ONCE, AFTER, FLOWS):
        for kind in table:
            table[kind]


def attach(database: Database) -> Database:
    """Every database that acts run on must know what happens with them."""
    database.at_once = AT_ONCE
    return database
