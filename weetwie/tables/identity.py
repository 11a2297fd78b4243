"""Identity: addresses, passwords, sessions, apps and their tokens, and the keys of the installation."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Row, Words, to


class Address(Row):
    """An e-mail address of a person. Of those who have not joined only the keyed hash is kept."""

    __tablename__ = "addresses"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    address: Mapped[str | None]
    address_hash: Mapped[bytes] = mapped_column(unique=True)
    unreachable_at: Mapped[datetime | None]
    """When an email to it came back for good; confirming it again takes that away."""
    is_verified: Mapped[Flag]
    is_personal: Mapped[Flag]
    """One's own, not the organisation's: for the time after leaving, read by nobody else."""
    created_at: Mapped[Moment]
    kept_until: Mapped[datetime | None]
    """Of somebody who came with an import and has not joined: until when the words are kept, to invite them."""
    invited_at: Mapped[datetime | None]
    """When they were invited by this address, after an import."""


class Password(Row):
    __tablename__ = "passwords"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[Moment]


class SignInLink(Row):
    """A link that signs somebody in once, or makes the first administrator."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    person_id: Mapped[int | None] = to("people.id")
    address: Mapped[str | None]
    """Whose owner has the link, where that is what it shows."""
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Row):
    """A failed sign-in, so that guessing can be slowed down; `about` is a keyed hash of the name or address that was tried."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[Id]
    about: Mapped[bytes] = mapped_column(index=True)
    at: Mapped[Moment]


class Session(Row):
    """A browser in which somebody is signed in."""

    __tablename__ = "sessions"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    agent: Mapped[str]
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    proved_at: Mapped[Moment]
    """When its owner last showed who they are, here or to a provider."""
    identity_id: Mapped[int | None] = to("identities.id", index=True)
    """Where one signed in with a provider."""
    provider_session: Mapped[Words]
    """How the provider calls this session, where it does."""
    id_token: Mapped[bytes]
    """Shown to the provider when one signs out; sealed."""
    told_id: Mapped[Count]
    """The newest `AccountEvent` that was read in this browser."""


class AccountEvent(Row):
    """Something that was done to the ways in which somebody signs in; kept for them for good."""

    __tablename__ = "account_events"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    act: Mapped[str]
    """As in the audit trail."""
    by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    """Who did it; None: nobody in particular."""
    is_shown: Mapped[Flag]
    """It was a link, and others than its owner could see it."""
    gone: Mapped[str | None]
    """An address that was theirs until then, for as long as it has not been told."""
    at: Mapped[Moment]


class Identity(Row):
    """A person as a provider knows them: by issuer and subject, never by an address."""

    __tablename__ = "identities"

    id: Mapped[Id]
    issuer: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[int] = to("people.id", index=True)
    address_hash: Mapped[bytes | None]
    """The address that it told at the last sign-in, where it vouches for addresses: so that a new one is known as such."""
    created_at: Mapped[Moment]

    __table_args__ = (Index("identities_subject", "issuer", "subject", unique=True),)


class ClaimedLeaver(Row):
    """Somebody of whom a provider said at their last sign-in that they are not in the organisation any more."""

    __tablename__ = "claimed_leavers"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    issuer: Mapped[str]
    since: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When an administrator said that they have really left."""
    left_at: Mapped[datetime | None]
    """When they left because of it; remembered for a day, so that not too many leave at once."""


class OneTime(Row):
    """The secret of somebody's one-time codes; asked for once they have shown that their app has it."""

    __tablename__ = "one_time"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    secret: Mapped[bytes]
    """Sealed, with the key that is not in the database (`security/sealing.py`)."""
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[Count]
    """No code is good twice."""
    recovery_hashes: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default="{}")


class Passkey(Row):
    """The public key of a device that signs its owner in."""

    __tablename__ = "passkeys"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[Count]
    name: Mapped[Words]
    """What its owner calls it."""
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Row):
    """What a device was asked; good for once, in the browser that it was asked in."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    person_id: Mapped[int | None] = to("people.id")
    """Who adds a passkey; None where somebody signs in."""
    expires_at: Mapped[datetime]


class SignOn(Row):
    """A sign-in with a provider that has begun, good for once in the browser that began it."""

    __tablename__ = "sign_ons"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    provider: Mapped[str]
    browser_hash: Mapped[bytes]
    nonce: Mapped[str]
    verifier: Mapped[bytes]
    """Sealed. With SAML, where the provider answers before the browser is known again, what it has said."""
    go_on: Mapped[str]
    person_id: Mapped[int | None] = to("people.id")
    """Who connects their account; None where somebody signs in."""
    expires_at: Mapped[datetime]


class SamlMessage(Row):
    """What providers have sent by SAML, by a digest: each is good once."""

    __tablename__ = "saml_messages"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class SamlMetadata(Row):
    """What a provider said of itself the last time, for when it is away."""

    __tablename__ = "saml_metadata"

    key: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[bytes]
    read_at: Mapped[Moment]


class App(Row):
    """A client that registered itself."""

    __tablename__ = "apps"

    id: Mapped[Id]
    name: Mapped[str]
    website: Mapped[str | None]
    redirect_uris: Mapped[list[str]]
    scopes: Mapped[list[str]]
    client_id: Mapped[str] = mapped_column(unique=True)
    client_secret_hash: Mapped[bytes | None]
    """None: it keeps no secret, and shows by other means that it is who asked (PKCE)."""
    created_at: Mapped[Moment]
    is_agent: Mapped[Flag]
    """It asks for people at `/mcp`, and nowhere else."""
    read_at: Mapped[datetime | None]
    """When the document at its address was read, where its id is an address."""
    expires_at: Mapped[datetime | None]
    """Until somebody has let it in."""


class Grant(Row):
    """A yes at the consent page, waiting to be changed into a token; short-lived and good for once."""

    __tablename__ = "grants"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    app_id: Mapped[int] = to("apps.id")
    person_id: Mapped[int] = to("people.id")
    redirect_uri: Mapped[str]
    scopes: Mapped[list[str]]
    code_challenge: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    token_id: Mapped[int | None]


class Token(Row):
    """What an app shows to act for a person, or for nobody."""

    __tablename__ = "tokens"

    id: Mapped[Id]
    app_id: Mapped[int | None] = to("apps.id", index=True)
    person_id: Mapped[int | None] = to("people.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    session_id: Mapped[int | None] = to("sessions.id", index=True)
    """The browser in which somebody is told by push, or allowed a site to show frames; it goes with the session."""
    scopes: Mapped[list[str]]
    created_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None]
    resource: Mapped[str | None]
    """The one address that it opens, or the one origin on which it opens a frame (`embed:`); None: the API. The five that follow are of such tokens alone."""
    expires_at: Mapped[datetime | None]
    """When the token has to be changed for the next one by what refreshes it: the row is the whole connection."""
    refresh_hash: Mapped[bytes | None] = mapped_column(unique=True)
    refresh_expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """To the hour."""

    __table_args__ = (Index("tokens_live", "person_id", postgresql_where=text("revoked_at is null")),)


class SpentRefresh(Row):
    """What has refreshed a token once: who shows it again has it from somebody else, or somebody else has it."""

    __tablename__ = "spent_refreshes"

    refresh_hash: Mapped[bytes] = mapped_column(primary_key=True)
    token_id: Mapped[int] = to("tokens.id", index=True)
    spent_at: Mapped[Moment]


class Secret(Row):
    """Keys of this installation, made once; sealed with the one that is not in the database."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
