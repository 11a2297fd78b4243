"""A Confluence space or site as it exports itself: entities.xml, as large as it may be. Pure."""

import tempfile
from collections.abc import Iterator
from typing import IO, Final
from xml.etree.ElementTree import Element

from weetwie.imports.sources.checked import time_of
from weetwie.imports.sources.confluence_pages import FOR_ALL, Space, Version, Wiki, WikiPage, digests, shares
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Author, Trouble
from weetwie.imports.sources.storage_format import text_of_storage
from weetwie.imports.sources.wiki_markup import text_of_wiki
from weetwie.imports.sources.xml_files import elements
from weetwie.text.signs import visible

_PAGES: Final = ("Page", "BlogPost", "Comment")
_PEOPLE: Final = ("ConfluenceUserImpl", "InternalUser", "User", "DefaultUser")
_WANTED: Final = (*_PAGES, *_PEOPLE, "Space", "SpacePermission", "ContentPermissionSet", "Label", "Labelling")

Written = tuple[WikiPage, str, list[str], str, str]
"""A page, its text, the files in it, whose text it is, and `` or what a part is called beside the page."""


def learned(files: Files, name: str) -> Wiki | Trouble:
    """All but the texts; or what is wrong with the file, for without all of it nobody can tell what is restricted."""
    wiki, views, labels = Wiki(), dict[str, list[str]](), dict[str, str]()
    tagged: list[tuple[str, str]] = []
    for found in elements(files, name, _WANTED):
        if isinstance(found, Trouble):
            return found
        line, element = found
        kind, key = element.get("class", ""), _id(element)
        if kind in _PAGES:
            wiki.pages[key] = _page(element, key, line, is_comment=kind == "Comment")
        elif kind in _PEOPLE:
            _person(wiki, element, key)
        elif kind == "Space":
            wiki.spaces[key] = _space(element)
        elif kind == "SpacePermission":
            if _said(element, "type") == "VIEWSPACE":
                views.setdefault(_ref(element, "space"), []).append(_whom(element))
        elif kind == "ContentPermissionSet":
            if _said(element, "type").lower() != "edit":
                wiki.restricted.add(_ref(element, "owningContent"))
        elif kind == "Label":
            labels[key] = _said(element, "name")
        elif kind == "Labelling":
            tagged.append((_ref(element, "content"), _ref(element, "label")))
    for content, label in tagged:
        if labels.get(label):
            wiki.tags.setdefault(content, []).append(labels[label])
    for key, groups in views.items():
        if key in wiki.spaces and not any(group.startswith(FOR_ALL) for group in groups):
            wiki.spaces[key].is_open = False
    return wiki


def texts(files: Files, name: str, wiki: Wiki) -> Iterator[Written | Trouble]:
    """Each page and comment. Pages that several people wrote come last, the part of each by itself."""
    names = wiki.names()
    shared = _shared(wiki)
    versions: dict[str, list[Version]] = {}
    with tempfile.TemporaryFile() as aside:
        waiting: dict[str, tuple[int, int, list[str]]] = {}
        for found in elements(files, name, ("BodyContent",)):
            if isinstance(found, Trouble):
                yield found
                continue
            page = wiki.pages.get(_ref(found[1], "content"))
            if page is None:
                continue
            written = _said(found[1], "body")
            is_wiki = _said(found[1], "bodyType") == "0"
            text, attached = (text_of_wiki if is_wiki else text_of_storage)(written, names)
            of = page.version_of or page.id
            if of in shared:
                versions.setdefault(of, []).append(
                    Version(page.version, page.modifier, page.modified_at, digests(text))
                )
            if page.version_of:
                continue
            if of in shared:
                waiting[of] = _put(aside, text, attached)
            else:
                yield page, text, attached, page.creator, ""
        for key, (begin, length, attached) in waiting.items():
            aside.seek(begin)
            yield from _parts(wiki.pages[key], aside.read(length).decode(), attached, versions.get(key, []))


def _put(aside: IO[bytes], text: str, attached: list[str]) -> tuple[int, int, list[str]]:
    content = text.encode("utf-8", "replace")
    begin = aside.seek(0, 2)
    aside.write(content)
    return begin, len(content), attached


def _parts(page: WikiPage, text: str, attached: list[str], versions: list[Version]) -> Iterator[Written]:
    last = max(versions, key=lambda one: one.number)
    earlier = [one for one in versions if one is not last]
    for author, (part, at) in shares(text, page.creator, last, earlier).items():
        if author == page.creator:
            yield page, part, attached, author, ""
        else:
            of_them = WikiPage(
                id=page.id,
                space=page.space,
                title=page.title,
                created_at=at or page.modified_at,
                line=page.line,
            )
            yield of_them, part, [], author, author


def _shared(wiki: Wiki) -> set[str]:
    """Pages of which the export has versions, not all of them by who made the page."""
    with_versions = {page.version_of for page in wiki.pages.values() if page.version_of}
    others = {
        page.version_of or page.id
        for page in wiki.pages.values()
        if not page.is_comment and page.modifier and page.modifier != _creator(wiki, page)
    }
    return with_versions & others


def _creator(wiki: Wiki, page: WikiPage) -> str:
    return wiki.pages[page.version_of].creator if page.version_of in wiki.pages else page.creator


def _page(element: Element, key: str, line: int, *, is_comment: bool) -> WikiPage:
    version = _said(element, "version")
    creator = _ref(element, "creator") or _said(element, "creatorName")
    return WikiPage(
        id=key,
        space=_ref(element, "space"),
        title=visible(_said(element, "title")),
        status=_said(element, "contentStatus") or "current",
        parent=_ref(element, "parent"),
        version=int(version) if version.isdecimal() and len(version) < 9 else 1,
        version_of=_ref(element, "originalVersion") or _said(element, "originalVersionId"),
        comments_on=_ref(element, "containerContent") or _ref(element, "owner") or _ref(element, "page"),
        is_comment=is_comment,
        creator=creator,
        modifier=_ref(element, "lastModifier") or _said(element, "lastModifierName") or creator,
        created_at=time_of(_said(element, "creationDate")),
        modified_at=time_of(_said(element, "lastModificationDate")),
        line=line,
    )


def _person(wiki: Wiki, element: Element, key: str) -> None:
    login = _said(element, "lowerName") or _said(element, "name") or _said(element, "username")
    name = visible(_said(element, "fullName") or _said(element, "displayName") or _said(element, "name"))
    address = _said(element, "email") or _said(element, "emailAddress") or (login if "@" in login else "")
    account = _said(element, "atlassianAccountId")
    found = Author(
        key=account or key, name=name if name != account else "", address=address.strip(), handle=login
    )
    for known in filter(None, (key, login, account)):
        wiki.people.setdefault(known, found)


def _space(element: Element) -> Space:
    key = _said(element, "key")
    is_personal = key.startswith("~") or _said(element, "spaceType").lower() == "personal"
    is_old = _said(element, "spaceStatus").lower() == "archived"
    return Space(key, visible(_said(element, "name")), is_open=not (is_personal or is_old))


def _whom(element: Element) -> str:
    """The group that may see a space; `anonymous` where it is everybody, and empty for one person."""
    group = _said(element, "group") or _said(element, "groupName")
    is_one = bool(_ref(element, "userSubject") or _said(element, "userName"))
    return group.lower() or ("" if is_one else _said(element, "allUsersSubject").lower() or "anonymous")


def _id(element: Element) -> str:
    found = element.find("id")
    return (found.text or "").strip() if found is not None else ""


def _said(element: Element, name: str) -> str:
    found = _property(element, name)
    return (found.text or "").strip() if found is not None else ""


def _ref(element: Element, name: str) -> str:
    """The id of another object."""
    found = _property(element, name)
    return _id(found) if found is not None else ""


def _property(element: Element, name: str) -> Element | None:
    return next((one for one in element if one.tag == "property" and one.get("name") == name), None)
