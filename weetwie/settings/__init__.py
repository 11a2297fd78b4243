"""What one installation needs, read once at start from the environment (`WEETWIE_*`) or from one TOML file.

    settings = read(os.environ, given={"port": 9000})

What is given on the command line wins over the environment, that over the file, that over the default. Whatever is unknown
or wrong is refused at start, all of it at once, each with its name and what is allowed.
"""

import difflib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from weetwie.settings import sources, values
from weetwie.settings.sources import Directory, MailIn, Provider, RemoteUser, SamlProvider, SignOnSource
from weetwie.settings.values import Address, Given

__all__ = [
    "ADDRESS_FILE",
    "PREFIX",
    "Address",
    "Directory",
    "MailIn",
    "Provider",
    "RemoteUser",
    "SamlProvider",
    "Settings",
    "SettingsError",
    "SignOnSource",
    "by_name",
    "read",
]

PREFIX: Final = "WEETWIE_"
_NOT_SETTINGS: Final = {"CONFIG", "PYTHON", "TEST_DATA"}
"""Names in the environment that say where to read, or speak to the commands of a checkout."""


Kind = TypeVar("Kind")


class SettingsError(Exception):
    """Something that was set is unknown or wrong; says its name and what is allowed, one line each."""


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
        sources.providers,
        "a list of tables `[[sso]]` (JSON in the environment), each with key, name, issuer (https), client_id; leaves_claim only with leaves_values, grace_days from 0 to 365",
        default=(),
        shown="none",
        what="OpenID Connect providers for single sign-on; see admin.md for all options.",
        is_secret=True,
    )
    saml: tuple[SamlProvider, ...] = _setting(
        sources.saml,
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


def read(
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    given: Mapping[str, Given | Path | None] | None = None,
    serves: bool = False,
) -> Settings:
    """The settings of this installation. `given` comes from the command line; None in it is what was not given. Where no address
    is set, it is that of the program that serves this data folder (or served it last), unless this one `serves` itself."""
    file = config or (Path(environ["WEETWIE_CONFIG"]) if environ.get("WEETWIE_CONFIG") else None)
    problems: list[str] = []
    found: dict[str, Any] = {}
    for source in (_from_file(file), _from_environment(environ), _from_command_line(given or {})):
        for label, name, value in source:
            _take(found, problems, label, name, value)
    if problems:
        raise SettingsError("\n".join(problems))
    settings = Settings(**found)
    if settings.base_url:
        return settings
    address = "" if serves else _served_address(settings.data)
    return Settings(**{**found, "base_url": address or _own_address(settings)})


ADDRESS_FILE: Final = "address"


def _served_address(data: Path) -> str:
    try:
        return values.origin((data / ADDRESS_FILE).read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return ""


_Source = Iterator[tuple[str, str, Given]]
"""How a setting was called there, its name, its value."""


def _from_file(file: Path | None) -> _Source:
    if file is None:
        return
    import tomllib

    try:
        there = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} is not TOML: {error}") from error
    for name, value in there.items():
        is_folder = name == "data" and isinstance(value, str) and value
        # A folder that the file names is meant relative to the file, wherever the program is started.
        yield (
            f"{name} in {file}",
            name,
            str(file.absolute().parent / Path(value).expanduser()) if is_folder else value,
        )


def _from_environment(environ: Mapping[str, str]) -> _Source:
    for label, value in sorted(environ.items()):
        name = label.removeprefix(PREFIX)
        # What is set to nothing is not set: service files and containers cannot take a variable away.
        if name != label and name not in _NOT_SETTINGS and value:
            yield label, name.lower() if name.isupper() else name, value


def _from_command_line(given: Mapping[str, Given | Path | None]) -> _Source:
    for name, value in given.items():
        if value is not None:
            yield f"--{name.replace('_', '-')}", name, value if isinstance(value, int | bool) else str(value)


_GONE: Final = ("pgbouncer",)
"""What earlier releases read: a file that still says it is no reason not to start."""


def _take(found: dict[str, Any], problems: list[str], label: str, name: str, value: Given) -> None:
    setting = by_name.get(name)
    if name in _GONE:
        return
    if setting is None:
        near = difflib.get_close_matches(name.lower(), by_name, n=1)
        meant = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(by_name)}."
        problems.append(f"{label} is no setting.{meant}")
        return
    told = setting.metadata
    try:
        found[name] = told["parse"](value)
    except (ValueError, TypeError, KeyError):
        was = "" if told["is_secret"] else f", not {value!r}"
        problems.append(f"{label} must be {told['allowed']}{was}.")


def _own_address(settings: Settings) -> str:
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


by_name: Final[Mapping[str, Field[Any]]] = {setting.name: setting for setting in fields(Settings)}
