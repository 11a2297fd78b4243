"""Logs: lines for people or for programs, and never what people write.

An error's own sentence may quote what was given (a value that PostgreSQL did not take, a number that is none), so a log tells
where it happened and what kind it was, and its words only where they can quote nothing.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, ClassVar, Final

_WORDS_ARE_OURS: Final = (AttributeError, ImportError, NameError, NotImplementedError)
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(level: str, form: str) -> None:
    """`level` and `form` as in the settings. Everything goes to the error channel."""
    _Logger.wanted = (level, form)
    logging.basicConfig(handlers=[_Others()], level=max(_LEVELS[level], logging.WARNING), force=True)


def logger(name: str) -> Any:
    """Of the module of this name."""
    return _Logger(name)


class _Logger:
    """Loads structlog with the first line: most commands write none."""

    wanted: ClassVar[tuple[str, str] | None] = None
    """What was configured since the last line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog

        if _Logger.wanted:
            _configure(*_Logger.wanted)
            _Logger.wanted = None
        return getattr(structlog.get_logger(self._name), method)


def _configure(level: str, form: str) -> None:
    import structlog

    last = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else _line
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level if form == "json" else _add_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_error,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class _Others(logging.Handler):
    """What libraries log: who said it and the first line, without its values (asyncio's second line shows the error's words)."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        logger(record.name).log(
            record.levelno,
            (str(record.msg).splitlines() or [""])[0][:200],
            logger=record.name,
            exc_info=error,
        )


Event = MutableMapping[str, Any]


def _add_level(_logger: Any, method: str, event: Event) -> Event:
    event["level"] = method
    return event


def _tell_error(_logger: Any, _method: str, event: Event) -> Event:
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error
    if isinstance(error, BaseException):
        event["error"] = list(_told(error))
    return event


def _told(error: BaseException) -> Iterator[str]:
    """The error and what led to it, the innermost place first."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield _kind(cause)
        yield from _places(cause.__traceback__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, _WORDS_ARE_OURS):
        return f"{name}: {error}"
    details = ("sqlstate", "table_name", "column_name", "constraint_name", "strerror")
    known = [f"{detail}={value}" for detail in details if (value := getattr(error, detail, None))]
    return " ".join([name, *known])


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in reversed(traceback.extract_tb(trace)[-20:]):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _line(_logger: Any, _method: str, event: Event) -> str:
    at, level, said = event.pop("timestamp"), event.pop("level"), event.pop("event")
    error = event.pop("error", [])
    more = "".join(f" {name}={value}" for name, value in event.items())
    return "\n    ".join(
        [f"{at[:19]}Z {level:7} {said}{more}", *(error if isinstance(error, list) else [str(error)])]
    )
