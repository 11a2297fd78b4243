"""From a template to a page in the reader's language."""

from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_compact_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from weetwie.errors import Refusal
from weetwie.kit import clock, language
from weetwie.web.assets import Assets

if TYPE_CHECKING:
    from weetwie.web.visit import Visit

FOLDER: Final = Path(__file__).parent / "templates"


class Templates:
    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["_"] = _sentence
        self._environment.globals["asset"] = assets.address
        self._environment.globals["icon"] = cache(lambda name: _icon(assets.address("icons.svg"), name))
        for helper in (when, moment, day, until, number, error_text):
            self._environment.globals[helper.__name__] = pass_context(helper)

    def render(self, template: str, visit: "Visit", **values: Any) -> str:
        values.setdefault("error", None)
        return self._environment.get_template(template).render(
            visit=visit, viewer=visit.viewer, language=visit.language, policy=visit.viewer.policy, **values
        )


def when(context: Context, at: datetime) -> str:
    """How long ago, in few letters: 5m, 3h, 2d; then the day."""
    ago = clock.now() - at
    if ago < timedelta(days=7):
        return format_timedelta(ago, format="narrow", locale=context["language"], threshold=1.1)
    pattern = "MMMd" if at.year == clock.now().year else "yMMMd"
    return format_skeleton(pattern, at, locale=context["language"])


def moment(context: Context, at: datetime) -> str:
    return _moment(at, context["language"])


@lru_cache(4096)
def _moment(at: datetime, locale: str) -> str:
    return format_datetime(at, "medium", locale=locale)


def day(context: Context, at: datetime) -> str:
    return format_date(at, "long", locale=context["language"])


def until(context: Context, at: datetime) -> str:
    return format_timedelta(at - clock.now(), add_direction=True, locale=context["language"])


def number(context: Context, value: int) -> str:
    return format_compact_decimal(value, locale=context["language"], fraction_digits=1)


def error_text(context: Context, refusal: Refusal) -> str:
    return language.translate(refusal.sentence, context["language"], **refusal.values)


@pass_context
def _sentence(context: Context, sentence: str, **values: object) -> Markup:
    """A sentence of ours, translated; the values that go into it are escaped."""
    shown = _translated(sentence, context["language"])
    return shown.format(**values) if values else shown


@lru_cache(4096)
def _translated(sentence: str, locale: str) -> Markup:
    return escape(language.translate(sentence, locale))


def _icon(file: str, name: str) -> Markup:
    return Markup(
        '<svg class="icon" width="22" height="22" aria-hidden="true"><use href="{}#{}"></use></svg>'
    ).format(file, name)
