"""From a template to a page in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from weetwie.errors import Filling, Refusal
from weetwie.text import language
from weetwie.text.shorten import shorten
from weetwie.web.assets import SCRIPTS, Assets
from weetwie.web.dates import (
    day,
    moment,
    month,
    number,
    short_month,
    until,
    when,
    which_day,
    which_day_within,
)
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
