"""Emoji: the organisation's own in what is read, and all of them for those who type one by its name."""

import re
import sys
import unicodedata
from functools import cache
from typing import Final

import regex
from markupsafe import Markup, escape

from weetwie.access.policy import Emoji, Policy

USUAL: Final = (
    "👍 🙏 🎉 👏 💡 ✅ 👀 🤔 😀 😅 😂 🙂 😉 😍 😎 🤗 😮 😢 😬 🙈 🔥 ✨ 🚀 💪 🤝 👋 🙌 ❤️ ⭐ ☕ 🍰 🌱 🐛 🔧 🛠️ ⚙️ 📈 📌 📎 📅 ⏰ 📷 🔍 💬 ❓ ❗ ⚠️ 🏁"
).split()

_NAMED = re.compile(r"(<[^>]*>)|:([A-Za-z0-9_]{2,64}):")
_MOST: Final = 6


def pictured(html: Markup, policy: Policy) -> Markup:
    """With the organisation's own emoji where their names stand between colons, but for those within tags."""
    if not policy.emojis or ":" not in html:
        return html
    own = {one.shortcode: one for one in policy.emojis}

    def shown(found: re.Match[str]) -> str:
        emoji = own.get(found[2] or "")
        return found[0] if emoji is None else _picture(emoji)

    return Markup(_NAMED.sub(shown, html))  # noqa: S704  it was markup before, and what is put in is escaped


def like(part: str, policy: Policy) -> list[dict[str, str]]:
    """Those whose name begins with this, then those that have it in their name; without a part, the usual ones."""
    own = [_own(one) for one in policy.emojis]
    if not part:
        return [*own, *({"name": sign, "called": sign, "what": "", "face": ""} for sign in USUAL)]
    wanted = part.lower().replace("_", " ")
    others = [{"name": sign, "called": sign, "what": name, "face": ""} for name, sign in _all()]
    found = [one for one in own + others if wanted in _words(one["what"])]
    return sorted(found, key=lambda one: not _words(one["what"]).startswith(wanted))[:_MOST]


def _words(name: str) -> str:
    return name.strip(":").lower().replace("_", " ")


def _own(emoji: Emoji) -> dict[str, str]:
    code = f":{emoji.shortcode}:"
    return {"name": code, "called": "", "what": code, "face": f"/emoji/{emoji.name}"}


def _picture(emoji: Emoji) -> str:
    code = escape(f":{emoji.shortcode}:")
    return f'<img class="emoji" src="/emoji/{escape(emoji.name)}" alt="{code}" title="{code}" width="20" height="20" loading="lazy">'


@cache
def _all() -> list[tuple[str, str]]:
    """By their Unicode names: every sign that is shown as a picture unless one says otherwise."""
    is_picture = regex.compile(r"\p{Emoji_Presentation}").match
    is_part = regex.compile(r"\p{Regional_Indicator}|\p{Emoji_Modifier}").match
    signs = (chr(point) for point in range(0x231A, min(sys.maxunicode, 0x1FB00)))
    return [
        (name.lower(), sign)
        for sign in signs
        if is_picture(sign) and not is_part(sign) and (name := unicodedata.name(sign, ""))
    ]
