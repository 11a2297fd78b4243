"""What somebody is written about a reply of theirs that was not posted: why, what to do, and their words. Pure."""

from weetwie.domain.mail.form import as_html
from weetwie.domain.mail.write import WrittenEmail
from weetwie.errors import Refusal, _
from weetwie.text.language import translate


def not_posted(language: str, place: str, why: Refusal, words: str, link: str) -> WrittenEmail:
    heading = translate(_("Your reply wasn't posted"), language)
    above = [translate(why.sentence, language, **why.values)]
    if words:
        above.append(translate(_("This is what you wrote:"), language))
    return _written(language, place, heading, above, words, link)


def posted_without_files(language: str, place: str, link: str, *, has_pictures: bool = False) -> WrittenEmail:
    if has_pictures:
        heading = translate(_("Your reply was posted without some of its attachments"), language)
    else:
        heading = translate(_("Your reply was posted without its attachments"), language)
    why = _("Only photos come along by e-mail, at most four. Add the rest on the page instead.")
    above = [translate(why, language)]
    return _written(language, place, heading, above, "", link)


def _written(
    language: str, place: str, heading: str, above: list[str], words: str, link: str
) -> WrittenEmail:
    button = translate(_("Open the conversation"), language)
    text = "\n\n".join([*above, *([words] if words else []), f"{button}:\n{link}", f"-- \n{place}"])
    shown = [*above, *(line for line in words.split("\n") if line.strip())]
    html = as_html(language, place, heading, shown, [], button, link, [])
    return WrittenEmail(f"{heading} · {place}", f"{text}\n", html)
