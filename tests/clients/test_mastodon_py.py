"""Mastodon.py against a real server: sign in, write, read, and know one another."""

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError
from PIL import Image

from tests.clients.browser import Browser
from tests.clients.running import Running
from tests.clients.waiting import until

SCOPES = ["read", "write", "follow", "push"]
CALLBACK = "http://127.0.0.1:1/callback"
VERIFIER = "a-verifier-of-enough-characters-0123456789-abcdef"

Client = Callable[..., Any]


def ids(things: Any) -> list[str]:
    return [str(thing.id) for thing in things]


def asked(asker: Any, text: str, of: str) -> str:
    """Our own addition to the API, which no client knows: the question, by its id."""
    answer = httpx.post(
        f"{asker.api_base_url}/api/weetwie/v1/ask",
        headers={"authorization": f"Bearer {asker.access_token}"},
        json={"status": text, "account_ids": [of]},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["status"]["id"])


def test_one_signs_in_through_the_pages_and_the_code_becomes_a_token(
    server: Running, browser: Browser, person: Callable[[str], str]
) -> None:
    handle = person("ada")
    id, secret = Mastodon.create_app("A client", scopes=SCOPES, api_base_url=server.address)
    app = Mastodon(client_id=id, client_secret=secret, api_base_url=server.address)
    page = app.auth_request_url(scopes=SCOPES, allow_http=True, state="s")
    app.log_in(code=browser.consent(page, handle), scopes=SCOPES, allow_http=True)
    assert app.me().username == handle
    assert app.app_verify_credentials().name == "A client"
    app.session.close()


def test_one_signs_in_with_a_challenge_and_an_app_that_is_called_back(
    server: Running, browser: Browser, person: Callable[[str], str]
) -> None:
    handle = person("ada")
    id, secret = Mastodon.create_app(
        "A client", scopes=SCOPES, redirect_uris=CALLBACK, api_base_url=server.address
    )
    app = Mastodon(client_id=id, client_secret=secret, api_base_url=server.address)
    page = app.auth_request_url(scopes=SCOPES, redirect_uris=CALLBACK, state="a state", allow_http=True)
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    page += "&" + urlencode({"code_challenge": challenge, "code_challenge_method": "S256"})
    back = browser.consent(page, f"{handle}@house.example")
    assert back.startswith(CALLBACK + "?")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert answer["state"] == "a state"
    given = {
        "grant_type": "authorization_code", "client_id": id, "client_secret": secret,
        "redirect_uri": CALLBACK, "code": answer["code"],
    }  # fmt: skip
    token = httpx.post(f"{server.address}/oauth/token", data=given | {"code_verifier": VERIFIER}).json()
    app.access_token = token["access_token"]
    assert app.me().username == handle
    app.revoke_access_token(allow_http=True)
    app.access_token = token["access_token"]
    with pytest.raises(MastodonAPIError):
        app.me()
    app.session.close()


def test_a_post_is_written_edited_and_deleted(client: Client) -> None:
    ada = client("ada")
    post = ada.status_post("Good morning #Coffee", spoiler_text="early", language="en", visibility="public")
    assert (post.spoiler_text, post.language, post.visibility) == ("early", "en", "public")
    assert [tag.name for tag in post.tags] == ["Coffee"]
    assert ada.status_source(post.id).text == "Good morning #Coffee"
    edited = ada.status_update(post.id, "Good evening #Coffee", spoiler_text="late")
    assert "Good evening" in edited.content
    assert edited.edited_at is not None
    said = [version.content for version in ada.status_history(post.id)]
    assert "Good morning" in said[0] and "Good evening" in said[-1]
    assert ada.status_delete(post.id).text == "Good evening #Coffee"
    with pytest.raises(MastodonNotFoundError):
        ada.status(post.id)


def test_the_same_key_posts_once(client: Client) -> None:
    ada = client("ada")
    first, again = (ada.status_post("Only once", idempotency_key="a key") for _time in range(2))
    assert first.id == again.id
    assert len(ada.account_statuses(ada.me().id)) == 1


def test_replies_stand_in_the_thread(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    question = ada.status_post("Who has the key?")
    answer = bo.status_reply(question, "I do")
    thanks = ada.status_reply(answer, "Thank you")
    assert str(answer.in_reply_to_id) == str(question.id)
    assert f"@{ada.me().username}" in answer.content
    around = bo.status_context(answer.id)
    assert (ids(around.ancestors), ids(around.descendants)) == ([str(question.id)], [str(thanks.id)])
    assert ada.status(question.id).replies_count == 1


def test_posts_are_boosted_favourited_bookmarked_and_pinned_and_no_longer(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    post = ada.status_post("Worth it")
    boost = bo.status_reblog(post.id)
    assert str(boost.reblog.id) == str(post.id)
    assert bo.status_favourite(post.id).favourited
    assert bo.status_bookmark(post.id).bookmarked
    assert ada.status_pin(post.id).pinned
    seen = bo.status(post.id)
    assert (seen.reblogs_count, seen.favourites_count, seen.reblogged) == (1, 1, True)
    assert ids(bo.status_reblogged_by(post.id)) == ids(bo.status_favourited_by(post.id)) == [str(bo.me().id)]
    assert ids(bo.favourites()) == ids(bo.bookmarks()) == [str(post.id)]
    assert ids(bo.account_statuses(ada.me().id, pinned=True)) == [str(post.id)]
    assert not bo.status_unreblog(post.id).reblogged
    assert not bo.status_unfavourite(post.id).favourited
    assert not bo.status_unbookmark(post.id).bookmarked
    assert not ada.status_unpin(post.id).pinned
    seen = bo.status(post.id)
    assert (seen.reblogs_count, seen.favourites_count) == (0, 0)
    assert (
        ids(bo.favourites())
        == ids(bo.bookmarks())
        == ids(bo.account_statuses(ada.me().id, pinned=True))
        == []
    )


def test_a_follow_fills_the_home_and_an_unfollow_empties_it(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    before = ada.status_post("Before")
    assert bo.account_follow(ada.me().id).following
    assert ids(bo.timeline_home()) == [str(before.id)]
    after = ada.status_post("After")
    assert ids(bo.timeline_home()) == [str(after.id), str(before.id)]
    assert ids(ada.account_followers(ada.me().id)) == [str(bo.me().id)]
    assert ids(ada.account_following(bo.me().id)) == [str(ada.me().id)]
    assert not bo.account_unfollow(ada.me().id).following
    assert bo.timeline_home() == []


def test_each_timeline_has_the_post(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    post = ada.status_post("In all of them #Fichtelgebirge")
    bo.account_follow(ada.me().id)
    lists = [
        bo.timeline_home(),
        bo.timeline_public(),
        bo.timeline_local(),
        bo.timeline_hashtag("fichtelgebirge"),
        bo.account_statuses(ada.me().id),
    ]
    assert all(str(post.id) in ids(posts) for posts in lists)
    bo.tag_follow("Fichtelgebirge")
    assert [tag.name.lower() for tag in bo.followed_tags()] == ["fichtelgebirge"]


def test_lists_hold_whom_one_follows_and_have_a_timeline(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    post = ada.status_post("On the list")
    bo.account_follow(ada.me().id)
    made = bo.list_create("Team", replies_policy="followed", exclusive=False)
    bo.list_accounts_add(made, [ada.me().id])
    assert ids(bo.list_accounts(made)) == [str(ada.me().id)]
    assert ids(bo.account_lists(ada.me().id)) == [str(made.id)]
    assert ids(bo.timeline_list(made)) == [str(post.id)] == ids(bo.timeline_home())
    assert bo.list_update(made, "Crew", exclusive=True).exclusive
    assert bo.timeline_home() == []
    assert ids(bo.timeline_list(made)) == [str(post.id)]
    with pytest.raises(MastodonNotFoundError):
        ada.list(made)
    bo.list_accounts_delete(made, [ada.me().id])
    assert ids(bo.timeline_home()) == [str(post.id)]
    bo.list_delete(made)
    assert bo.lists() == []


def test_filters_say_what_they_match(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    post = ada.status_post("Nothing but Kaffeeklatsch today")
    made = bo.create_filter_v2(
        "Coffee",
        context=["home", "public"],
        filter_action="hide",
        keywords_attributes=[{"keyword": "kaffee", "whole_word": False}],
    )
    (result,) = bo.status(post.id).filtered
    assert (result.filter.title, result.keyword_matches) == ("Coffee", ["Kaffee"])
    bo.add_filter_keyword_v2(made, "today", whole_word=True)
    assert bo.status(post.id).filtered[0].keyword_matches == ["Kaffee", "today"]
    assert bo.add_filter_status_v2(made, post.id).status_id == post.id
    assert bo.status(post.id).filtered[0].status_matches == [str(post.id)]
    assert [one.phrase for one in bo.filters()] == ["kaffee", "today"]
    bo.delete_filter_v2(made)
    assert not bo.status(post.id).filtered


def test_pages_are_walked_to_their_end(client: Client) -> None:
    ada = client("ada")
    posts = [str(ada.status_post(f"Number {number}").id) for number in range(7)]
    first = ada.account_statuses(ada.me().id, limit=3)
    assert ids(ada.fetch_remaining(first)) == posts[::-1]
    second = ada.fetch_next(first)
    assert ids(second) == posts[::-1][3:6]
    assert ids(ada.fetch_previous(second)) == posts[::-1][:3]


def test_notifications_tell_who_did_what_and_can_be_cleared(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    post = ada.status_post("Hello")
    bo.account_follow(ada.me().id)
    bo.status_favourite(post.id)
    bo.status_reblog(post.id)
    bo.status_reply(post, "Hello to you")

    def told() -> bool:
        return {one.type for one in ada.notifications()} == {"follow", "favourite", "reblog", "mention"}

    until(told)
    assert ada.notifications_unread_count().count == 4
    assert {str(one.account.id) for one in ada.notifications()} == {str(bo.me().id)}
    assert [one.type for one in ada.notifications(types=["follow"])] == ["follow"]
    ada.notifications_dismiss(ada.notifications(types=["follow"])[0].id)
    assert len(ada.notifications()) == 3
    assert len(ada.grouped_notifications().notification_groups) == 3
    ada.notifications_clear()
    assert ada.notifications() == []


def test_who_is_asked_a_question_is_notified_and_answers(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    question = asked(ada, "How do we bleed the pump?", str(bo.me().id))
    until(lambda: ids(one.status for one in bo.notifications(types=["mention"])) == [question])
    (told,) = bo.notifications(types=["mention"])
    assert told.account.id == ada.me().id and "bleed the pump" in told.status.content
    answer = bo.status_reply(told.status, "Open the upper valve")
    assert ids(ada.status_context(question).descendants) == [str(answer.id)]
    until(lambda: ids(one.status for one in ada.notifications(types=["mention"])) == [str(answer.id)])


def test_who_is_locked_decides_who_follows(client: Client) -> None:
    ada, bo, cleo = client("ada"), client("bo"), client("cleo")
    ada.account_update_credentials(locked=True, display_name="Ada L.", note="Engines")
    assert ada.me().display_name == "Ada L."
    for one in (bo, cleo):
        assert one.account_follow(ada.me().id).requested
    assert set(ids(ada.follow_requests())) == {str(bo.me().id), str(cleo.me().id)}
    ada.follow_request_authorize(bo.me().id)
    ada.follow_request_reject(cleo.me().id)
    assert ada.follow_requests() == []
    assert [one.account_relationships(ada.me().id)[0].following for one in (bo, cleo)] == [True, False]


def test_mutes_and_blocks_hold_and_end(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    bo_id = bo.me().id
    ada.account_follow(bo_id)
    bo.status_post("Noise")
    assert ada.account_mute(bo_id).muting
    assert ada.timeline_home() == []
    assert ids(ada.mutes()) == [str(bo_id)]
    assert not ada.account_unmute(bo_id).muting
    assert len(ada.timeline_home()) == 1
    assert ada.account_block(bo_id).blocking
    assert ids(ada.blocks()) == [str(bo_id)]
    assert not ada.account_relationships(bo_id)[0].following
    assert not ada.account_unblock(bo_id).blocking
    assert ada.blocks() == []


def test_people_and_tags_are_found(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    handle = bo.me().username
    assert str(ada.account_lookup(handle).id) == str(bo.me().id)
    assert str(bo.me().id) in ids(ada.account_search(handle))
    assert str(bo.me().id) in ids(ada.search(handle).accounts)
    bo.status_post("About #Weissdorn")
    assert "weissdorn" in [tag.name.lower() for tag in ada.search("weissdorn").hashtags]
    assert ada.instance_v2().version[0].isdigit()
    assert ada.preferences()["posting:default:visibility"] == "public"
    ada.markers_set(["home"], ["1"])
    assert str(ada.markers_get("home").home.last_read_id) == "1"


def test_pictures_are_uploaded_described_posted_and_seen(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    out = io.BytesIO()
    Image.new("RGB", (120, 80), "teal").save(out, "PNG")
    media = ada.media_post(
        out.getvalue(), mime_type="image/png", file_name="wall.png", description="A wall", focus=(0.1, 0.2)
    )
    assert (media.type, media.description) == ("image", "A wall")
    media = ada.media_update(media, description="A teal wall")
    status = ada.status_post("look", media_ids=[media])
    seen = bo.status(status.id).media_attachments[0]
    assert (seen.description, seen.meta.original.width) == ("A teal wall", 120)
    file = httpx.get(seen.url)
    assert (file.status_code, file.headers["content-type"]) == (200, "image/png")
    assert ids(bo.account_statuses(ada.me().id, only_media=True)) == ids([status])
    edited = ada.status_update(status.id, status="see", media_ids=[media])
    assert ids(edited.media_attachments) == ids([media])
    me = ada.account_update_credentials(avatar=out.getvalue(), avatar_mime_type="image/png")
    assert "/faces/" in me.avatar
    assert "/static/" in ada.account_delete_avatar().avatar


def test_a_poll_is_voted_on_and_hides_what_is_to_be_hidden(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    poll = ada.make_poll(["Tea", "Coffee"], expires_in=3600, multiple=True, hide_totals=True)
    asked = ada.status_post("What?", poll=poll).poll
    voted = bo.poll_vote(asked, [0, 1])
    assert (voted.voted, voted.own_votes, voted.voters_count) == (True, [0, 1], 1)
    assert [option.votes_count for option in bo.poll(asked).options] == [None, None]


def test_a_post_waits_for_its_time_and_can_be_put_off_and_called_off(client: Client) -> None:
    ada = client("ada")
    at = datetime.now(UTC) + timedelta(hours=1)
    waiting = ada.status_post("Later", scheduled_at=at)
    assert ids(ada.scheduled_statuses()) == ids([waiting])
    later = ada.scheduled_status_update(waiting, at + timedelta(hours=1))
    assert later.scheduled_at > waiting.scheduled_at
    ada.scheduled_status_delete(waiting)
    assert ada.scheduled_statuses() == []


def test_posts_are_found_by_their_words(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    handle = ada.me().username
    status = ada.status_post(f"Impellers wear out quickly in sandy water {handle}")
    found = bo.search_v2(f"impeller from:{handle}", result_type="statuses").statuses
    assert ids(found) == ids([status])
    ada.status_delete(status.id)
    assert bo.search_v2(f"impeller from:{handle}", result_type="statuses").statuses == []


def test_notifications_come_in_groups_too(client: Client) -> None:
    ada, bo, cy = client("ada"), client("bo"), client("cy")
    status = ada.status_post("Like me")
    for one in (bo, cy):
        one.status_favourite(status.id)
    until(lambda: len(ada.notifications(types=["favourite"])) == 2)
    grouped = ada.grouped_notifications()
    (group,) = [one for one in grouped.notification_groups if one.type == "favourite"]
    assert (group.notifications_count, group.status_id) == (2, str(status.id))
    shown = [*grouped.accounts, *(grouped.get("partial_accounts") or [])]
    assert {account.acct for account in shown} >= {bo.me().acct, cy.me().acct}


def test_one_notes_puts_forward_and_is_told_whom_to_follow(client: Client) -> None:
    ada, bo, cy = client("ada"), client("bo"), client("cy")
    noted = ada.account_note_set(bo.me().id, "knows pumps")
    assert noted.note == "knows pumps"
    ada.account_follow(bo.me().id)
    bo.account_follow(cy.me().id)
    assert ada.account_pin(bo.me().id).endorsed is True
    assert ids(ada.endorsements()) == ids([bo.me()])
    assert str(cy.me().id) in ids(ada.suggestions())
    assert ids(ada.account_familiar_followers(cy.me().id)[0].accounts) == ids([bo.me()])
    featured = ada.featured_tag_create("valves")
    assert [tag.name for tag in cy.account_featured_tags(ada.me().id)] == ["valves"]
    ada.featured_tag_delete(featured)
    assert ada.featured_tags() == []
    assert str(bo.me().id) in ids(ada.directory(limit=80))


def test_what_is_talked_about_is_shown(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    status = ada.status_post("So much #talkedabout", visibility="public")
    bo.status_reblog(status.id)
    assert "talkedabout" in [tag.name for tag in bo.trending_tags(limit=20)]
    assert str(status.id) in ids(bo.trending_statuses(limit=40))
    assert ada.trending_links() == []


def test_conversations_are_read_and_put_away(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    ada.status_post(f"@{bo.me().username} psst", visibility="direct")
    (talk,) = bo.conversations()
    assert (talk.unread, talk.last_status.content.count("psst")) == (True, 1)
    assert bo.conversations_read(talk).unread is False


def test_announcements_are_read_and_reacted_to(client: Client, server: Running) -> None:
    ada = client("ada")
    server.command("announce", "make", "The lift is out of order")
    told = next(one for one in ada.announcements() if "lift" in one.content)
    ada.announcement_reaction_create(told, "\N{THUMBS UP SIGN}")
    told = next(one for one in ada.announcements() if "lift" in one.content)
    assert [(one.name, one.count, one.me) for one in told.reactions] == [("\N{THUMBS UP SIGN}", 1, True)]
    ada.announcement_dismiss(told)
    assert not [one for one in ada.announcements() if "lift" in one.content]


def test_a_person_is_reported(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    status = bo.status_post("Rude")
    made = ada.report(bo.me().id, status_ids=[status.id], comment="Rude", category="other")
    assert (made.comment, str(made.target_account.id)) == ("Rude", str(bo.me().id))


def test_a_post_is_quoted_and_taken_out_again(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    status = ada.status_post("Worth quoting", quote_approval_policy="public")
    quote = bo.status_post("Indeed", quoted_status_id=status.id)
    assert str(quote.quote.quoted_status.id) == str(status.id)
    assert ids(ada.status_quotes(status.id)) == ids([quote])
    ada.status_quote_revoke(status.id, quote.id)
    assert bo.status(quote.id).quote.state == "revoked"


def test_a_profile_is_edited(client: Client) -> None:
    ada = client("ada")
    changed = ada.profile_update(display_name="Ada", note="Writes", fields=[("Team", "Pumps")], locked=False)
    assert (changed.display_name, changed.note, changed.fields[0].value) == ("Ada", "Writes", "Pumps")
    assert ada.profile().formatted_note == "<p>Writes</p>"
    assert ada.annual_reports().annual_reports == []
    assert ada.annual_report_state(2025).state == "ineligible"


def test_people_are_put_forward_together(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    made = ada.collection_create("Pumps", account_ids=[bo.me().id], discoverable=True).collection
    assert (made.name, made.item_count) == ("Pumps", 1)
    assert ids(bo.account_collections(ada.me().id).collections) == ids([made])
    whole = bo.collection(made.id)
    assert ids(whole.accounts) == ids([bo.me()])
    assert ada.collection_update(made.id, name="Valves").collection.name == "Valves"
    assert ids(bo.account_in_collections(None).collections) == ids([made])
    bo.collection_item_revoke(made.id, made["items"][0].id)
    ada.collection_delete(made.id)
    assert ada.account_collections(ada.me().id).collections == []


def test_those_who_run_the_place_do_so_from_an_app(client: Client) -> None:
    boss, ada, bo = client("boss", is_admin=True), client("ada"), client("bo")
    one, day = bo.me(), datetime.now(UTC)
    found = boss.admin_accounts_v2(username=one.username)
    assert [(account.username, account.email) for account in found] == [
        (one.username, f"{one.username}@house.example")
    ]
    assert boss.admin_accounts_v1(status="active", username=one.username)[0]["username"] == one.username
    ada.report(one.id, comment="Rude")
    report = next(
        report
        for report in boss.admin_reports()
        if report.comment == "Rude" and report.target_account.id == one.id
    )
    assert boss.admin_report_assign(report).assigned_account.id == boss.me().id
    assert boss.admin_report_unassign(report).assigned_account is None
    boss.admin_account_moderate(one.id, action="suspend", report_id=report.id)
    assert boss.admin_account(one.id).suspended and boss.admin_report(report).action_taken
    assert not boss.admin_account_unsuspend(one.id).suspended
    assert not boss.admin_report_reopen(report).action_taken
    assert boss.admin_report_resolve(report).action_taken
    block = boss.admin_create_canonical_email_block(email="troll@mail.example")
    assert ids(boss.admin_test_canonical_email_block("t.roll@mail.example")) == ids([block])
    boss.admin_delete_canonical_email_block(block.id)
    assert boss.admin_canonical_email_blocks() == boss.admin_domain_blocks() == boss.admin_ip_blocks() == []
    assert boss.admin_domain_allows() == boss.admin_email_domain_blocks() == []
    (measure,) = boss.admin_measures(day - timedelta(days=1), day, new_users=True)
    assert (measure.key, len(measure.data)) == ("new_users", 2)
    (dimension,) = boss.admin_dimensions(day - timedelta(days=1), day, software_versions=True)
    assert len(dimension.data) == 3
    assert boss.admin_retention(day - timedelta(days=1), day)[0].frequency == "day"
    boss.admin_trending_tags()
    boss.admin_trending_statuses()
    boss.admin_trending_links()
    with pytest.raises(MastodonAPIError):
        ada.admin_accounts_v2()
