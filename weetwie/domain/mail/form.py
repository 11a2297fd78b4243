"""What an e-mail looks like: one column, a card, one button, in light and dark, as old mail programs understand it. Pure.

Tables and styles inside the tags, since many programs take nothing else; the style sheet in the head only adds dark colours and
narrow screens where a program reads it. Nothing is fetched from anywhere.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

_TYPE: Final = "font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#181c20"
_SOFT: Final = "color:#555c64"
_GREEN: Final = "#0d6453"
_STYLE: Final = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
.soft a { color: #555c64; }
@media (max-width: 480px) { .card { padding: 20px !important; } .ground { padding: 12px 8px !important; } }
@media (prefers-color-scheme: dark) {
  body, .ground { background: #0f1213 !important; }
  .card { background: #171a1c !important; border-color: #2a2f32 !important; }
  .ink, .ink * { color: #eceae5 !important; }
  .soft, .soft * { color: #a9afb5 !important; }
  .item { border-color: #2a2f32 !important; }
  .mark, .button { background: #6fd0b6 !important; color: #05211b !important; }
}
"""
_LEADS_TO: Final = re.compile(r"(?P<words>[^.:]+): (?P<address>https?://\S+)$")


def as_html(
    language: str,
    place: str,
    heading: str,
    above: Sequence[str],
    items: Sequence[tuple[str, str]],
    button: str,
    link: str,
    below: Sequence[str],
    sections: str = "",
) -> str:
    """`items` are who said what; they stand between the lines above and the button, and so do `sections`."""
    mark = (
        f'<td class="mark" width="28" height="28" align="center" valign="middle" style="background:{_GREEN};color:#ffffff;'
        f'border-radius:8px;font-weight:700;font-size:15px;line-height:28px">{escape(place[:1].upper())}</td>'
    )
    head = (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'{mark}<td class="ink" style="{_TYPE};padding-left:10px;font-weight:650;font-size:15px">{escape(place)}</td></tr></table>'
    )
    title = (
        f'<h1 class="ink" style="{_TYPE};margin:20px 0 8px;font-size:22px;line-height:1.25;font-weight:650">'
        f"{escape(heading)}</h1>"
    )
    body = (
        "".join(_paragraph(one, "ink", _TYPE) for one in above)
        + "".join(_item(*one) for one in items)
        + sections
    )
    press = (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 8px"><tr>'
        f'<td class="button" style="background:{_GREEN};border-radius:10px"><a class="button" href="{escape(link)}" '
        "style=\"display:inline-block;padding:11px 20px;font-family:Inter,-apple-system,'Segoe UI',Arial,sans-serif;font-size:15px;"
        f'font-weight:600;color:#ffffff;text-decoration:none;border-radius:10px">{escape(button)}</a></td></tr></table>'
    )
    foot = "".join(_paragraph(one, "soft", f"{_TYPE};{_SOFT}", size=13) for one in below)
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(heading)}</title><style>{_STYLE}</style></head>"
        '<body style="margin:0;padding:0;background:#f6f5f1">'
        '<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="background:#f6f5f1;padding:32px 16px"><tr><td align="center">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:576px"><tr>'
        '<td class="card" align="left" style="background:#ffffff;border:1px solid #e6e3da;border-radius:14px;padding:28px">'
        f"{head}{title}{body}{press}{foot}</td></tr></table></td></tr></table></body></html>"
    )


def section(title: str, items: Sequence[tuple[str, str, str, str]]) -> str:
    """A part, with a heading where it has one; of each item who, what they do or why it stands here, what they say, and where that leads."""
    rows = "".join(
        '<table role="presentation" class="item" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="border-top:1px solid #e6e3da"><tr><td style="padding:12px 0">'
        f'<p class="ink" style="{_TYPE};margin:0;font-size:14px;font-weight:600">{escape(who)}</p>'
        + (
            f'<p class="soft" style="{_TYPE};{_SOFT};margin:2px 0 0;font-size:13px;line-height:1.4">{escape(why)}</p>'
            if why
            else ""
        )
        + (
            f'<p class="ink" style="{_TYPE};margin:4px 0 0;font-size:15px;line-height:1.5">'
            f'<a class="ink" href="{escape(link)}" style="color:#181c20;text-decoration:none">{_lines(what)}</a></p>'
            if what
            else ""
        )
        + "</td></tr></table>"
        for who, why, what, link in items
    )
    if not title:
        return rows
    return (
        f'<h2 class="ink" style="{_TYPE};margin:24px 0 8px;font-size:16px;line-height:1.3;font-weight:650">{escape(title)}</h2>'
        f"{rows}"
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _paragraph(text: str, kind: str, style: str, *, size: int = 15) -> str:
    return f'<p class="{kind}" style="{style};margin:8px 0;font-size:{size}px;line-height:1.5">{_linked(text)}</p>'


def _linked(text: str) -> str:
    """An address at the end of a line becomes a link on the words before it; where it leads is theirs to see."""
    found = _LEADS_TO.search(text)
    if found is None:
        return escape(text)
    before, words = text[: found.start()], found["words"]
    space = " " if words.startswith(" ") else ""
    return f'{escape(before)}{space}<a href="{escape(found["address"])}">{escape(words.strip())}</a>'


def _item(who: str, what: str) -> str:
    return (
        '<table role="presentation" class="item" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="border-top:1px solid #e6e3da"><tr><td style="padding:12px 0">'
        f'<p class="ink" style="{_TYPE};margin:0;font-size:14px;font-weight:600">{escape(who)}</p>'
        f'<p class="ink" style="{_TYPE};margin:4px 0 0;font-size:15px;line-height:1.5">{escape(what)}</p></td></tr></table>'
    )
