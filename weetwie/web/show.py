"""From a template to a page in the reader's language."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from weetwie.kit import language
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

    def render(self, template: str, visit: "Visit", **values: Any) -> str:
        values.setdefault("error", None)
        return self._environment.get_template(template).render(
            visit=visit, viewer=visit.viewer, language=visit.language, policy=visit.viewer.policy, **values
        )


@pass_context
def _sentence(context: Context, sentence: str, **values: object) -> Markup:
    """A sentence of ours, translated; the values that go into it are escaped."""
    shown = escape(language.translate(sentence, context["language"]))
    return shown.format(**values) if values else shown
