"""What stands in the files of a Discourse board, as rows of the tables that it comes from: of a dump, of JSON, of CSV. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from weetwie.imports.sources.checked import dict_of, dicts_of
from weetwie.imports.sources.csv_rows import csv_rows
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Trouble
from weetwie.imports.sources.json_objects import JsonObject, objects
from weetwie.imports.sources.pg_dump import table_rows

_TABLES: Final = "categories topics users user_emails topic_custom_fields discourse_solved_solved_topics tags topic_tags posts".split()
_LISTS: Final = ("categories", "topics", "users", "posts", "latest_posts")
_PLACE: Final = re.compile(r"/t/(?:[^/?#]+/)?(\d+)(?:/(\d+))?/?(?:$|[?#])")

Json = Mapping[str, Any]
BoardRow = tuple[str, str, Json]
"""A place, a table, and a row of it."""


def board_rows(files: Files, name: str, *, with_posts_only: bool) -> Iterator[BoardRow | Trouble]:
    """Whatever the form of the file."""
    lower = name.lower()
    if lower.endswith(".csv"):
        for row in csv_rows(files, name):
            yield (
                row
                if isinstance(row, Trouble)
                else (f"line {row.line}", "posts", _of_csv(dict(row.cells), name))
            )
    elif lower.endswith((".sql", ".gz")):
        for found in table_rows(files, name, ("posts",) if with_posts_only else _TABLES):
            yield found if isinstance(found, Trouble) else (f"line {found.line}", found.table, found.values)
    else:
        for one in objects(files, name, _LISTS):
            if isinstance(one, Trouble):
                yield one
            else:
                yield from _of_json(one)


def _of_json(found: JsonObject) -> Iterator[BoardRow]:
    """The rows within what the addresses of a board answer (`/t/1.json`, `/c/1.json`, `/categories.json`, `/posts.json`)."""
    value, within = found.value, found.list
    stream = dict_of(value.get("post_stream"))
    if stream:
        about = {key: given for key, given in value.items() if key != "post_stream" and given is not None}
        yield found.place, "topics", {**about, **dict_of(value.get("details"))}
        for number, post in enumerate(dicts_of(stream.get("posts")), 1):
            yield f"post {number}", "posts", {"topic_id": value.get("id"), **post}
        return
    for name, inner in (("category_list", "categories"), ("topic_list", "topics"), ("site", "categories")):
        for one in dicts_of(dict_of(value.get(name)).get(inner)):
            yield found.place, inner, one
    if isinstance(value.get("category"), dict):
        yield found.place, "categories", value["category"]
    if within in ("categories", "topics", "users"):
        yield found.place, within, value
    elif "cooked" in value or "raw" in value:
        yield found.place, "posts", value


def _of_csv(row: Mapping[str, str], name: str) -> Json:
    """By the headings of what a person downloads of their own posts, or of queries over the tables."""
    place = _PLACE.search(row.get("url", "") or row.get("post_url", ""))
    own = re.match(r"user_archive-(.+?)-\d{6,}", name.rpartition("/")[2])
    return {
        **row,
        "raw": row.get("raw") or row.get("post_raw"),
        "cooked": row.get("cooked") or row.get("post_cooked"),
        "topic_id": row.get("topic_id") or (place[1] if place else ""),
        "post_number": row.get("post_number") or (place[2] or "1" if place else ""),
        "category": row.get("category_id")
        or row.get("category")
        or row.get("categories")
        or row.get("category_name"),
        "username": row.get("username") or row.get("user") or row.get("author") or (own[1] if own else ""),
    }
