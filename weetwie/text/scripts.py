"""Signs of every script, as the insides of character classes: where words have no spaces, where a sentence or a quotation ends."""

from typing import Final

WITHOUT_SPACES: Final = r"\p{Han}\p{Hiragana}\p{Katakana}ー々〆\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}\p{Tai_Tham}\p{New_Tai_Lue}"
"""Letters of scripts that put no space between words: there is no edge of a word to ask for beside them."""
WITHOUT_SPACES_IN_SQL: Final = (
    r"\u0e01-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""The same for PostgreSQL, which knows no names of scripts."""
QUOTES: Final = '"`“”„‟‘‛‚«»‹›〝〞〟＂＇'
"""That open or close a quotation, in whatever direction a language uses them; the apostrophe is not among them."""
SENTENCE_ENDS: Final = "…‥⋯‼⁇⁈⁉、。〃！，．：；？｡､\ufe10-\ufe19\ufe50-\ufe57،؛؟۔।॥၊။។៕።፣፤፥፦፧։՝՜՞"
"""Full stops, commas and their like that do not stand in an address."""
PAIRS: Final[dict[str, str]] = {
    pair[0]: pair[1] for pair in ("()", "[]", "{}", "（）", "［］", "｛｝", "｟｠", "｢｣", "「」", "『』", "【】", "〔〕", "〖〗", "〘〙", "〚〛", "〈〉", "《》", "⟨⟩", "⟪⟫", "❨❩")
}  # fmt: skip
