"""The readers of archives: what they take, what they leave out and why, and what they say of files that are no good."""

import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.imports.archive.making import (
    ACTOR,
    ADA,
    FOLLOWERS,
    PUBLIC,
    note,
    outbox,
    picture,
    script,
    tarred,
    tweet,
    unpacked,
    zipped,
)
from weetwie.access.enums import Ring, Visibility
from weetwie.errors import Invalid
from weetwie.imports.archive import mastodon, remembered, twitter
from weetwie.imports.archive.remembered import ReadArchive
from weetwie.imports.box import opened
from weetwie.text import text as texts

HOME = "https://weetwie.example"
Files = Mapping[str, bytes]


def mastodon_of(path: Path) -> ReadArchive:
    with opened(path) as box:
        return mastodon.read(box, HOME)


def twitter_of(path: Path) -> ReadArchive:
    with opened(path) as box:
        return twitter.read(box)


def of_notes(folder: Path, *items: Any) -> ReadArchive:
    return mastodon_of(unpacked(folder, {"outbox.json": outbox(*items), "actor.json": ACTOR}))


def of_tweets(folder: Path, *tweets: Any, **more: bytes) -> ReadArchive:
    return twitter_of(unpacked(folder, {"data/tweets.js": script("tweets", *tweets), **more}))


@pytest.mark.parametrize("pack", [zipped, tarred, unpacked])
def test_all_ways_of_packing_hold_the_same(tmp_path: Path, pack: Callable[[Path, Files], Path]) -> None:
    attachment = {"url": "/media_attachments/files/1/a.png", "name": "A square", "focalPoint": [0.5, -0.5]}
    files = {
        "actor.json": ACTOR,
        "outbox.json": outbox(note(1, attachment=[attachment])),
        "media_attachments/files/1/a.png": picture(),
    }
    story = mastodon_of(pack(tmp_path / "archive", files))
    (post,) = story.posts
    assert (story.account, post.text) == ("@ada@social.example", "Hello")
    assert [(one.description, one.focus) for one in post.media] == [("A square", "0.5,-0.5")]
    with opened(tmp_path / "archive") as box:
        assert box.read(post.media[0].name, 1 << 20) == picture()


def test_an_outbox_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(outbox(note(2), note(1)))
    story = mastodon_of(tmp_path / "mine.json")
    assert [post.at.day for post in story.posts] == [1, 2]
    assert story.account == "@ada@social.example"


def test_who_a_post_was_for_decides(tmp_path: Path) -> None:
    story = of_notes(
        tmp_path,
        note(1),
        note(2, to=[FOLLOWERS], cc=[PUBLIC]),
        note(3, to=[FOLLOWERS], cc=[]),
        note(4, to=["https://other.example/users/bob"], cc=[]),
        {"type": "Announce", "object": "https://other.example/1"},
        note(5, to=[f"{HOME}/audiences/colleagues"], cc=[]),
        note(6, to=["https://elsewhere.example/audiences/colleagues"], cc=[]),
    )
    assert [(post.at.day, post.visibility, post.ring) for post in story.posts] == [
        (1, Visibility.public, None),
        (2, Visibility.unlisted, None),
        (5, Visibility.public, Ring.colleagues),
    ]
    assert story.skipped == {
        remembered.PRIVATE: 1,
        remembered.DIRECT: 1,
        remembered.BOOST: 1,
        remembered.ELSEWHERE: 1,
    }


def test_answers_to_others_bear_a_sign_and_own_threads_stay(tmp_path: Path) -> None:
    bob = {"type": "Mention", "href": "https://other.example/users/bob", "name": "@bob@other.example"}
    named = '<p><a href="https://other.example/@bob" class="u-url mention">@<span>bob</span></a> yes</p>'
    story = of_notes(
        tmp_path,
        note(1),
        note(2, "<p>More</p>", inReplyTo=f"{ADA}/statuses/1"),
        note(3, named, inReplyTo="https://other.example/1", tag=[bob]),
        note(4, "<p>Yes</p>", inReplyTo="https://other.example/2"),
        note(5, "<p>To what is not public</p>", inReplyTo=f"{ADA}/statuses/6"),
        note(6, to=[FOLLOWERS]),
    )
    told = [(post.text, post.reply_to.rpartition("/")[2]) for post in story.posts]
    assert told == [
        ("Hello", ""),
        ("More", "1"),
        ("\u21a9 @bob@other.example yes", ""),
        ("\u21a9 https://other.example/2\nYes", ""),
        ("To what is not public", ""),
    ]
    assert story.answers == 2


def test_warnings_languages_polls_and_later_words_are_kept(tmp_path: Path) -> None:
    story = of_notes(
        tmp_path,
        note(
            1,
            "<p>Guten Morgen</p>",
            summary="Kaffee",
            sensitive=True,
            contentMap={"de": "<p>Guten Morgen</p>"},
        ),
        note(2, "<p>Tea?</p>", type="Question", oneOf=[{"name": "Yes"}, {"name": "No"}]),
        note(3, "<p>Frist</p>"),
        {
            "type": "Update",
            "object": {**note(3, "<p>First</p>")["object"], "updated": "2023-02-01T00:00:00Z"},
        },
        note(4),
        {"type": "Delete", "object": {"id": f"{ADA}/statuses/4", "type": "Tombstone"}},
        note(5, "<p>Das ist ein langer deutscher Satz, den jeder versteht.</p>"),
        note(6, ""),
    )
    first, poll, edited, german = story.posts
    assert (first.warning, first.is_sensitive, first.language) == ("Kaffee", True, "de")
    assert poll.text == "Tea?\n\n- Yes\n- No"
    assert edited.text == "First" and edited.edited_at and edited.edited_at.month == 2
    assert german.language == "de"
    assert story.skipped == {remembered.DELETED: 1, remembered.EMPTY: 1}


def test_an_entry_that_cannot_be_read_is_told_and_stops_nothing(tmp_path: Path) -> None:
    story = of_notes(
        tmp_path,
        7,
        note(1, published="yesterday"),
        note(2, id=""),
        note(3, tag=[3, None]),
        note(4, published="2035-01-01T00:00:00Z"),
    )
    assert [post.at.day for post in story.posts] == [3]
    assert [bad.number for bad in story.bad] == [1, 2, 3, 5]


def test_tweets_lose_their_short_links_and_names_get_a_host(tmp_path: Path) -> None:
    urls = [{"url": "https://t.co/abc", "expanded_url": "https://example.org/a?b=1"}]
    media = [{"url": "https://t.co/pic", "media_url_https": "https://pbs.twimg.com/media/XyZ.png"}]
    story = of_tweets(
        tmp_path,
        tweet(
            1,
            "Look &amp; see https://t.co/abc by @bob, not a@b.c https://t.co/pic",
            entities={"urls": urls},
            extended_entities={"media": media},
        ),
        **{
            "data/tweets_media/1-XyZ.png": picture(),
            "data/account.js": script("account", {"account": {"username": "ada"}}),
        },
    )
    (post,) = story.posts
    assert post.text == "Look & see https://example.org/a?b=1 by @bob@twitter.com, not a@b.c"
    assert [one.name for one in post.media] == ["data/tweets_media/1-XyZ.png"]
    assert (story.account, story.lost_files) == ("@ada@twitter.com", 0)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (".@bob look", ".@bob@twitter.com look"),
        ("@much_longer_than_any_name hi", "@much_longer_than_any_name@twitter.com hi"),
        ("https://t.co/abc次の文", "https://example.org/a 次の文"),
        ("“https://t.co/abc”。", "“https://example.org/a”。"),
    ],
)
def test_a_tweet_mentions_nobody_here_and_its_links_end_where_they_did(
    tmp_path: Path, written: str, text: str
) -> None:
    urls = [{"url": "https://t.co/abc", "expanded_url": "https://example.org/a"}]
    (post,) = of_tweets(tmp_path, tweet(1, written, entities={"urls": urls})).posts
    assert post.text == text
    assert not [piece for piece in texts.pieces(post.text) if piece.kind == "mention" and not piece.host]


def test_tweets_that_do_not_come_are_counted(tmp_path: Path) -> None:
    edited = {"editControlInitial": {"editTweetIds": ["3", "4"]}}
    story = of_tweets(
        tmp_path,
        tweet(1, "RT @bob: hi"),
        tweet(2, "gone"),
        tweet(3, "frist", edit_info={"initial": {"editTweetIds": ["3", "4"]}}),
        tweet(4, "first", edit_info={"edit": edited}),
        tweet(5, "more", in_reply_to_status_id_str="3", in_reply_to_screen_name="ada"),
        tweet(6, "@bob no", in_reply_to_status_id_str="99", in_reply_to_screen_name="bob"),
        tweet(7, lang="und"),
        {"tweet": {"id_str": "8", "full_text": "when?", "created_at": "once"}},
        **{"data/deleted-tweets.js": script("deleted_tweets", tweet(2))},
    )
    assert [(post.text, post.reply_to) for post in story.posts] == [
        ("first", ""),
        ("more", "4"),
        ("\u21a9 @bob@twitter.com no", ""),
        ("Hello", ""),
    ]
    assert story.skipped == {remembered.BOOST: 1, remembered.DELETED: 1, remembered.OLDER: 1}
    assert story.posts[0].edited_at and len(story.bad) == 1


def test_older_forms_of_the_twitter_archive(tmp_path: Path) -> None:
    old = {"id_str": "1", "text": "Old", "created_at": "2012-01-31 12:33:11 +0000", "lang": "iw"}
    files = {
        "data/js/tweets/2012_01.js": b"Grailbird.data.tweets_2012_01 = \n" + json.dumps([old]).encode(),
        "data/tweet.js": script("tweet", tweet(2)),
        "data/tweet-part1.js": script("tweet", tweet(3)) + b";\n",
        "data/note-tweet.js": script("note_tweet", {"noteTweet": {
            "createdAt": "2023-02-03T12:33:11.000Z", "core": {"text": "Hello and much more"}}}),
    }  # fmt: skip
    story = twitter_of(unpacked(tmp_path, files))
    assert [(post.text, post.at.year) for post in story.posts] == [
        ("Old", 2012),
        ("Hello and much more", 2023),
        ("Hello", 2023),
    ]
    assert story.posts[0].language == "he"


def test_tweets_of_a_protected_account_were_for_followers(tmp_path: Path) -> None:
    history = [{"protectedHistory": {"protectedAt": "2020-01-01T00:00:00Z", "action": "Protect"}}]
    story = of_tweets(
        tmp_path, tweet(1), **{"data/protected-history.js": script("protected_history", *history)}
    )
    assert story.posts == [] and story.skipped == {remembered.PRIVATE: 1}


def no_good(path: Path) -> str:
    with pytest.raises(Invalid) as refused, opened(path) as box:
        mastodon.read(box, HOME)
    with pytest.raises(Invalid), opened(path) as box:
        twitter.read(box)
    return str(refused.value)


def test_damaged_and_hostile_files_are_refused_with_a_sentence(tmp_path: Path) -> None:
    whole = zipped(
        tmp_path / "whole.zip", {"outbox.json": outbox(note(1)), "tweets.js": script("t", tweet(1))}
    )
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-40])
    assert "damaged" in no_good(cut)
    torn = tarred(tmp_path / "torn.tar.gz", {"outbox.json": outbox(note(1)) * 50})
    torn.write_bytes(torn.read_bytes()[:-60])
    assert "damaged" in no_good(torn)
    broken = bytearray(whole.read_bytes())
    broken[60] ^= 0xFF
    (tmp_path / "broken.zip").write_bytes(broken)
    with pytest.raises(Invalid):
        mastodon_of(tmp_path / "broken.zip")
    for name, content in (
        ("outbox.json", outbox(note(1))[:-10]),
        ("outbox.json", b"[" * 100_000),
        ("outbox.json", b'{"orderedItems": "no"}'),
        ("outbox.json", b'{"orderedItems": [\xff]}'),
        ("tweets.js", b"window.YTD = "),
        ("tweets.js", script("t", tweet(1))[:-4]),
        ("photo.jpg", b"\xff\xd8\xff"),
    ):
        assert no_good(unpacked(tmp_path / name.partition(".")[0], {name: content}))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"outbox.json": b"0" * (60 << 20)})
    assert "far more" in no_good(bomb)
    assert "far more" in no_good(tarred(tmp_path / "bomb.tar.gz", {"outbox.json": b"0" * (60 << 20)}))


def test_a_name_cannot_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("n" * (2 << 20)))
    assert "far more" in no_good(path)


def test_threads_of_one_second_stay_whole_whatever_their_order(tmp_path: Path) -> None:
    at = "Wed Feb 01 12:33:11 +0000 2023"
    chain = [tweet(number, created_at=at, in_reply_to_status_id_str=str(number - 1)) for number in (4, 3, 2)]
    story = of_tweets(tmp_path, *chain, tweet(1, created_at=at))
    assert [(post.key, post.reply_to) for post in story.posts] == [
        ("1", ""),
        ("2", "1"),
        ("3", "2"),
        ("4", "3"),
    ]
    ring = [tweet(1, in_reply_to_status_id_str="2"), tweet(2, in_reply_to_status_id_str="1")]
    story = of_tweets(tmp_path, *ring)
    assert [post.reply_to for post in story.posts].count("") >= 1


def test_a_locked_archive_is_told_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", {"outbox.json": outbox(note(1))})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        mastodon_of(path)
    assert "password" in str(refused.value)


def test_nothing_outside_is_read_or_written(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_bytes(outbox(note(1)))
    folder = unpacked(tmp_path / "archive", {"actor.json": ACTOR})
    (folder / "outbox.json").symlink_to(secret)
    with pytest.raises(Invalid):
        mastodon_of(folder)
    for pack in (zipped, tarred):
        path = pack(
            tmp_path / f"{pack.__name__}.x", {"../../slipped.json": b"{}", "outbox.json": outbox(note(1))}
        )
        assert len(mastodon_of(path).posts) == 1
    assert not list(tmp_path.parent.glob("**/slipped.json"))


def test_an_entry_may_lie_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lie.zip", {"a/tweets_media/1-a.png": b"0" * 5000})
    with zipfile.ZipFile(path) as archive:
        archive.infolist()[0].file_size = 10
    with opened(path) as box:
        assert box.read("a/tweets_media/1-a.png", 100) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("@bobさん、ポンプの件ありがとう", "@bob@twitter.com さん、ポンプの件ありがとう"),
        ("ありがとう@bob", "ありがとう@bob@twitter.com"),
        (".@bob look at this", ".@bob@twitter.com look at this"),
        ("@bobй и @bob_2, @bob.", "@bob@twitter.com й и @bob_2@twitter.com, @bob@twitter.com."),
        ("@bob@social.example and a@b.c", "@bob@social.example and a@b.c"),
    ],
)
def test_names_of_twitter_are_ascii_and_mean_nobody_here(tmp_path: Path, written: str, read: str) -> None:
    (post,) = of_tweets(tmp_path, tweet(1, full_text=written)).posts
    assert post.text == read
