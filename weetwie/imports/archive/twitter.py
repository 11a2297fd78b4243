"""An archive of Twitter, now X: scripts that each set one list. They are never run; what they set is read as JSON."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from weetwie.errors import Invalid, _
from weetwie.imports.archive import remembered
from weetwie.imports.archive.remembered import ANSWER, MOST_MEDIA, ArchivedPost, AttachedFile, ReadArchive
from weetwie.imports.box import DAMAGED, OpenArchive
from weetwie.imports.plain import goes_on
from weetwie.imports.records import BadRecord

HOST: Final = "twitter.com"
"""What names are written with, so that nobody here is meant."""
NO_TWEETS: Final = _(
    "There's no tweets.js in it. Use the archive from Twitter (X), or the tweets.js inside it."
)
_TWEETS: Final = re.compile(r"(?:^|/)(?:tweets?(?:-part[0-9]+)?|tweets/[0-9]{4}_[0-9]{2})\.js$")
_DELETED: Final = re.compile(r"(?:^|/)deleted-tweets?(?:-part[0-9]+)?\.js$")
_NOTES: Final = re.compile(r"(?:^|/)note-tweets?(?:-part[0-9]+)?\.js$")
# Names there are ASCII; what is written right behind one, or behind a link, in another script is no part of it.
_LINK: Final = re.compile(r"https?://t\.co/[A-Za-z0-9_]+")
_NAME: Final = re.compile(r"(?<![A-Za-z0-9_@/])@([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
_ENTITY: Final = re.compile(r"&(amp|lt|gt);")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">"}
_OLD_CODES: Final = {"iw": "he", "in": "id", "ji": "yi"}
_NO_CODES: Final = {"und", "qme", "qst", "qam", "qct", "qht", "art", "zxx"}
_FORMS: Final = ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z")

Json = Mapping[str, Any]


def read(box: OpenArchive) -> ReadArchive:
    """Raises Invalid."""
    names = _matching(box, _TWEETS) or _alone(box)
    story = ReadArchive(network="twitter", account=_account(box))
    tweets = list(_tweets(box, names, story))
    if _was_protected(box):
        story.skipped[remembered.PRIVATE] += len(tweets)
        return story
    story.end(_posts(tweets, story, box))
    return story


def _matching(box: OpenArchive, wanted: re.Pattern[str]) -> list[str]:
    return sorted((name for name in box.sizes if wanted.search(name)), key=lambda name: (len(name), name))


def _alone(box: OpenArchive) -> list[str]:
    names = list(box.sizes)
    if len(names) != 1 or not names[0].endswith((".js", ".json")):
        raise Invalid(NO_TWEETS, field="file")
    return names


def _set_by(content: bytes) -> list[msgspec.Raw]:
    """What a script sets its variable to. Raises Invalid."""
    begin = content.find(b"[")
    try:
        if begin < 0:
            raise ValueError("nothing is set")
        return msgspec.json.decode(content[begin:].rstrip(b"; \t\r\n"), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(DAMAGED, field="file") from error


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _elements(box: OpenArchive, wanted: re.Pattern[str], kind: str) -> Iterator[Json]:
    for name in _matching(box, wanted):
        for raw in _set_by(box.words(name)):
            found = _decoded(raw)
            inner = found.get(kind, found) if isinstance(found, dict) else None
            if isinstance(inner, dict):
                yield inner


def _account(box: OpenArchive) -> str:
    accounts = _elements(box, re.compile(r"(?:^|/)account\.js$"), "account")
    name = next((_text(account.get("username")) for account in accounts), "")
    return remembered.account_of(f"@{name}@{HOST}") if name else ""


def _was_protected(box: OpenArchive) -> bool:
    """Whether only followers could read the account when it was archived."""
    history = list(_elements(box, re.compile(r"(?:^|/)protected-history\.js$"), "protectedHistory"))
    latest = max(history, key=lambda one: _text(one.get("protectedAt")), default={})
    return _text(latest.get("action")).lower() == "protect"


def _tweets(box: OpenArchive, names: list[str], story: ReadArchive) -> Iterator[tuple[int, Json]]:
    """Numbered through all files."""
    number = 0
    for name in names:
        for raw in _set_by(box.words(name)):
            number += 1
            found = _decoded(raw)
            tweet = found.get("tweet", found) if isinstance(found, dict) else None
            if isinstance(tweet, dict) and _id(tweet):
                yield number, tweet
            else:
                story.tell(number, "is no tweet")


def _posts(tweets: list[tuple[int, Json]], story: ReadArchive, box: OpenArchive) -> Iterator[ArchivedPost]:
    own = {_id(tweet) for _number, tweet in tweets}
    deleted = {_id(tweet) for tweet in _elements(box, _DELETED, "tweet")}
    versions = {_id(tweet): _versions(tweet) for _number, tweet in tweets}
    latest = {old: ids[-1] for ids in versions.values() for old in ids if ids[-1] in own}
    notes = _Notes(_elements(box, _NOTES, "noteTweet"))
    files = _files(box)
    for number, tweet in tweets:
        tweet_id = _id(tweet)
        try:
            if tweet_id in deleted:
                story.skip(remembered.DELETED)
            elif latest.get(tweet_id, tweet_id) != tweet_id:
                story.skip(remembered.OLDER)
            elif "retweeted_status" in tweet or _text_of(tweet).startswith("RT @"):
                story.skip(remembered.BOOST)
            elif post := _post(number, tweet, story, notes, files.get(tweet_id, []), latest, own):
                yield post
        except (BadRecord, TypeError, AttributeError, ValueError) as wrong:
            story.tell(number, str(wrong) if isinstance(wrong, BadRecord) else "is no tweet that can be read")


def _id(tweet: Json) -> str:
    given = tweet.get("id_str") or tweet.get("id") or tweet.get("tweetId")
    text = str(given) if isinstance(given, str | int) else ""
    return text if text.isascii() and text.isdecimal() and len(text) < 20 else ""


def _versions(tweet: Json) -> list[str]:
    """The ids of all versions of a tweet, the last one last; empty where it was never edited."""
    info = _object(tweet.get("edit_info"))
    held = _object(info.get("initial") or _object(info.get("edit")).get("editControlInitial"))
    ids = held.get("editTweetIds")
    return [str(one) for one in ids] if isinstance(ids, list) and len(ids) > 1 else []


def _files(box: OpenArchive) -> dict[str, list[str]]:
    """By tweet: their names begin with its number."""
    found: dict[str, list[str]] = {}
    for name in sorted(box.sizes):
        folder, _slash, file = name.rpartition("/")
        if folder.endswith(("tweets_media", "tweet_media")):
            found.setdefault(file.partition("-")[0], []).append(name)
    return found


def _post(
    number: int,
    tweet: Json,
    story: ReadArchive,
    notes: "_Notes",
    files: list[str],
    latest: Mapping[str, str],
    own: set[str],
) -> ArchivedPost | None:
    at = _moment(_text(tweet.get("created_at")))
    entities = _object(tweet.get("extended_entities") or tweet.get("entities"))
    attached = _objects(entities.get("media"))
    media = _media(attached, files, story)
    links = _links(tweet) | {_text(one.get("url")): "" for one in attached}
    written, more_links = notes.whole(_text_of(tweet), at)
    text = remembered.text_of(_readable(written, links | more_links).strip())
    if not text and not media:
        story.skip(remembered.EMPTY)
        return None
    parent = _text(tweet.get("in_reply_to_status_id_str")) or _text(tweet.get("in_reply_to_status_id"))
    name = _text(tweet.get("in_reply_to_screen_name"))
    parent = latest.get(parent, parent)
    if (parent or name) and parent not in own:
        story.answers += 1
        text = ANSWER + (text if text.startswith("@") else f"@{name}@{HOST} {text}" if name else text)
    language = _text(tweet.get("lang"))
    return ArchivedPost(
        number=number,
        key=_id(tweet),
        at=at,
        text=text,
        is_sensitive=tweet.get("possibly_sensitive") is True,
        language=remembered.told(text, None if language in _NO_CODES else _OLD_CODES.get(language, language)),
        reply_to=parent if parent in own else "",
        edited_at=at if latest.get(_id(tweet)) == _id(tweet) else None,
        media=media,
    )


def _text_of(tweet: Json) -> str:
    return _text(tweet.get("full_text")) or _text(tweet.get("text"))


def _moment(given: str) -> datetime:
    for form in _FORMS:
        try:
            return remembered.time_of(datetime.strptime(given, form).astimezone(UTC).isoformat())
        except ValueError:
            continue
    return remembered.time_of(given)


def _links(tweet: Json) -> dict[str, str]:
    urls = _objects(_object(tweet.get("entities")).get("urls"))
    return {_text(one.get("url")): _text(one.get("expanded_url")) for one in urls}


def _readable(written: str, links: Mapping[str, str]) -> str:
    """As it was typed: without the three entities, with whole links, and with names that nobody here has."""
    text = _ENTITY.sub(lambda found: _ENTITIES[found[1]], written)
    text = _NAME.sub(lambda found: _apart(f"{found[0]}@{HOST}", found), text)
    text = _LINK.sub(lambda found: _apart(links.get(found[0], found[0]), found), text)
    return remembered.meaning_nobody(text, HOST)


def _apart(whole: str, found: re.Match[str]) -> str:
    """With a blank where the next letter would be taken for a part of it."""
    return whole + " " if whole and goes_on(found.string, found.end()) else whole


def _media(attached: list[Json], files: list[str], story: ReadArchive) -> tuple[AttachedFile, ...]:
    """In the order of the tweet where the names tell it; the archive holds what the tweet showed."""
    order = {_stem(_text(one.get("media_url_https")) or _text(one.get("media_url"))): one for one in attached}
    places = {stem: place for place, stem in enumerate(order)}
    ordered = sorted(files, key=lambda name: places.get(_stem(name.partition("-")[2]), len(places)))
    found = [
        AttachedFile(name, _text(order.get(_stem(name.partition("-")[2]), {}).get("ext_alt_text")))
        for name in ordered
    ]
    story.lost_files += max(len(attached), len(found)) - min(len(found), MOST_MEDIA)
    return tuple(found[:MOST_MEDIA])


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


class _Notes:
    """Texts of over 280 characters, which the tweets hold the beginning of."""

    def __init__(self, elements: Iterator[Json]) -> None:
        self._by_second: dict[datetime, list[tuple[str, dict[str, str]]]] = {}
        for element in elements:
            core = _object(element.get("core"))
            urls = _objects(core.get("urls"))
            links = {_text(one.get("shortUrl")): _text(one.get("expandedUrl")) for one in urls}
            try:
                at = _moment(_text(element.get("createdAt"))).replace(microsecond=0)
            except BadRecord:
                continue
            self._by_second.setdefault(at, []).append((_text(core.get("text")), links))

    def whole(self, text: str, at: datetime) -> tuple[str, dict[str, str]]:
        """The whole text and its links; the text itself where it is not the beginning of one."""
        begin = _LINK.sub("", text).rstrip("\u2026 ")[:200]
        for whole, links in self._by_second.get(at.replace(microsecond=0), []):
            if begin and whole.startswith(begin) and len(whole) >= len(begin):
                return whole, links
        return text, {}


def _object(given: Any) -> Json:
    return given if isinstance(given, dict) else {}


def _objects(given: Any) -> list[Json]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _text(given: Any) -> str:
    return given if isinstance(given, str) else str(given) if isinstance(given, int) else ""
