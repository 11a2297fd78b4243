"""An archive of Mastodon (and of others who write ActivityStreams): outbox.json, with actor.json and the files beside it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from weetwie.access.enums import Ring, Visibility
from weetwie.errors import Invalid, _
from weetwie.imports.archive import remembered
from weetwie.imports.archive.remembered import ANSWER, MOST_MEDIA, ArchivedPost, AttachedFile, ReadArchive
from weetwie.imports.box import DAMAGED, OpenArchive
from weetwie.imports.plain import host_of, plain, with_host
from weetwie.imports.records import BadRecord

NO_OUTBOX: Final = _(
    "There's no outbox.json in it. Use the archive from Mastodon, or the outbox.json inside it."
)
NO_ITEMS: Final = _(
    "This outbox.json has no posts. Use the one from the archive, not the one from the server."
)
PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
_PUBLIC: Final = {PUBLIC, "as:Public", "Public"}
_POSTS: Final = {"Note", "Question", "Article"}
_NOWHERE: Final = "elsewhere.invalid"
"""What names are written with where the archive does not say where it is from."""
AUDIENCE: Final = "/audiences/"

Json = Mapping[str, Any]


def read(box: OpenArchive, base_url: str) -> ReadArchive:
    """`base_url` is our own: what was written here for some is read again, what was so elsewhere is not. Raises Invalid."""
    outbox = next(iter(box.ending("outbox.json")), None) or _alone(box)
    items = _items(box.words(outbox))
    actor = _actor(box)
    story = ReadArchive(network="mastodon", account=_account(actor, items))
    story.end(_posts(items, story, box, base_url.rstrip("/")))
    return story


def _alone(box: OpenArchive) -> str:
    names = list(box.sizes)
    if len(names) != 1 or not names[0].endswith(".json"):
        raise Invalid(NO_OUTBOX, field="file")
    return names[0]


def _items(content: bytes) -> list[msgspec.Raw]:
    try:
        outbox = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        found = outbox.get("orderedItems")
        if found is None:
            raise Invalid(NO_ITEMS, field="file")
        return msgspec.json.decode(found, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(DAMAGED, field="file") from error


def _actor(box: OpenArchive) -> Json:
    """Empty where it is not there or cannot be read: the posts say enough."""
    for name in box.ending("actor.json")[:1]:
        content = box.read(name, 4 << 20)
        found = _decoded(content) if content is not None else None
        return found if isinstance(found, dict) else {}
    return {}


def _account(actor: Json, items: list[msgspec.Raw]) -> str:
    address = _text(actor.get("id")) or next(
        (_text(item.get("actor")) for item in map(_decoded, items[:50]) if isinstance(item, dict)), ""
    )
    name = _text(actor.get("preferredUsername")) or address.rstrip("/").rpartition("/")[2].removeprefix("@")
    return remembered.account_of(with_host(f"@{name}", address)) if name else ""


def _decoded(content: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _posts(
    items: list[msgspec.Raw], story: ReadArchive, box: OpenArchive, base_url: str
) -> Iterator[ArchivedPost]:
    """What was changed or deleted later in the same archive is so."""
    notes: dict[str, tuple[int, Json]] = {}
    for number, raw in enumerate(items, 1):
        item = _decoded(raw)
        if not isinstance(item, dict):
            story.tell(number, "is no activity")
            continue
        kind, given = _text(item.get("type")), item.get("object")
        of = _text(given.get("type")) if isinstance(given, dict) else ""
        if kind == "Announce":
            story.skip(remembered.BOOST)
        elif kind == "Delete":
            address = _text(given.get("id")) if isinstance(given, dict) else _text(given)
            if notes.pop(address, None):
                story.skip(remembered.DELETED)
        elif kind in ("Create", "Update") and isinstance(given, dict) and of in _POSTS:
            notes[_text(given.get("id")) or f"#{number}"] = (number, given)
        elif kind == "Create" and of == "Tombstone":
            story.skip(remembered.DELETED)
    files = _files(box)
    for number, note in notes.values():
        try:
            post = _post(number, note, story, files, base_url, notes)
        except (BadRecord, TypeError, AttributeError, ValueError) as wrong:
            story.tell(number, str(wrong) if isinstance(wrong, BadRecord) else "is no post that can be read")
            continue
        if post is not None:
            yield post


def _files(box: OpenArchive) -> dict[str, str]:
    """By their way from `media_attachments` on: what stands before it differs."""
    return {_tail(name): name for name in box.sizes if "media_attachments/" in name}


def _tail(name: str) -> str:
    return name[name.rfind("media_attachments/") :]


def _post(
    number: int,
    note: Json,
    story: ReadArchive,
    files: Mapping[str, str],
    base_url: str,
    own: Mapping[str, Any],
) -> ArchivedPost | None:
    reach = _reach(note, base_url)
    if isinstance(reach, str):
        story.skip(reach)
        return None
    visibility, ring = reach
    media = _media(note, files, story)
    written = remembered.text_of(_written(note))
    if not written.strip() and not media:
        story.skip(remembered.EMPTY)
        return None
    parent = _text(note.get("inReplyTo"))
    if parent and parent not in own:
        story.answers += 1
        written = ANSWER + (written if written.startswith("@") else f"{parent}\n{written}".strip())
    key = remembered.key_of(_text(note.get("id")))
    updated = _text(note.get("updated"))
    return ArchivedPost(
        number=number,
        key=key,
        at=remembered.time_of(_text(note.get("published"))),
        text=written,
        # Other than the content, this is no HTML.
        warning=remembered.text_of(_text(note.get("summary")))[: remembered.LONGEST_WARNING],
        is_sensitive=note.get("sensitive") is True,
        language=remembered.told(written, _language(note)),
        visibility=visibility,
        ring=ring,
        reply_to=parent if parent in own else "",
        edited_at=remembered.time_of(updated) if updated and updated != note.get("published") else None,
        media=media,
    )


def _reach(note: Json, base_url: str) -> tuple[Visibility, Ring | None] | str:
    """Visibility and ring, or why it is left out. We write for whom a post is as the address of an audience of ours."""
    to, cc = _addresses(note.get("to")), _addresses(note.get("cc"))
    told = [(address, *address.partition(AUDIENCE)) for address in to + cc]
    rings = [(address, host, Ring[name]) for address, host, _found, name in told if name in Ring.__members__]
    for address, host, ring in rings:
        if host == base_url:
            return (Visibility.public if address in to else Visibility.unlisted), ring
    if _PUBLIC & set(to):
        return Visibility.public, None
    if _PUBLIC & set(cc):
        return Visibility.unlisted, None
    if rings:
        return remembered.ELSEWHERE
    is_private = any(address.rstrip("/").endswith("followers") for address in to)
    return remembered.PRIVATE if is_private else remembered.DIRECT


def _addresses(given: Any) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    return [address for address in listed if isinstance(address, str)]


def _written(note: Json) -> str:
    """As it was typed, where that is given; else out of the HTML, with the options of a poll as lines."""
    source = note.get("source")
    if isinstance(source, dict) and source.get("mediaType") == "text/plain":
        text = _text(source.get("content"))
    else:
        host = host_of(_text(note.get("id"))) or _NOWHERE
        text = remembered.meaning_nobody(plain(_text(note.get("content")), _names(note)), host)
    options = note.get("oneOf") or note.get("anyOf") or []
    listed = [_text(option.get("name")) for option in options if isinstance(option, dict)]
    lines = "\n".join(f"- {option}" for option in listed if option)
    return "\n\n".join(part for part in (text, lines) if part)


def _names(note: Json) -> dict[str, str]:
    """How people are written, by their address. A name without a host is one of the server of that address."""
    tags = note.get("tag")
    found: dict[str, str] = {}
    for tag in tags if isinstance(tags, list) else [tags]:
        if isinstance(tag, dict) and tag.get("type") == "Mention" and _text(tag.get("href")):
            address, name = _text(tag.get("href")), _text(tag.get("name"))
            whole = with_host(name if name.startswith("@") else f"@{name}", address)
            # The text links to the page of a person, the tag to their id: name and host are the same.
            found |= {address: whole, with_host("@" + whole[1:].partition("@")[0], address): whole}
    return found


def _language(note: Json) -> str | None:
    given = note.get("contentMap")
    if not isinstance(given, dict) or not given:
        return None
    fitting = (code for code, content in given.items() if content == note.get("content"))
    return str(next(fitting, next(iter(given))))


def _media(note: Json, files: Mapping[str, str], story: ReadArchive) -> tuple[AttachedFile, ...]:
    given = note.get("attachment")
    listed = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, dict)]
    found: list[AttachedFile] = []
    for one in listed:
        address = _text(one.get("url"))
        name = files.get(_tail(address)) if "media_attachments/" in address else None
        if name is None or len(found) == MOST_MEDIA:
            story.lost_files += bool(address)
            continue
        found.append(AttachedFile(name, _text(one.get("name")), _focus(one.get("focalPoint"))))
    return tuple(found)


def _focus(given: Any) -> str:
    if isinstance(given, list) and len(given) == 2 and all(isinstance(part, int | float) for part in given):
        return "" if given == [0, 0] else f"{given[0]},{given[1]}"
    return ""


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
