"""Apps, their tokens, and what they are told when something fails."""

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.accounts import Account
from weetwie.api.mastodon.entities.formats import Count, Entity, Url


class Application(Entity, kw_only=True):
    id: str
    name: str
    website: Url | UnsetType | None = UNSET
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str | UnsetType = UNSET
    vapid_key: str | UnsetType = UNSET


class CredentialApplication(Application, kw_only=True):
    client_id: str
    client_secret: str
    client_secret_expires_at: Count


class Token(Entity, kw_only=True):
    access_token: str
    token_type: str
    scope: str
    created_at: int


class ErrorDetail(Entity, kw_only=True):
    error: str
    description: str


class Error(Entity, kw_only=True):
    error: str
    error_description: str | UnsetType = UNSET
    details: dict[str, list[ErrorDetail]] | UnsetType = UNSET
    unexpected_accounts: list[Account] | UnsetType = UNSET
    """Whom a post names whom the app did not expect, as accounts."""
    # Our own: the number under which a failure of ours is in the log.
    number: str | UnsetType = UNSET


class Empty(Entity, kw_only=True):
    """What is answered where there is nothing to say: `{}`."""
