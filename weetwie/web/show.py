"""From a template to a page in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from weetwie.errors import Filling, Refusal, _
from weetwie.runtime import clock
from weetwie.text import language
from weetwie.text.shorten import shorten
from weetwie.web.assets import SCRIPTS, Assets
from weetwie.web.shown import Shown

if TYPE_CHECKING:
    from weetwie.web.items import Item
    from weetwie.web.visit import Visit

FOLDER: Final = Path(__file__).parent / "templates"
PROOF: Final = "\x00form\x00"
"""Stands for the proof of a form until the page is made: it is another one in each answer. Nothing that people type holds it."""

_FACE: Final = Markup("\x00face\x00")
"""Stands for the reader's own face in what is kept for all who are shown the same but for that."""

_ENCODED: Final = msgspec.msgpack.Encoder(enc_hook=str)
_ENCODED_WHOLE: Final = msgspec.msgpack.Encoder()
"""Raises TypeError for what it does not know as it is."""
_TODAY, _YESTERDAY = _("Today"), _("Yesterday")
_WITHIN_A_SENTENCE: Final = (_("today"), _("yesterday"))
_KEPT: Final = 1000
"""Posts whose markup is kept, for each language."""
_KEPT_BOXES: Final = 100


class Templates:
    """The templates, compiled once for each language."""

    def __init__(self, assets: Assets) -> None:
        self._in = cache(partial(_InOneLanguage, assets))

    def render(self, template: str, visit: "Visit", **values: Shown) -> str:
        values.setdefault("error", None)
        page = (
            self._in(visit.language)
            .get_template(template)
            .render(
                visit=visit,
                viewer=visit.viewer,
                language=visit.language,
                policy=visit.viewer.policy,
                **values,
            )
        )
        return page.replace(PROOF, visit.form_token) if PROOF in page else page


class _Template(Template):
    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        """What is imported from it. All templates have the same globals, so that there is no need to look for others at each import."""
        return super()._get_default_module()


class _InOneLanguage(Environment):
    """All sentences, icons and addresses of files that stand in the templates are put in while these are compiled."""

    template_class = _Template

    def __init__(self, assets: Assets, language: str) -> None:
        super().__init__(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            # What ends a line in a template is a blank on the page: words on two lines are never glued together.
            trim_blocks=False,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.filters["truncate"] = shorten
        self.globals |= {name: partial(call, language) for name, call in _IN_A_LANGUAGE.items()}
        self.globals |= {
            "asset": assets.address,
            "scripts": SCRIPTS,
            "icon": lru_cache(1024)(partial(_icon, assets.address("icons.svg"))),
            "constant": cache(self._constant),
            "kept_box": _box_keeper(),
            "form": PROOF,
            "kept": _keeper(partial(when, language)),
        }

    def _constant(self, name: str) -> Markup:
        """A template that is given nothing, and so is the same on every page."""
        return Markup(self.get_template(name).render())  # noqa: S704  it is escaped already

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        _Fixed({name: self.globals[name] for name in ("_", "asset", "icon")}).visit(source)
        return super()._generate(source, *args, **named)


class _Fixed(NodeTransformer):
    """Puts in what these functions answer, wherever all that they are asked is known beforehand."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  named by Jinja
        self.generic_visit(node)
        asked = [one.value for one in node.args if isinstance(one, nodes.Const)]
        is_known = len(asked) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        called = self._functions.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if called is None or not is_known:
            return node
        answer = called(*asked)
        return nodes.TemplateData(str(escape(answer)), lineno=node.lineno)


def _keeper(when: Callable[[datetime], str]) -> Callable[..., Markup]:
    """What a macro makes of an item, kept for the next one that looks exactly the same: in its words, in what the reader
    did with it and may do, in its age in words."""
    found: dict[object, Markup] = {}

    def kept(macro: Callable[..., Markup], item: "Item", visit: "Visit") -> Markup:
        if not item.is_plain:
            return macro(item, visit)
        looks = (
            _ENCODED.encode(item),
            tuple(when(post.written_at) for post in item.shown),
            visit.back_here,
            visit.viewer.policy.version,
            visit.is_signed_in,
        )
        shown = found.pop(looks, None)
        if shown is None:
            shown = macro(item, visit)
            if len(found) >= _KEPT:
                del found[next(iter(found))]
        found[looks] = shown
        return shown

    return kept


def _box_keeper() -> Callable[..., Markup]:
    """An empty box to write in, kept for the next one that is given exactly the same. The macro is imported without its context, so
    that nothing else can be in it; the face is put in afterwards."""
    found: dict[bytes, Markup] = {}

    def kept_box(box: Callable[..., Markup], face: Markup, draft: dict[str, Any], *given: Any) -> Markup:
        try:
            looks = _ENCODED_WHOLE.encode((draft, given)) if not draft["text"] else b""
        except TypeError:  # a refusal, or a post that is quoted
            looks = b""
        if not looks:
            return box(face, draft, *given)
        shown = found.pop(looks, None)
        if shown is None:
            shown = box(_FACE, draft, *given)
            if len(found) >= _KEPT_BOXES:
                del found[next(iter(found))]
        found[looks] = shown
        return shown.replace(_FACE, face)

    return kept_box


def when(locale: str, at: datetime) -> str:
    """How long ago, as one reads it at a glance: 31 min, 2 h, Thursday, 24 March; older with the year."""
    now = clock.now()
    if now - at < timedelta(days=1):
        return _ago(max(0, int((now - at).total_seconds())) // 60, locale)
    if now.date() - at.date() < timedelta(days=7):
        return _weekday(at.date(), locale)
    return _date(at.date(), at.year == now.year, locale)


@lru_cache(2048)
def _ago(minutes: int, locale: str) -> str:
    if minutes < 1:
        return language.translate(_("now"), locale)
    if minutes < 60:
        return language.translate(_("{count} min"), locale, count=minutes)
    return language.translate(_("{count} h"), locale, count=minutes // 60)


@lru_cache(4096)
def _weekday(of: date, locale: str) -> str:
    return format_date(of, "EEEE", locale=_of_dates(locale))


@lru_cache(4096)
def _date(of: date, is_this_year: bool, locale: str) -> str:
    if is_this_year:
        return format_skeleton("MMMMd", of, locale=_of_dates(locale))
    return format_date(of, "long", locale=_of_dates(locale))


def month(locale: str, at: datetime) -> str:
    """Beside a proof: within a week as `when`, else the month, of other years with the year."""
    now = clock.now()
    if now.date() - at.date() < timedelta(days=7):
        return when(locale, at)
    return format_date(at, "LLLL" if at.year == now.year else "LLLL y", locale=_of_dates(locale))


def short_month(locale: str, at: datetime) -> str:
    """Where there is room for three letters."""
    return format_date(at, "LLL", locale=_of_dates(locale))


def _of_dates(locale: str) -> str:
    """English dates are written as in Britain: the day first, 24 hours."""
    return "en_GB" if locale == "en" else locale


@lru_cache(4096)
def moment(locale: str, at: datetime) -> str:
    of = _of_dates(locale)
    return f"{format_skeleton('yMMMd', at, locale=of)}, {format_time(at, 'short', locale=of)}"


def day(locale: str, at: datetime) -> str:
    return format_date(at, "long", locale=_of_dates(locale))


def which_day(locale: str, at: datetime) -> str:
    """As one says it: today, yesterday, a weekday, then the date."""
    now, of = clock.now(), at.date()
    days = (now.date() - of).days
    if days < 2:
        return language.translate(_TODAY if days < 1 else _YESTERDAY, locale)
    if days < 7:
        return format_date(of, "EEEE", locale=_of_dates(locale))
    return format_skeleton("MMMMd" if of.year == now.year else "yMMMMd", of, locale=_of_dates(locale))


def which_day_within(locale: str, at: datetime) -> str:
    """As `which_day`, where other words stand before it: most recently today."""
    days = (clock.now().date() - at.date()).days
    return language.translate(_WITHIN_A_SENTENCE[days], locale) if 0 <= days < 2 else which_day(locale, at)


def until(locale: str, at: datetime) -> str:
    return format_timedelta(at - clock.now(), add_direction=True, locale=_of_dates(locale))


def number(locale: str, value: int) -> str:
    """In full up to 9,999, then 12K; German writes 12 Tsd. and has it from no library."""
    if abs(value) < 10_000:
        return format_decimal(value, locale=_of_dates(locale))
    if locale == "de" and abs(value) < 1_000_000:
        return f"{format_decimal(round(value / 1000, 1), locale=locale)} Tsd."
    return format_compact_decimal(value, locale=locale, fraction_digits=1)


def error_text(locale: str, refusal: Refusal) -> str:
    return language.translate(refusal.sentence, locale, **refusal.values)


def sentence(locale: str, english: str, **values: Filling) -> Markup:
    """A sentence of ours, translated; the values that go into it are escaped."""
    shown = _translated(english, locale)
    return shown.format(**values) if values else shown


@lru_cache(4096)
def _translated(english: str, locale: str) -> Markup:
    return escape(language.translate(english, locale))


def plain(locale: str, english: str, **values: Filling) -> str:
    """The same where the template itself escapes it: within an address, or as JSON."""
    return language.translate(english, locale, **values)


def _icon(file: str, name: str, size: str = "") -> Markup:
    """`size` is "s" beside text (16 px), "m" in rows of actions (18 px), nothing in the rail (20 px)."""
    return Markup(
        '<svg class="i{}" width="20" height="20" aria-hidden="true"><use href="{}#{}"></use></svg>'
    ).format(size and f" {size}", file, name)


_IN_A_LANGUAGE: Final[dict[str, Callable[..., Any]]] = {
    "_": sentence,
    "plain": plain,
    "when": when,
    "month": month,
    "short_month": short_month,
    "moment": moment,
    "day": day,
    "until": until,
    "which_day": which_day,
    "which_day_within": which_day_within,
    "number": number,
    "error_text": error_text,
}
