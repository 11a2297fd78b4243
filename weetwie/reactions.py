"""After each fact: who acts on it.

`AT_ONCE` is done in the transaction of the act, so that no reader ever sees the one without the other. `AFTER` is done by the
worker when the act has been committed, each reaction for itself, again until it succeeds; `FLOWS` likewise, by use cases that
take several domains and what is known of the site.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from weetwie.context import Context
from weetwie.database.pool import AtOnce, Database
from weetwie.domain.announcements import announcements
from weetwie.domain.announcements import policy as announced_policy
from weetwie.domain.beyond import erase as beyond
from weetwie.domain.cards import link
from weetwie.domain.collections import people as collected
from weetwie.domain.conversations import conversations
from weetwie.domain.directory import entries as directory_entries
from weetwie.domain.exports import exports
from weetwie.domain.feeds import addresses as feed_addresses
from weetwie.domain.filters import filters
from weetwie.domain.handover import handover
from weetwie.domain.identity import returned, tokens
from weetwie.domain.imports import ledger
from weetwie.domain.inspections import inspections
from weetwie.domain.invitations import invite
from weetwie.domain.knowledge import answering, elsewhere, evidence, glossary, not_about, topics, watched
from weetwie.domain.lists import members
from weetwie.domain.mail import emails
from weetwie.domain.media import attach as media_attach
from weetwie.domain.media import remove as media_remove
from weetwie.domain.meeting import erase as meeting
from weetwie.domain.moderation import decisions, reports
from weetwie.domain.notifications import dismiss, notify, push, push_out
from weetwie.domain.passages import remove as passages
from weetwie.domain.people import bots, filtering, guests, showing, verify
from weetwie.domain.polls import polls, vote
from weetwie.domain.posts import media, remove, renamed
from weetwie.domain.questions import erase as asked_people
from weetwie.domain.relations import forget, requests
from weetwie.domain.scheduled import scheduled
from weetwie.domain.scim import resources
from weetwie.domain.search import index
from weetwie.domain.timelines import home
from weetwie.domain.webhooks import deliveries, webhooks
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
from weetwie.flows import answers, assistant, erasures, offboard, proposing, units
from weetwie.flows import emails as flow_emails
from weetwie.flows import watched as flow_watched

AT_ONCE: AtOnce = {
    PostPublished: [media_attach.attach, index.written, evidence.written, conversations.heard, home.fan_out],
    PostBoosted: [home.fan_out],
    PostEdited: [media_attach.attach, index.written, evidence.written, conversations.heard, home.fan_out],
    PostDeleted: [media_attach.detach, index.deleted, evidence.deleted, polls.deleted, link.deleted],
    CardChanged: [media.carded],
    AnswerAccepted: [evidence.accepted],
    RankingChosen: [evidence.left_out, elsewhere.left_out],
    MediaChanged: [media.changed, index.written],
    PollChanged: [media.changed, index.written],
    PersonErased: [
        media_remove.erased,
        evidence.left_out,
        elsewhere.left_out,
        topics.erased,
        not_about.erased,
        glossary.erased,
        watched.erased,
        asked_people.erased,
        push.left,
        directory_entries.erased,
        resources.erased,
        exports.erased,
        invite.erased,
        handover.erased,
        feed_addresses.ended,
        bots.ended,
        webhooks.ended,
    ],
    PersonLeft: [
        tokens.revoke_all,
        feed_addresses.ended,
        push.left,
        guests.hand_over,
        bots.ended,
        webhooks.ended,
    ],
    AccountChanged: [feed_addresses.shut_out, webhooks.shut_out],
    PersonReturned: [returned.returned],
    PersonSuspended: [tokens.revoke_all, push.left],
    TokenRevoked: [push.revoked],
    PersonFollowed: [home.fill_by_person],
    PersonUnfollowed: [members.unfollowed],
    TagFollowed: [home.fill_by_tag],
    FiltersChanged: [filtering.changed],
    TopicsChanged: [showing.changed],
    PolicyChanged: [announced_policy.changed, inspections.narrowed],
}

AFTER: AtOnce = {
    PeopleNotified: [push_out.queue],
    PostPublished: [notify.mentioned, notify.published, link.linked, answering.written, deliveries.queue],
    PostEdited: [notify.mentioned, notify.edited, link.linked, answering.written],
    PersonChanged: [verify.asked, requests.unlocked],
    PostBoosted: [notify.boosted],
    PostFavourited: [notify.favourited],
    PollEnded: [notify.poll_ended],
    PostQuoted: [notify.quoted],
    PersonFollowed: [notify.followed],
    FollowRequested: [notify.requested],
    RankingChosen: [evidence.let_in, elsewhere.let_in],
    PersonJoined: [renamed.show_anew],
    PersonErased: [
        tokens.revoke_all,
        renamed.show_anew,
        remove.remove_all_of,
        forget.erased,
        members.erased,
        collected.erased,
        filters.erased,
        vote.erased,
        conversations.erased,
        announcements.erased,
        scheduled.erased,
        reports.erased,
        decisions.erased,
        dismiss.forget_erased,
        ledger.erased,
        passages.erased,
        emails.erased,
        beyond.erased,
        meeting.erased,
    ],
}

Flow = Callable[[Context, Sequence[Any]], Awaitable[None]]
FLOWS: Mapping[type, Sequence[Flow]] = {
    PostPublished: [assistant.answer, proposing.offer, proposing.answered],
    QuestionMet: [flow_watched.tell],
    AnswerAccepted: [answers.accepted],
    PersonLeft: [offboard.say_farewell],
    PersonJoined: [units.arrived],
    PersonChanged: [units.arrived],
    PersonReturned: [units.arrived],
    UnitFollowed: [units.go_on],
    AccountChanged: [flow_emails.tell_account],
    PersonErased: [erasures.note],
}


def attach(database: Database) -> Database:
    """Every database that acts run on must know what happens with them."""
    database.at_once = AT_ONCE
    return database
