"""Signs of every script, as the insides of character classes: where words have no spaces, where a sentence or a quotation ends."""

from typing import Final

WITHOUT_SPACES: Final = r"\p{Han}\p{Hiragana}\p{Katakana}ー々〆\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}\p{Tai_Tham}\p{New_Tai_Lue}"
"""Letters of scripts that put no space between words: there is no edge of a word to ask for beside them."""
QUOTES: Final = '"`“”„‟‘‛‚«»‹›〝〞〟＂＇'
"""That open or close a quotation, in whatever direction a language uses them; the apostrophe is not among them."""
SENTENCE_ENDS: Final = "…‥⋯‼⁇⁈⁉、。〃！，．：；？｡､\ufe10-\ufe19\ufe50-\ufe57،؛؟۔।॥၊။។៕።፣፤፥፦፧։՝՜՞"
"""Full stops, commas and their like that do not stand in an address."""
PAIRS: Final[dict[str, str]] = {
    pair[0]: pair[1] for pair in ("()", "[]", "{}", "（）", "［］", "｛｝", "｟｠", "｢｣", "「」", "『』", "【】", "〔〕", "〖〗", "〘〙", "〚〛", "〈〉", "《》", "⟨⟩", "⟪⟫", "❨❩")
}  # fmt: skip
