"""What the database holds of a person, table by table: what is theirs, and what was inferred or decided about them.

What others keep about them for themselves (who blocks or mutes them, private notes, who reported them) is those others'.
Secrets and hashes are nobody's to read.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, case, select, union_all

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.domain.exports import glossary
from weetwie.runtime.json import Json
from weetwie.tables import (
    announcements,
    audit,
    benefits,
    beyond,
    bots,
    chat,
    collections,
    conversations,
    directory,
    feeds,
    filters,
    handover,
    identity,
    invitations,
    knowledge,
    lists,
    mail,
    meeting,
    moderation,
    notifications,
    passages,
    people,
    polls,
    posts,
    questions,
    relations,
    scheduled,
    scim,
    webhooks,
)
from weetwie.tables.declared import InstrumentedAttribute

_BY_ASKER: Final = 0
_LEFT_OUT: Final = 5
"""As in domain/questions/rules.py."""
_HIDDEN: Final = frozenset(
    (
        "id_token",
        "provider_session",
        "sealed_token",
        "claimed_at",
        "version",
        "filters_version",
        "html",
        "endorsers",
        "key",
    )
)

Owner = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]

OWN: Final[Mapping[str, Owner]] = {
    "person": people.Person.id,
    "addresses": identity.Address.person_id,
    "sessions": identity.Session.person_id,
    "changes_to_your_sign_in": identity.AccountEvent.person_id,
    "accounts_that_let_you_in": identity.Identity.person_id,
    "reading_list": handover.ReadingList.person_id,
    "lately_busy_with": knowledge.LatelyWords.person_id,
    "handed_over": handover.HandoverTopic.person_id,
    "invitations": invitations.Invitation.inviter_id,
    "passkeys": identity.Passkey.person_id,
    "apps": identity.Token.person_id,
    "follows": relations.Follow.follower_id,
    "followers": relations.Follow.followed_id,
    "follow_requests": relations.FollowRequest.follower_id,
    "blocks": relations.Block.blocker_id,
    "mutes": relations.Mute.muter_id,
    "notes_about_others": relations.PersonNote.writer_id,
    "followed_tags": relations.TagFollow.person_id,
    "followed_units": relations.UnitFollow.person_id,
    "followed_by_unit": relations.FollowedByUnit.person_id,
    "featured_people": relations.FeaturedPerson.person_id,
    "featured_tags": relations.FeaturedTag.person_id,
    "unwanted_suggestions": relations.UnwantedSuggestion.person_id,
    "lists": lists.List.owner_id,
    "introduction": posts.Introduction.person_id,
    "filters": filters.Filter.owner_id,
    "collections": collections.Collection.owner_id,
    "topics": knowledge.Topic.person_id,
    "topic_words": knowledge.TopicWord.person_id,
    "vouched_for_by": knowledge.Vouch.about_id,
    "vouched_for": knowledge.Vouch.by_id,
    "not_about": knowledge.NotAbout.person_id,
    "glossary_added": knowledge.GlossaryEntry.added_by_id,
    "glossary_changed": knowledge.GlossaryEntry.changed_by_id,
    "written_elsewhere": passages.SourcePassage.author_id,
    "what_you_chose_about_it": passages.PassageChoice.person_id,
    "watched_questions": knowledge.WatchedQuestion.person_id,
    "questions_asked": questions.Question.asker_id,
    "question_preferences": questions.QuestionPreferences.person_id,
    "questions_that_reached_you_lately": questions.QuestionLoad.person_id,
    "topics_you_are_not_asked_about": questions.RefusedTopic.person_id,
    "people_you_named": questions.Pointer.by_id,
    "answers_you_would_like_to_know": questions.WantsToKnow.person_id,
    "answers_you_voted_for": questions.AnswerVote.person_id,
    "beyond_your_circle": beyond.BeyondReader.person_id,
    "shown_from_beyond_your_circle": beyond.BeyondPost.person_id,
    "survey_you_were_asked": benefits.SurveyReply.person_id,
    "survey_answers": benefits.SurveyAnswer.person_id,
    "meeting_people": meeting.MeetingPreferences.person_id,
    "your_first_weeks": meeting.FirstWeeks.person_id,
    "shown_in_your_first_weeks": meeting.FirstWeeksPerson.person_id,
    "feed_addresses": feeds.FeedAddress.person_id,
    "webhooks": webhooks.Webhook.owner_id,
    "chat_accounts": chat.ChatAccount.person_id,
    "posts": posts.Post.author_id,
    "marks": posts.Mark.person_id,
    "votes": polls.Vote.person_id,
    "scheduled_posts": scheduled.ScheduledPost.author_id,
    "conversations": conversations.Conversation.person_id,
    "announcements_read": announcements.AnnouncementRead.person_id,
    "announcement_reactions": announcements.AnnouncementReaction.person_id,
    "notifications": notifications.Notification.person_id,
    "notification_policy": notifications.NotificationPolicy.person_id,
    "let_through": notifications.NotificationPass.person_id,
    "mail_choices": mail.MailChoice.person_id,
    "markers": notifications.Marker.person_id,
    "devices_pushed_to": notifications.PushSubscription.person_id,
    "decisions_about_you": moderation.Decision.person_id,
    "reports_by_you": moderation.Report.by_id,
    "farewell": people.Farewell.person_id,
    "what_the_directory_says": scim.ScimResource.person_id,
    "your_entry_in_the_directory": directory.DirectoryEntry.person_id,
    "leaving_by_single_sign_on": identity.ClaimedLeaver.person_id,
    "acts_of_yours": audit.Audit.actor_id,
}
"""By the name of the file: the column that says whose a row is."""


def _columns(owner: Owner) -> list[Column[Value]]:
    """All but secrets: no bytes leave, for they are keys, hashes and seals."""
    return [
        column
        for column in owner.table.columns
        if column.name not in _HIDDEN and not isinstance(column.type, LargeBinary)
    ]


_ANSWERS_FOR: Final = people.Person.responsible_id == param("person_id", BigInteger)
_QUERIES: Final = {
    name: Query(select(*_columns(owner)).where(owner == param("person_id", BigInteger)))
    for name, owner in OWN.items()
} | {
    # Whom the asker dropped, and who named somebody without standing behind it, is not told.
    "questions_you_are_asked": Query(
        select(
            questions.AskedPerson.post_id,
            questions.AskedPerson.chosen_by,
            questions.AskedPerson.state,
            case((questions.AskedPerson.is_named_openly, questions.AskedPerson.named_by_id)).label(
                "named_by_id"
            ),
        ).where(
            questions.AskedPerson.person_id == param("person_id", BigInteger),
            questions.AskedPerson.state != _LEFT_OUT,
        )
    ),
    # What the other one said is theirs.
    "introductions": Query(
        union_all(
            *(
                select(
                    meeting.Meeting.id,
                    other.label("person_id"),
                    meeting.Meeting.kind,
                    meeting.Meeting.topic,
                    meeting.Meeting.proposed_at,
                    says.label("you_said"),
                    meeting.Meeting.introduced_at,
                ).where(own == param("person_id", BigInteger))
                for own, other, says in (
                    (meeting.Meeting.first_id, meeting.Meeting.second_id, meeting.Meeting.first_says),
                    (meeting.Meeting.second_id, meeting.Meeting.first_id, meeting.Meeting.second_says),
                )
            )
        )
    ),
    "reading_lists_left_to_you": Query(
        select(handover.ReadingList.person_id, handover.ReadingList.answer).where(
            handover.ReadingList.successor_id == param("person_id", BigInteger)
        )
    ),
    "bots_you_answer_for": Query(
        select(*(getattr(people.Person, name) for name in ("id", "handle", "name", "default_ring"))).where(
            _ANSWERS_FOR
        )
    ),
    "addresses_of_your_bots": Query(
        select(*_columns(bots.IncomingWebhook.bot_id))
        .join(people.Person, people.Person.id == bots.IncomingWebhook.bot_id)
        .where(_ANSWERS_FOR)
    ),
    "feeds_of_your_bots": Query(
        select(*_columns(bots.ReadFeed.bot_id))
        .join(people.Person, people.Person.id == bots.ReadFeed.bot_id)
        .where(_ANSWERS_FOR)
    ),
    # How the asking of others goes is theirs.
    "answers_you_confirmed": Query(
        select(
            questions.Question.post_id, questions.Question.confirmed_at, questions.Question.is_outdated
        ).where(questions.Question.confirmed_by_id == param("person_id", BigInteger))
    ),
    "people_you_chose_to_ask": Query(
        select(questions.AskedPerson.post_id, questions.AskedPerson.person_id)
        .join(questions.Question, questions.Question.post_id == questions.AskedPerson.post_id)
        .where(
            questions.Question.asker_id == param("person_id", BigInteger),
            questions.AskedPerson.chosen_by == _BY_ASKER,
        )
    ),
    "topics_you_were_named_for": Query(
        select(
            questions.Pointer.name,
            case((questions.Pointer.is_open, questions.Pointer.by_id)).label("by_id"),
        ).where(questions.Pointer.to_id == param("person_id", BigInteger))
    ),
    # Who did it, and what was reported by whom, is not told.
    "acts_about_you": Query(
        select(audit.Audit.at, audit.Audit.act).where(
            audit.Audit.subject_id == param("person_id", BigInteger), audit.Audit.act.startswith("person.")
        )
    ),
}
NAMES: Final = tuple(_QUERIES)


_VISIBLE: Final = {
    name: glossary.entries(OWN[name]) for name in OWN if OWN[name].table is knowledge.GlossaryEntry.__table__
}
"""Of what others have a part in."""


async def of(db: Db, viewer: Viewer, name: str) -> list[dict[str, Json]]:
    """The rows of one table that are the viewer's own."""
    if name in _VISIBLE:
        return [dict(row) for row in await _VISIBLE[name].rows(db, viewer)]
    return [dict(row) for row in await db.rows(_QUERIES[name], person_id=viewer.person_id)]
