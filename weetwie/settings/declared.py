"""Every setting: what it takes, its default, and what it is for."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from weetwie.settings import sign_on, sources, values
from weetwie.settings.sign_on import Provider, SamlProvider
from weetwie.settings.sources import Directory, MailIn, RemoteUser
from weetwie.settings.values import Address, Given

Kind = TypeVar("Kind")


def _setting(
    parse: Callable[[Given], Kind],
    allowed: str,
    *,
    default: Kind | Callable[[], Kind],
    what: str,
    shown: str = "",
    is_secret: bool = False,
) -> Kind:
    told = {"parse": parse, "allowed": allowed, "what": what, "shown": shown, "is_secret": is_secret}
    if callable(default):
        return field(default_factory=default, metadata=told, repr=not is_secret)
    return field(default=default, metadata=told, repr=not is_secret)


def default_data() -> Path:
    """`var/` in a checkout, else where the system keeps the data of its users."""
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "weetwie"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "weetwie"


@dataclass(frozen=True, kw_only=True)
class Settings:
    data: Path = _setting(
        values.folder,
        "a folder",
        default=default_data,
        shown="`var/` in a checkout, else `weetwie` in the user's data folder",
        what="The folder for the database, media and keys. In a file, relative to that file.",
    )
    host: str = _setting(
        values.host_name, "a host name or address", default="127.0.0.1", what="The address to listen on."
    )
    port: int = _setting(
        values.number(1, 65535), "a number from 1 to 65535", default=8080, what="The port to listen on."
    )
    base_url: str = _setting(
        values.origin,
        "http:// or https:// with a host, an optional port, and no path",
        default="",
        shown="`http://HOST:PORT`; for other commands, the address of the program that serves the data folder",
        what="The address where people and apps reach Weetwie. Choose it once: it is part of every link.",
    )
    workers: int = _setting(
        values.number(1, 256), "a number from 1 to 256", default=1, what="Processes that answer requests."
    )
    drain: int = _setting(
        values.number(0, 300),
        "a number from 0 to 300",
        default=0,
        what="Seconds for which a server that is being stopped still answers while `/health` says 503, for a proxy that asks it.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        values.networks,
        "addresses or networks, separated by commas",
        default=(),
        shown="none",
        what="The proxies whose `X-Forwarded-For` header is trusted.",
    )
    rate_limits: bool = _setting(
        values.switch, "on or off", default=True, what="Rate limits. Turn them off for tests only."
    )
    styleguide: bool = _setting(
        values.switch,
        "on or off",
        default=False,
        what="Show all components at `/styleguide`. For developers.",
    )
    database_url: str | None = _setting(
        values.postgres,
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        default=None,
        shown="its own PostgreSQL in the data folder",
        what="The PostgreSQL (14 or newer) to use instead, shared by all processes on all hosts; several with commas (`HOST:PORT,HOST:PORT`), of which the one that takes writes is used.",
        is_secret=True,
    )
    secret_key: tuple[bytes, ...] = _setting(
        values.secret_keys,
        "32 bytes in base64, as `weetwie key make` prints them; several separated by commas",
        default=(),
        shown="in the file",
        what="The key that encrypts secrets in the database, the same on all hosts. The first one encrypts, any one decrypts.",
        is_secret=True,
    )
    secret_key_file: Path | None = _setting(
        values.folder,
        "a file",
        default=None,
        shown="`secret-key` in the data folder, made at the first start",
        what="The file to read that key from if it is not set; one per line.",
    )
    pool_size: int = _setting(
        values.number(2, 100),
        "a number from 2 to 100",
        default=4,
        what="Database connections per process.",
    )
    media_url: str = _setting(
        values.bucket,
        "s3://BUCKET or s3://BUCKET/FOLDER",
        default="",
        shown="the folder `media` in the data folder",
        what="An S3 bucket to store photos and other files in instead.",
    )
    s3_endpoint: str = _setting(
        values.origin,
        "http:// or https:// with a host and an optional port",
        default="",
        shown="that of Amazon",
        what="The address of the S3 service.",
    )
    s3_region: str = _setting(values.text, "a word", default="us-east-1", what="The region of the bucket.")
    s3_key_id: str = _setting(
        values.text,
        "a word",
        default="",
        shown="from the environment of the host",
        what="The id of the key to the bucket.",
    )
    s3_secret: str | None = _setting(
        values.text,
        "a word",
        default=None,
        shown="from the environment of the host",
        what="The secret of that key.",
        is_secret=True,
    )
    sso: tuple[Provider, ...] = _setting(
        sign_on.providers,
        "a list of tables `[[sso]]` (JSON in the environment), each with key, name, issuer (https), client_id; leaves_claim only with leaves_values, grace_days from 0 to 365",
        default=(),
        shown="none",
        what="OpenID Connect providers for single sign-on; see admin.md for all options.",
        is_secret=True,
    )
    saml: tuple[SamlProvider, ...] = _setting(
        sign_on.saml,
        "a list of tables `[[saml]]` (JSON in the environment), each with key, name, entity_id, and metadata_url (https) or metadata_file; leaves_claim only with leaves_values, grace_days from 0 to 365",
        default=(),
        shown="none",
        what="SAML 2.0 providers for single sign-on; see saml.md for all options.",
    )
    directory: Directory | None = _setting(
        sources.directory,
        "a table `[directory]` (JSON in the environment) with kind, urls, bind_dn, people_base",
        default=None,
        shown="none",
        what="The organisation's LDAP server or Active Directory; see directory.md for all options.",
    )
    remote_user: RemoteUser | None = _setting(
        sources.remote_user,
        "a table `[remote_user]` (JSON in the environment) with proxies, header",
        default=None,
        shown="none",
        what="A proxy that recognises people itself (Kerberos) and names them in a header; see remote-user.md.",
    )
    smtp_url: str | None = _setting(
        values.mail_server,
        "smtp://USER:PASSWORD@HOST:PORT (with STARTTLS), smtps:// (TLS from the start) or smtp+plain:// (neither)",
        default=None,
        shown="no mail is sent",
        what="The mail server for outgoing e-mail.",
        is_secret=True,
    )
    mail_from: str = _setting(
        values.mail_address,
        "an e-mail address",
        default="",
        shown="`weetwie@` and the host of the base URL",
        what="The sender of outgoing e-mail.",
    )
    mail_in: MailIn | None = _setting(
        sources.mail_in,
        "a table `[mail_in]` (JSON in the environment) with address and lmtp or imap",
        default=None,
        shown="none",
        what="Where replies to e-mails come in; see mail-in.md.",
        is_secret=True,
    )
    pushes_inside: bool = _setting(
        values.switch,
        "true or false",
        default=False,
        what="Also push to addresses in the local network, for an organisation's own push service.",
    )
    webhooks_inside: bool = _setting(
        values.switch,
        "true or false",
        default=False,
        what="Also send webhooks to addresses in the local network.",
    )
    slack: str = _setting(
        values.origin,
        "an address",
        default="https://slack.com",
        shown="`https://slack.com`",
        what="Where Slack is: mentions are answered by its Web API there (`https://slack-gov.com` for GovSlack).",
    )
    shared_buffers: str = _setting(
        values.memory_size,
        "a size such as 32MB or 1GB",
        default="32MB",
        what="Memory for the cache of the built-in database.",
    )
    metrics: Address | None = _setting(
        values.listening,
        "HOST:PORT or off",
        default=lambda: Address("127.0.0.1", 9464),
        shown="`127.0.0.1:9464`",
        what="Where Prometheus finds `/metrics`. Never expose it to the internet.",
    )
    log_level: str = _setting(
        values.one_of("debug", "info", "warning", "error"),
        "debug, info, warning or error",
        default="info",
        what="The lowest level that is logged. No level logs what people write.",
    )
    log_format: str = _setting(
        values.one_of("text", "json"),
        "text or json",
        default="text",
        what="Log lines for people or for programs.",
    )
