"""Pages of a Confluence wiki as its REST API gives them, of version 1 or 2. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from weetwie.imports.plain import plain
from weetwie.imports.sources.adf import files_of, text_of_document
from weetwie.imports.sources.checked import dict_of, dicts_of, text_of, time_of
from weetwie.imports.sources.confluence_pages import Space, Wiki, WikiPage
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Author, Trouble
from weetwie.imports.sources.json_objects import objects
from weetwie.imports.sources.storage_format import text_of_storage
from weetwie.text.signs import bare_address, visible

_LISTS: Final = ("results", "pages", "spaces", "comments", "users")
_SHOWN: Final = ("export_view", "view", "styled_view")

Json = Mapping[str, Any]


class JsonPage(msgspec.Struct, frozen=True):
    page: WikiPage
    value: Json
    place: str


def json_pages(files: Files, name: str) -> Iterator[JsonPage | Json | Trouble]:
    """Pages and comments, also those within pages; and spaces and people as they are."""
    for found in objects(files, name, _LISTS):
        if isinstance(found, Trouble):
            yield found
        elif _is_content(found.value):
            yield from _with_comments(found.value, found.place)
        else:
            yield found.value


def _is_content(value: Json) -> bool:
    return isinstance(value.get("body"), dict) and (
        "title" in value or "version" in value or "history" in value
    )


def _with_comments(value: Json, place: str) -> Iterator[JsonPage]:
    page = _page(value)
    yield JsonPage(page, value, place)
    children = dict_of(value.get("children"))
    for one in dicts_of(dict_of(children.get("comment")).get("results")):
        comment = _page(one)
        comment.is_comment, comment.comments_on, comment.space = True, page.id, page.space
        yield JsonPage(comment, one, place)


def _page(value: Json) -> WikiPage:
    history, version = dict_of(value.get("history")), dict_of(value.get("version"))
    ancestors = dicts_of(value.get("ancestors"))
    links = dict_of(value.get("_links"))
    container = text_of(
        value.get("pageId") or value.get("blogPostId") or dict_of(value.get("container")).get("id")
    )
    is_comment = value.get("type") == "comment" or bool(value.get("pageId") or value.get("blogPostId"))
    creator = (
        history.get("createdBy") or value.get("authorId") or version.get("by") or version.get("authorId")
    )
    above = (
        value.get("parentCommentId")
        if is_comment
        else value.get("parentId") or (ancestors[-1].get("id") if ancestors else "")
    )
    return WikiPage(
        id=text_of(value.get("id")),
        space=text_of(dict_of(value.get("space")).get("key") or value.get("spaceId")) or _space_named(value),
        title=visible(text_of(value.get("title"))),
        status=text_of(value.get("status")) or "current",
        parent=text_of(above),
        comments_on=container if is_comment else "",
        is_comment=is_comment,
        creator=_key(creator),
        created_at=time_of(
            history.get("createdDate")
            or value.get("createdAt")
            or version.get("when")
            or version.get("createdAt")
        ),
        modified_at=time_of(version.get("when") or version.get("createdAt")),
        link=f"{text_of(links.get('base'))}{text_of(links.get('webui'))}" if links.get("base") else "",
    )


def _space_named(value: Json) -> str:
    """Where the space was not asked for, its address is there."""
    return text_of(dict_of(value.get("_expandable")).get("space")).rpartition("/space/")[2]


def _key(person: object) -> str:
    if isinstance(person, dict):
        return text_of(
            person.get("accountId")
            or person.get("userKey")
            or person.get("username")
            or person.get("displayName")
        )
    return text_of(person)


def learn(wiki: Wiki, one: JsonPage | Json) -> None:
    """What of a page, a space or a person is known before any text is given."""
    if not isinstance(one, JsonPage):
        _learn_person(wiki, one)
        if "key" in one and "name" in one:
            _learn_space(wiki, one)
        return
    value, page = one.value, one.page
    wiki.pages[page.id] = page
    if isinstance(value.get("space"), dict):
        _learn_space(wiki, value["space"])
    elif page.space == _space_named(value) != "":
        _learn_space(wiki, {"key": page.space, "name": page.space})
    history, version = dict_of(value.get("history")), dict_of(value.get("version"))
    for person in (history.get("createdBy"), version.get("by"), value.get("author")):
        _learn_person(wiki, dict_of(person))
    if _is_restricted(value):
        wiki.restricted.add(page.id)
    for above in dicts_of(value.get("ancestors")):
        if _is_restricted(above):
            wiki.restricted.add(page.id)
    labels = dict_of(dict_of(value.get("metadata")).get("labels") or value.get("labels"))
    wiki.tags[page.id] = [text_of(label.get("name")) for label in dicts_of(labels.get("results"))]


def _is_restricted(value: Json) -> bool:
    """Whether only some may read it."""
    read = dict_of(dict_of(value.get("restrictions")).get("read"))
    for subjects in dict_of(read.get("restrictions")).values():
        inner = dict_of(subjects)
        if dicts_of(inner.get("results")) or (isinstance(inner.get("size"), int) and inner["size"] > 0):
            return True
    return False


def _learn_space(wiki: Wiki, value: Json) -> None:
    key = text_of(value.get("key"))
    is_closed = (
        value.get("type") == "personal"
        or value.get("status") == "archived"
        or key.startswith("~")
        or bool(value.get("isPrivate"))
    )
    space = Space(key, visible(text_of(value.get("name"))), is_open=not is_closed)
    for known in filter(None, (key, text_of(value.get("id")))):
        before = wiki.spaces.get(known)
        if before is None or (before.is_open and (is_closed or space.name != key)):
            wiki.spaces[known] = space


def _learn_person(wiki: Wiki, value: Json) -> None:
    key = _key(value)
    if key and value.get("displayName"):
        address = text_of(value.get("email"))
        wiki.people[key] = Author(
            key=key,
            name=visible(text_of(value.get("displayName"))),
            address=bare_address(address) if "@" in address else "",
            handle=text_of(value.get("username")),
            is_program=value.get("accountType") == "app",
        )


def text_of_page(value: Json, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Of the forms that a page may be given in, the one that says most of what it holds."""
    body = dict_of(value.get("body"))
    if storage := text_of(dict_of(body.get("storage")).get("value")):
        return text_of_storage(storage, names)
    for form in _SHOWN:
        if shown := text_of(dict_of(body.get(form)).get("value")):
            return plain(shown, code=True), []
    document = dict_of(body.get("atlas_doc_format")).get("value")
    if isinstance(document, str):
        try:
            document = msgspec.json.decode(document)
        except msgspec.DecodeError:
            document = None
    known = dict_of(document)
    return text_of_document(known), list(files_of(known))
