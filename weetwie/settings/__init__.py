"""What one installation needs, read once at start from the environment (`WEETWIE_*`) or from one TOML file.

    settings = read(os.environ, given={"port": 9000})

What is given on the command line wins over the environment, that over the file, that over the default. Whatever is unknown
or wrong is refused at start, all of it at once, each with its name and what is allowed.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Final

from weetwie.settings import values
from weetwie.settings.declared import Settings
from weetwie.settings.sign_on import Provider, SamlProvider, SignOnSource
from weetwie.settings.sources import Directory, MailIn, RemoteUser
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


class SettingsError(Exception):
    """Something that was set is unknown or wrong; says its name and what is allowed, one line each."""


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
