"""SCIM: the directory of the organisation, as it says who is here."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Row, Words, to


class ScimToken(Row):
    """What a directory shows to be let in."""

    __tablename__ = "scim_tokens"

    id: Mapped[Id]
    name: Mapped[Words]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]
    """To the hour."""
    revoked_at: Mapped[datetime | None]


class ScimResource(Row):
    """A user or a group, as the directory wrote it."""

    __tablename__ = "scim_resources"

    id: Mapped[Id]
    kind: Mapped[str]
    """`User` or `Group`; `Entry` for somebody of a directory that is read by LDAP."""
    person_id: Mapped[int | None] = to("people.id", index=True)
    """Who this user is here."""
    name: Mapped[str]
    """The user name or the name of the group, in small letters."""
    external_id: Mapped[str | None]
    document: Mapped[dict[str, Json]]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]

    __table_args__ = (
        Index("scim_resources_user", "name", unique=True, postgresql_where=text("kind = 'User'")),
        Index("scim_resources_name", "kind", "name"),
        Index("scim_resources_external", "kind", "external_id"),
        Index("scim_resources_list", "kind", "id"),
        Index(
            "scim_resources_members",
            text("(document -> 'members') jsonb_path_ops"),
            postgresql_using="gin",
            postgresql_where=text("kind = 'Group'"),
        ),
    )
