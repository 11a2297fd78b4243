"""People: who they are, where they stand, what the law needs to know of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Rank, Row, Words, to


def _by_likeness(name: str, of: str) -> Index:
    """For search that forgives errors of typing."""
    return Index(
        f"people_like_{name}",
        text(f"{of} gin_trgm_ops"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


class Person(Row):
    __tablename__ = "people"

    id: Mapped[Id]
    handle: Mapped[str]
    name: Mapped[Words]
    bio: Mapped[Words]
    fields: Mapped[list[dict[str, Json]]] = mapped_column(server_default="[]")
    face: Mapped[str | None]
    header: Mapped[str | None]
    face_description: Mapped[Words]
    header_description: Mapped[Words]
    pronouns: Mapped[Words]
    languages: Mapped[list[str]] = mapped_column(server_default="{}")
    attribution_domains: Mapped[list[str]] = mapped_column(server_default="{}")
    """Hosts whose pages may name them as their author."""

    unit: Mapped[Words]
    place: Mapped[Words]
    manager_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")

    standing: Mapped[Rank]
    is_dormant: Mapped[Flag]
    sponsor_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")
    until: Mapped[datetime | None]
    asked_to_stay_at: Mapped[datetime | None]
    """When an alumnus was last asked whether they still want to be one."""
    wants_week: Mapped[Flag]
    """An email a week with what they missed."""
    week_told_at: Mapped[datetime | None]
    """When the last one was written, or when they chose to get them."""
    end_told: Mapped[datetime | None]
    """The end of a guest of which their sponsor has been told."""
    joined_at: Mapped[Moment]
    left_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    is_removed: Mapped[Flag]
    """Erased together with everything they wrote."""
    has_joined: Mapped[bool] = mapped_column(server_default="true")
    """False for those who came with an import and never signed in."""
    may_rank: Mapped[bool] = mapped_column(server_default="true")
    """False keeps someone out of who-knows-what."""
    finds_near: Mapped[bool] = mapped_column(server_default="true")
    """Whether who answered them before comes first when they ask who knows."""
    has_toured: Mapped[Flag]
    """Has taken the tour of the pages, or does not want it: it is not offered again."""
    sees_benefit: Mapped[bool] = mapped_column(server_default="true")
    """Whether it is worked out for them what Weetwie brought them."""

    is_admin: Mapped[Flag]
    is_people_admin: Mapped[Flag]
    """Looks after who is here: makes people, lets them leave and come back."""
    is_moderator: Mapped[Flag]
    """Looks after how people are with one another: reads reports, decides on them."""
    is_compliance: Mapped[Flag]
    """May read what somebody wrote for a case, together with a second one."""
    is_limited: Mapped[Flag]
    """By the moderators: what they write reaches their followers and those whom they write to."""
    is_bot: Mapped[Flag]
    is_service: Mapped[Flag]
    """The account of the installation itself, which answers who knows what."""
    responsible_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")
    """Of a bot: the member who made it, or took it over, and answers for it. It acts while they do."""
    offered_to_id: Mapped[int | None] = to("people.id", ondelete="SET NULL")
    """Of a bot: to whom it is to be handed over, once they say yes."""
    is_locked: Mapped[Flag]
    is_discoverable: Mapped[bool] = mapped_column(server_default="true")
    hides_follows: Mapped[Flag]
    """Nobody else reads whom they follow and who follows them."""
    shows_media: Mapped[bool] = mapped_column(server_default="true")
    shows_media_replies: Mapped[bool] = mapped_column(server_default="true")
    shows_featured: Mapped[bool] = mapped_column(server_default="true")
    """Which parts of a profile apps are to show."""
    profile_ring: Mapped[Rank]
    default_ring: Mapped[Rank | None]
    default_visibility: Mapped[Rank] = mapped_column(server_default="0")
    default_sensitive: Mapped[Flag]
    default_quote_policy: Mapped[Rank] = mapped_column(server_default="0")
    default_language: Mapped[str | None]
    pages_language: Mapped[str | None]
    theme: Mapped[Words]
    """How the pages look: `light`, `dark`, or empty for as the device has it."""
    density: Mapped[Words]
    """`compact`, or empty for comfortable."""
    has_single_keys: Mapped[bool] = mapped_column(server_default="true")
    """Whether letters alone do something on pages."""

    version: Mapped[Count]
    """Raised by every write that changes the card or the standing, never by a count."""
    filters_version: Mapped[Count]
    """The version with which the filters were last changed; 0: there are none."""
    followers_count: Mapped[Count]
    following_count: Mapped[Count]
    posts_in_ring: Mapped[list[int]] = mapped_column(server_default="{0,0,0}")
    """Public and unlisted posts and boosts, by their own ring: colleagues, network, world."""
    last_post_in_ring: Mapped[list[int]] = mapped_column(server_default="{0,0,0}")
    """The newest of them, by id; 0 where there is none."""

    __table_args__ = (
        Index("people_handle", text("folded(handle)"), unique=True),
        Index("people_hidden", "id", postgresql_where=text("suspended_at is not null or is_removed")),
        Index("people_unranked", "id", postgresql_where=text("not may_rank or is_bot or is_dormant")),
        Index("people_service", "id", postgresql_where=text("is_service")),
        Index("people_by_name", text("folded(name)")),
        Index("people_unit", "unit"),
        Index("people_joined", "joined_at"),
        _by_likeness("names", "(' ' || plain(handle || ' ' || name))"),
        _by_likeness("work", "plain(unit || ' ' || place)"),
        _by_likeness("bio", "plain(bio)"),
        Index("people_manager", "manager_id", postgresql_where=text("manager_id is not null")),
        Index("people_sponsor", "sponsor_id", postgresql_where=text("sponsor_id is not null")),
        Index("people_bots", "responsible_id", postgresql_where=text("responsible_id is not null")),
        Index("people_bots_offered", "offered_to_id", postgresql_where=text("offered_to_id is not null")),
        Index("people_telling", "week_told_at", postgresql_where=text("wants_week")),
        Index("people_ending", "until", postgresql_where=text("until is not null and standing = 0")),
        CheckConstraint("standing in (0, 1, 2)", name="people_standing"),
        CheckConstraint("standing <> 2 or until is not null", name="guests_have_an_end"),
    )


class Farewell(Row):
    """Somebody has left and has not come back: why, by a code, and whether they have said that they want to stay in touch."""

    __tablename__ = "farewells"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    reason: Mapped[str]
    accepted_at: Mapped[datetime | None]


class FieldCheck(Row):
    """A page that a profile names and that has not been looked at yet."""

    __tablename__ = "field_checks"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[Count]
    claimed_at: Mapped[datetime | None]
