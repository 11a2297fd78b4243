"""Whatever a file holds, the readers read it or refuse it with a sentence."""

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.imports.archive.making import note, tweet
from weetwie.errors import Invalid
from weetwie.imports.archive import mastodon, twitter
from weetwie.imports.box import opened

words = st.text(max_size=12) | st.sampled_from(
    [
        "Create",
        "Update",
        "Delete",
        "Note",
        "Mention",
        "https://[",
        "2023-01-01T00:00:00Z",
        "1",
        "RT @a: b",
        "a@b",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
NOTE = [*note(1)["object"], "summary", "sensitive", "inReplyTo", "updated", "contentMap", "tag", "attachment", "source", "oneOf"]  # fmt: skip
TWEET = [*tweet(1)["tweet"], "entities", "extended_entities", "edit_info", "in_reply_to_status_id_str", "text",
         "in_reply_to_screen_name", "possibly_sensitive", "id"]  # fmt: skip
INNER = ["url", "expanded_url", "media", "urls", "href", "name", "type", "initial", "edit", "editTweetIds", "focalPoint", "content",
         "mediaType", "media_url_https"]  # fmt: skip
part = anything | st.dictionaries(st.sampled_from(INNER), anything, max_size=3)
fields = part | st.lists(st.dictionaries(st.sampled_from(INNER), part, max_size=3), max_size=2)


def _written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(content))
    return path


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(NOTE), fields, max_size=3), max_size=3),
    st.lists(anything, max_size=2),
)
def test_any_outbox(tmp_path: Path, changes: list[dict[str, Any]], more: list[Any]) -> None:
    items = [{"type": "Create", "object": {**note(1)["object"], **change}} for change in changes]
    path = _written(tmp_path, "outbox.json", {"orderedItems": [*items, *more]})
    with opened(path) as box:
        assert len(mastodon.read(box, "https://weetwie.example").posts) <= len(changes)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(TWEET), fields, max_size=3), max_size=3),
    st.lists(anything, max_size=2),
)
def test_any_tweets(tmp_path: Path, changes: list[dict[str, Any]], more: list[Any]) -> None:
    tweets = [{"tweet": {**tweet(number)["tweet"], **change}} for number, change in enumerate(changes, 1)]
    with opened(_written(tmp_path, "tweets.js", [*tweets, *more])) as box:
        assert len(twitter.read(box).posts) <= len(changes) + len(more)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(anything)
def test_any_file(tmp_path: Path, content: Any) -> None:
    for name in ("outbox.json", "tweets.js"):
        with opened(_written(tmp_path, name, content)) as box:
            try:
                mastodon.read(box, "https://weetwie.example") if name == "outbox.json" else twitter.read(box)
            except Invalid as refused:
                assert str(refused)


def packed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("outbox.json", b'{"orderedItems": []}' * 40)
    return out.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(packed()) - 1), byte=st.integers(0, 255))
def test_any_damage_to_an_archive_is_told(tmp_path: Path, place: int, byte: int) -> None:
    content = bytearray(packed())
    content[place] = byte
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with contextlib.suppress(Invalid), opened(path) as box:
        for name in box.sizes:
            box.read(name, 1000)
