"""Relations: who follows, mutes and blocks whom. A number in each row is what its lists page over."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Moment, Number, Row, to


class Follow(Row):
    """An accepted follow."""

    __tablename__ = "follows"

    follower_id: Mapped[int] = to("people.id", primary_key=True)
    followed_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]
    shows_boosts: Mapped[bool] = mapped_column(server_default="true")
    notifies: Mapped[Flag]
    languages: Mapped[list[str] | None]
    created_at: Mapped[Moment]

    __table_args__ = (
        Index("follows_by_followed", "followed_id", "follower_id"),
        Index("follows_following", "follower_id", "number"),
        Index("follows_followers", "followed_id", "number"),
        Index("follows_bell", "followed_id", "follower_id", postgresql_where=text("notifies")),
    )


class FollowRequest(Row):
    __tablename__ = "follow_requests"

    follower_id: Mapped[int] = to("people.id", primary_key=True)
    followed_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]
    shows_boosts: Mapped[bool] = mapped_column(server_default="true")
    notifies: Mapped[Flag]
    languages: Mapped[list[str] | None]

    __table_args__ = (Index("follow_requests_waiting", "followed_id", "number"),)


class Block(Row):
    __tablename__ = "blocks"

    blocker_id: Mapped[int] = to("people.id", primary_key=True)
    blocked_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]

    __table_args__ = (
        Index("blocks_by_blocked", "blocked_id", "blocker_id"),
        Index("blocks_list", "blocker_id", "number"),
    )


class Mute(Row):
    __tablename__ = "mutes"

    muter_id: Mapped[int] = to("people.id", primary_key=True)
    muted_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]
    hides_notifications: Mapped[bool] = mapped_column(server_default="true")
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        Index("mutes_list", "muter_id", "number"),
        Index("mutes_by_muted", "muted_id", "muter_id"),
    )


class TagFollow(Row):
    __tablename__ = "tag_follows"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    tag_id: Mapped[int] = to("tags.id", primary_key=True)
    number: Mapped[Number]

    __table_args__ = (
        Index("tag_follows_by_tag", "tag_id", "person_id"),
        Index("tag_follows_list", "person_id", "number"),
    )


class UnitFollow(Row):
    """A unit whose people somebody follows, also those who join it later."""

    __tablename__ = "unit_follows"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """The folded name: spellings of one unit have it in common."""
    name: Mapped[str]
    created_at: Mapped[Moment]

    __table_args__ = (Index("unit_follows_by_unit", "key", "person_id"),)


class FollowedByUnit(Row):
    """Whom a unit has brought already: who unfollows them afterwards does not get them again."""

    __tablename__ = "followed_by_unit"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    followed_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str]

    __table_args__ = (Index("followed_by_unit_by_followed", "followed_id"),)


class PersonNote(Row):
    """What somebody has noted about a person, for themselves alone."""

    __tablename__ = "person_notes"

    writer_id: Mapped[int] = to("people.id", primary_key=True)
    about_id: Mapped[int] = to("people.id", primary_key=True)
    text: Mapped[str]

    __table_args__ = (Index("person_notes_about", "about_id"),)


class FeaturedPerson(Row):
    """Somebody whom a person follows and puts forward on their profile."""

    __tablename__ = "featured_people"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    featured_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]

    __table_args__ = (
        Index("featured_people_list", "person_id", "number"),
        Index("featured_people_by_featured", "featured_id"),
    )


class FeaturedTag(Row):
    """A tag that a person puts forward on their profile, spelled as they spell it."""

    __tablename__ = "featured_tags"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    tag_id: Mapped[int] = to("tags.id", primary_key=True)
    name: Mapped[str]

    __table_args__ = (Index("featured_tags_by_tag", "tag_id"),)


class UnwantedSuggestion(Row):
    """Somebody whom a person does not want to be asked to follow any more."""

    __tablename__ = "unwanted_suggestions"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    unwanted_id: Mapped[int] = to("people.id", primary_key=True)

    __table_args__ = (Index("unwanted_suggestions_by_unwanted", "unwanted_id"),)
