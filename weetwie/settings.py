"""What one installation needs, read once at start from the environment (`WEETWIE_*`) or from one TOML file.

    settings = read(os.environ, given={"port": 9000})

What is given on the command line wins over the environment, that over the file, that over the default. Whatever is unknown
or wrong is refused at start, all of it at once, each with its name and what is allowed.
"""

import base64
import difflib
import ipaddress
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

PREFIX: Final = "WEETWIE_"
_NOT_SETTINGS: Final = {"CONFIG", "PYTHON", "TEST_DATA"}
"""Names in the environment that say where to read, or speak to the commands of a checkout."""


class SettingsError(Exception):
    """Something that was set is unknown or wrong; says its name and what is allowed, one line each."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with whom people sign in (OpenID Connect), and what its claims mean here. Claims may be nested: `a.b`."""

    key: str
    """Stands in the address that the provider sends people back to."""
    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile email"
    parameters: dict[str, str] = {}
    """More that the provider is asked with, such as `prompt` or `hd`."""
    handle_claim: str = "preferred_username"
    name_claim: str = "name"
    email_claim: str = "email"
    unit_claim: str = ""
    manager_claim: str = ""
    picture_claim: str = "picture"
    language_claim: str = "locale"
    groups_claim: str = ""
    allowed_groups: tuple[str, ...] = ()
    """Who may sign in; empty: all that the provider lets in."""
    admin_groups: tuple[str, ...] = ()
    """Who is an administrator here, as long as they are in one of them."""
    people_admin_groups: tuple[str, ...] = ()
    moderator_groups: tuple[str, ...] = ()
    creates_people: bool = True
    trusts_email: bool = False
    """Every address that it tells is its owner's, also without `email_verified`."""
    connects_by_email: bool = False
    """A verified address connects to the person who has it here; else they do so themselves in their settings."""
    signs_out: bool = True
    """Whoever signs out here signs out there too."""


Parse = Callable[[Any], Any]
"""Makes a value of what was set, which is text in the environment; raises ValueError or TypeError for a wrong one."""


def _setting(
    parse: Parse, allowed: str, *, default: Any, what: str, shown: str = "", is_secret: bool = False
) -> Any:
    told = {"parse": parse, "allowed": allowed, "what": what, "shown": shown, "is_secret": is_secret}
    how: dict[str, Any] = {"default_factory": default} if callable(default) else {"default": default}
    return field(**how, metadata=told, repr=not is_secret)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value.strip()


def _folder(value: Any) -> Path:
    return Path(_text(value)).expanduser().absolute()


def _number(lowest: int, highest: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError
        number = int(value)
        if not lowest <= number <= highest:
            raise ValueError
        return number

    return parse


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"on": True, "off": False}[_text(value).lower()]


def _one_of(*words: str) -> Parse:
    return lambda value: words[words.index(_text(value).lower())]


def _networks(value: Any) -> tuple[str, ...]:
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)
    return tuple(str(ipaddress.ip_network(_text(part), strict=False)) for part in parts)


def _host(value: Any) -> str:
    host = _text(value).strip("[]")
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", host):
        raise ValueError
    return host


def _address(value: Any) -> Address | None:
    text = _text(value)
    if text.lower() == "off":
        return None
    host, _colon, port = text.rpartition(":")
    return Address(_host(host), _number(1, 65535)(port))


def _origin(value: Any) -> str:
    parts = urlsplit(_text(value))
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ValueError
    _ = parts.port
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _database_url(value: Any) -> str:
    url = _text(value)
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError
    return url


def _keys(value: Any) -> tuple[bytes, ...]:
    words = value.split(",") if isinstance(value, str) else list(value)
    found = tuple(base64.urlsafe_b64decode(_text(word)) for word in words)
    if not found or any(len(key) != 32 for key in found):
        raise ValueError
    return found


def _bucket(value: Any) -> str:
    address = _text(value)
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", address):
        raise ValueError
    return address


def _mail_server(value: Any) -> str:
    parts = urlsplit(_text(value))
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname or parts.path.strip("/"):
        raise ValueError
    _ = parts.port
    return _text(value)


def _mail_address(value: Any) -> str:
    address = _text(value)
    if not re.fullmatch(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,190}", address):
        raise ValueError
    return address


def _size(value: Any) -> str:
    size = _text(value)
    if not re.fullmatch(r"[1-9][0-9]{0,6}(kB|MB|GB)", size):
        raise ValueError
    return size


def _providers(value: Any) -> tuple[Provider, ...]:
    try:
        found = msgspec.convert(json.loads(value) if isinstance(value, str) else value, tuple[Provider, ...])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    if len({one.key for one in found}) < len(found):
        raise ValueError
    for one in found:
        parts = urlsplit(one.issuer)
        is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not re.fullmatch(r"[a-z0-9-]{1,32}", one.key) or not (
            one.name and one.client_id and parts.hostname
        ):
            raise ValueError
        if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
            raise ValueError
    return found


def default_data() -> Path:
    """`var/` in a checkout, else where the system keeps the data of its users."""
    checkout = Path(__file__).parents[1]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "weetwie"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "weetwie"


@dataclass(frozen=True, kw_only=True)
class Settings:
    data: Path = _setting(
        _folder,
        "a folder",
        default=default_data,
        shown="`var/` in a checkout, else `weetwie` in the user's data folder",
        what="The folder for the database, media and keys. In a file, relative to that file.",
    )
    host: str = _setting(
        _host, "a host name or address", default="127.0.0.1", what="The address to listen on."
    )
    port: int = _setting(
        _number(1, 65535), "a number from 1 to 65535", default=8080, what="The port to listen on."
    )
    base_url: str = _setting(
        _origin,
        "http:// or https:// with a host, an optional port, and no path",
        default="",
        shown="`http://HOST:PORT`; for other commands, the address of the program that serves the data folder",
        what="The address where people and apps reach Weetwie. Choose it once: it is part of every link.",
    )
    workers: int = _setting(
        _number(1, 256), "a number from 1 to 256", default=1, what="Processes that answer requests."
    )
    trusted_proxies: tuple[str, ...] = _setting(
        _networks,
        "addresses or networks, separated by commas",
        default=(),
        shown="none",
        what="The proxies whose `X-Forwarded-For` header is trusted.",
    )
    rate_limits: bool = _setting(
        _switch, "on or off", default=True, what="Rate limits. Turn them off for tests only."
    )
    styleguide: bool = _setting(
        _switch,
        "on or off",
        default=False,
        what="Show all components at `/styleguide`. For developers.",
    )
    database_url: str | None = _setting(
        _database_url,
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        default=None,
        shown="its own PostgreSQL in the data folder",
        what="The PostgreSQL (14 or newer) to use instead, shared by all processes on all hosts.",
        is_secret=True,
    )
    secret_key: tuple[bytes, ...] = _setting(
        _keys,
        "32 bytes in base64, as `weetwie key make` prints them; several separated by commas",
        default=(),
        shown="in the file",
        what="The key that encrypts secrets in the database, the same on all hosts. The first one encrypts, any one decrypts.",
        is_secret=True,
    )
    secret_key_file: Path | None = _setting(
        _folder,
        "a file",
        default=None,
        shown="`secret-key` in the data folder, made at the first start",
        what="The file to read that key from if it is not set; one per line.",
    )
    pgbouncer: bool = _setting(
        _switch,
        "on or off",
        default=False,
        what="Set this if that address is a PgBouncer in transaction mode.",
    )
    pool_size: int = _setting(
        _number(2, 100),
        "a number from 2 to 100",
        default=4,
        what="Database connections per process.",
    )
    media_url: str = _setting(
        _bucket,
        "s3://BUCKET or s3://BUCKET/FOLDER",
        default="",
        shown="the folder `media` in the data folder",
        what="An S3 bucket to store photos and other files in instead.",
    )
    s3_endpoint: str = _setting(
        _origin,
        "http:// or https:// with a host and an optional port",
        default="",
        shown="that of Amazon",
        what="The address of the S3 service.",
    )
    s3_region: str = _setting(_text, "a word", default="us-east-1", what="The region of the bucket.")
    s3_key_id: str = _setting(
        _text,
        "a word",
        default="",
        shown="from the environment of the host",
        what="The id of the key to the bucket.",
    )
    s3_secret: str | None = _setting(
        _text,
        "a word",
        default=None,
        shown="from the environment of the host",
        what="The secret of that key.",
        is_secret=True,
    )
    sso: tuple[Provider, ...] = _setting(
        _providers,
        "a list of tables `[[sso]]` (JSON in the environment), each with key, name, issuer (https), client_id",
        default=(),
        shown="none",
        what="OpenID Connect providers for single sign-on; see admin.md for all options.",
        is_secret=True,
    )
    smtp_url: str | None = _setting(
        _mail_server,
        "smtp://USER:PASSWORD@HOST:PORT (with STARTTLS), smtps:// (TLS from the start) or smtp+plain:// (neither)",
        default=None,
        shown="no mail is sent",
        what="The mail server for outgoing e-mail.",
        is_secret=True,
    )
    mail_from: str = _setting(
        _mail_address,
        "an e-mail address",
        default="",
        shown="`weetwie@` and the host of the base URL",
        what="The sender of outgoing e-mail.",
    )
    pushes_inside: bool = _setting(
        _switch,
        "true or false",
        default=False,
        what="Also push to addresses in the local network, for an organisation's own push service.",
    )
    shared_buffers: str = _setting(
        _size,
        "a size such as 32MB or 1GB",
        default="32MB",
        what="Memory for the cache of the built-in database.",
    )
    metrics: Address | None = _setting(
        _address,
        "HOST:PORT or off",
        default=lambda: Address("127.0.0.1", 9464),
        shown="`127.0.0.1:9464`",
        what="Where Prometheus finds `/metrics`. Never expose it to the internet.",
    )
    log_level: str = _setting(
        _one_of("debug", "info", "warning", "error"),
        "debug, info, warning or error",
        default="info",
        what="The lowest level that is logged. No level logs what people write.",
    )
    log_format: str = _setting(
        _one_of("text", "json"), "text or json", default="text", what="Log lines for people or for programs."
    )


def read(
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    given: Mapping[str, Any] | None = None,
    serves: bool = False,
) -> Settings:
    """The settings of this installation. `given` comes from the command line; None in it is what was not given. Where no address
    is set, it is that of the program that serves this data folder (or served it last), unless this one `serves` itself."""
    file = config or (Path(environ["WEETWIE_CONFIG"]) if environ.get("WEETWIE_CONFIG") else None)
    problems: list[str] = []
    values: dict[str, Any] = {}
    for source in (_from_file(file), _from_environment(environ), _from_command_line(given or {})):
        for label, name, value in source:
            _take(values, problems, label, name, value)
    if problems:
        raise SettingsError("\n".join(problems))
    settings = Settings(**values)
    if settings.base_url:
        return settings
    address = "" if serves else _served_address(settings.data)
    return Settings(**{**values, "base_url": address or _own_address(settings)})


ADDRESS_FILE: Final = "address"


def _served_address(data: Path) -> str:
    try:
        return _origin((data / ADDRESS_FILE).read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return ""


_Source = Iterator[tuple[str, str, Any]]
"""How a setting was called there, its name, its value."""


def _from_file(file: Path | None) -> _Source:
    if file is None:
        return
    try:
        found = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} is not TOML: {error}") from error
    for name, value in found.items():
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


def _from_command_line(given: Mapping[str, Any]) -> _Source:
    for name, value in given.items():
        if value is not None:
            yield f"--{name.replace('_', '-')}", name, value if isinstance(value, int | bool) else str(value)


def _take(values: dict[str, Any], problems: list[str], label: str, name: str, value: Any) -> None:
    setting = _BY_NAME.get(name)
    if setting is None:
        near = difflib.get_close_matches(name.lower(), _BY_NAME, n=1)
        meant = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(_BY_NAME)}."
        problems.append(f"{label} is no setting.{meant}")
        return
    told = setting.metadata
    try:
        values[name] = told["parse"](value)
    except (ValueError, TypeError, KeyError):
        was = "" if told["is_secret"] else f", not {value!r}"
        problems.append(f"{label} must be {told['allowed']}{was}.")


def _own_address(settings: Settings) -> str:
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


_BY_NAME: Final[Mapping[str, Field[Any]]] = {setting.name: setting for setting in fields(Settings)}


def reference() -> str:
    """The page `docs/settings.md`: every setting, what it is, what is allowed, its default."""
    lines = [
        "# Settings",
        "",
        "Settings of one installation. Set them in the environment, or in a TOML file named by `WEETWIE_CONFIG` or",
        "`--config` (there by their names in lower case: `port = 8080`). The command line wins over the environment, the",
        "environment over the file. Whatever is unknown or wrong is refused at start. What the organisation chooses (the",
        "longest post, terms for guests) is no setting but its policy, and is kept in the database.",
        "",
        "Made from `weetwie/settings.py` by `python -m weetwie.settings > docs/settings.md`.",
        "",
        "| In the environment | In a file | What it is | Allowed | Default |",
        "|---|---|---|---|---|",
    ]
    for setting in _BY_NAME.values():
        told = setting.metadata
        names = f"`{PREFIX}{setting.name.upper()}` | `{setting.name}`"
        lines.append(
            f"| {names} | {told['what']} | {told['allowed']} | {told['shown'] or _shown(setting.default)} |"
        )
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return f"`{('off', 'on')[value]}`" if isinstance(value, bool) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
