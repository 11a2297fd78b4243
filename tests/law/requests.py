"""For each route the requests by which the proofs try it. A route without an entry here fails a test: add one with the route.

An entry gets what is to be tried (the ids of secrets and of open posts, people, tags) and gives concrete requests.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from tests.law.asgi import Request
from tests.law.scene import Scene, Secret
from weetwie.api.mastodon.render_relations import tag_id

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tried:
    """What the requests are made of."""

    scene: Scene
    viewer: str
    secrets: Sequence[Secret]

    @property
    def posts(self) -> list[int]:
        """Secret ones first, then some that are open, then one that never was."""
        open_posts = [self.scene.posts[name] for name in ("talk", "reply", "boost", "open")]
        own = [self.scene.own[self.viewer]] if self.viewer in self.scene.own else []
        return [*(secret.id for secret in self.secrets), *open_posts, *own, 1]

    @property
    def people(self) -> list[int]:
        return [self.scene.people[handle].id for handle in PEOPLE] + [1]

    @property
    def tags(self) -> list[str]:
        from tests.law.scene import _word

        return [
            "open",
            "unheard",
            *(_word(secret.name.replace(" ", ""), "tag") for secret in self.secrets[:3]),
        ]

    @property
    def around(self) -> list[int]:
        """Cursors: ids just where secrets stand."""
        return [secret.id for secret in self.secrets[:2]]


PEOPLE = ("ada", "sol", "mia", "alma", "gil", "una", "rem", "gis")

Generator = Callable[[Tried, str, str], Iterator[Request]]


PUSH_KEYS = {
    "p256dh": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    "auth": "MDEyMzQ1Njc4OWFiY2RlZg",
}
"""The public key of the example in RFC 8291."""


def once(*, body: dict[str, Any] | None = None, is_form: bool = False, **query: str) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        yield Request(method, path, tuple(query.items()), body or {}, is_form)

    return generate


def several(*requests: dict[str, str]) -> Generator:
    """The same path with different queries."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for query in requests:
            yield Request(method, path, tuple(query.items()))

    return generate


def as_for_none(request: Request, secrets: Sequence[Secret]) -> Request:
    """The same request about something that never was; cursors stay."""
    ids = {str(secret.id): "1" for secret in secrets}
    path = "/".join(ids.get(step, step) for step in request.path.split("/"))
    body = {
        name: ids.get(value, value)
        if isinstance(value, str)
        else [ids.get(one, one) for one in value]
        if isinstance(value, list)
        else value
        for name, value in request.body.items()
    }
    return replace(request, path=path, body=body)


def pages(**query: str) -> Generator:
    """A list: its first page, short pages, and pages that begin where a secret stands."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        base = tuple(query.items())
        yield Request(method, path, (*base, ("limit", "40")))
        yield Request(method, path, (*base, ("limit", "3")))
        for id in tried.around:
            for bound in ("max_id", "min_id", "since_id"):
                yield Request(method, path, (*base, (bound, str(id)), ("limit", "4")))

    return generate


def each_post(*bodies: dict[str, Any]) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in tried.posts:
            for body in bodies or ({},):
                yield Request(method, path.replace("{id}", str(id)), (), body)

    return generate


def each_person(
    *queries: dict[str, str], body: dict[str, Any] | None = None, name: str = "{id}"
) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in tried.people:
            for query in queries or ({},):
                yield Request(method, path.replace(name, str(id)), tuple(query.items()), body or {})

    return generate


def each_tag(name: str, generator: Generator) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for tag in tried.tags:
            yield from generator(tried, method, path.replace("{" + name + "}", tag))

    return generate


def each_handle(query: str, *, form: str = "{}") -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for handle in (*PEOPLE, "nobody"):
            yield Request(method, path, ((query, form.format(handle)),))

    return generate


def at_once(kind: str) -> Generator:
    """Many ids in one request."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        ids = tried.posts if kind == "posts" else tried.people
        yield Request(method, path, tuple(("id[]", str(id)) for id in ids))

    return generate


def words(name: str, **query: str) -> Generator:
    """Search: what stands in secrets, in open posts and in names, whole and by the beginning."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for word in ("zq", "zqpost", "zqname", "zqbio", "open", "sol", "una", "#zqtag", *tried.tags[2:4]):
            yield Request(method, path, ((name, word), *query.items()))
        for id in tried.posts[:4]:
            yield Request(method, path, ((name, f"http://weetwie.test/@sol/{id}"), *query.items()))

    return generate


def search(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """By words, and by whatever else a secret could answer to."""
    yield from words("q")(tried, method, path)
    lines = (
        *("zqpost*", "zqwarning*", "zqmedia*", "zqpost* order:time", "zqpost* -is:reply", "zqpost* is:reply", "-open", "indeed is:reply", "indeed -is:reply", "indeed to:sol"),
        *("open -zqpost*", "to:ada", "to:mel", "-to:ada open", "to:me is:reply", "from:sol", "from:una", "from:rem"),
        *("is:question", "is:question is:answered", "is:question -is:answered", "is:mine", "is:sensitive", "from:me"),
        *("has:media", "has:image", "has:quote", "-has:quote open", "has:link", "has:poll", "in:library zqpost*", "in:bookmarks zqpost*"),
        *("in:public zqpost*", "language:en", "during:2026", "tag:open", *(f"tag:{tag}" for tag in tried.tags[2:4])),
    )  # fmt: skip
    for line in lines:
        yield Request(method, path, (("q", line), ("type", "statuses"), ("limit", "40")))
        yield Request(method, path, (("q", line), ("limit", "3"), ("offset", "2")))
    for id in tried.around:
        for bound in ("max_id", "min_id"):
            yield Request(method, path, (("q", "zqpost*"), (bound, str(id)), ("limit", "4")))
    for id in tried.people:
        yield Request(method, path, (("q", "zqpost*"), ("account_id", str(id))))


def passages(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """By words of secrets, and by where they are from."""
    secret = [f"zqpostQ{one.name.replace(' ', '')}zq" for one in tried.secrets[-4:]]
    for line in (
        *secret,
        "in:slack",
        "in:slack/network open",
        "in:elsewhere anyone",
        "open",
        "from:sol",
        "from:mel",
    ):
        yield Request(method, path, (("q", line), ("limit", "40")))
    yield Request(method, path, (("q", "in:elsewhere"), ("limit", "2"), ("offset", "1")))


def knowledge(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """By words of secrets, by words that nobody used, and by what all write."""
    # The last part of a secret's word stands for it: an answer may tell which word of the question nobody used.
    secret = [f"Q{one.name.replace(' ', '')}zq" for one in (*tried.secrets[:4], *tried.secrets[-2:])]
    lines = (
        *secret[:2],
        " ".join(secret),
        "anyone open",
        "me too",
        *(f"{word[:-1]}x" for word in secret[:2]),
    )
    for line in lines:
        if method == "POST":
            yield Request(method, path, (), {"q": line, "order": "acts"})
        else:
            yield Request(method, path, (("q", line), ("limit", "40")))
    if method == "GET":
        yield Request(method, path, (("q", "anyone open"), ("as_of", "2026"), ("unit", "zqunit")))
        yield Request(method, path, (("q", " ".join(secret)), ("order", "acts"), ("standing", "alumnus")))


def vouches(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for person in tried.people[:3]:
        for post in tried.posts:
            yield Request(
                method, path.replace("{id}", str(person)), (), {"topic": "open", "status_id": str(post)}
            )


def glossary_terms(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """One of one's own, and one from each post."""
    words = {"en": ["open"], "nl": ["openbaar"]}
    yield Request(method, path, body={"words": words})
    for id in tried.posts:
        yield Request(method, path, body={"words": words, "status_ids": [str(id)], "ring": "network"})


def each_term(body: dict[str, Any] | None = None) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in (tried.scene.term, 1):
            yield Request(method, path.replace("{id}", str(id)), body=body or {})

    return generate


def revoke(tried: Tried, method: str, path: str) -> Iterator[Request]:
    own = tried.scene.own.get(tried.viewer, 1)
    for id in tried.posts:
        for quoted, quoting in ((own, id), (id, own)):
            yield Request(method, path.replace("{id}", str(quoted)).replace("{quoting_id}", str(quoting)))


def answers(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        for own in (tried.scene.own.get(tried.viewer, 1), id):
            yield Request(method, path.replace("{id}", str(own)), (), {"answer_id": str(id)})


def asking(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """A post that is published already, and a new one that somebody is to be asked."""
    for id in tried.posts:
        yield Request(method, path, (), {"status_id": str(id)})
    for id in tried.people:
        question = {"status": "Who knows about open talk?", "audience": "network"}
        yield Request(method, path, (), {**question, "account_ids": [str(id)]})


def referring(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        yield Request(method, path.replace("{id}", str(id)), (), {"topic": "open"})
    for id in tried.people:
        own = path.replace("{id}", str(tried.scene.own["mia"]))
        yield Request(method, own, (), {"account_id": str(id), "is_open": "true"})


def new_posts(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        for visibility in ("public", "direct"):
            yield Request(
                method, path, (), {"status": "so @ada", "in_reply_to_id": str(id), "visibility": visibility}
            )
        yield Request(method, path, (), {"status": "look", "media_ids": [str(id)]})
    for handle in PEOPLE:
        yield Request(method, path, (), {"status": f"@{handle} hello #open", "audience": "network"})


def each_list(generator: Generator, name: str = "id") -> Generator:
    """One's own, somebody else's, and one that never was."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in (tried.scene.lists.get(tried.viewer, 1), tried.scene.lists["mia"], 1):
            yield from generator(tried, method, path.replace("{" + name + "}", str(id)))

    return generate


def each_list_asked(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in (tried.scene.lists.get(tried.viewer, 1), tried.scene.lists["mia"], 1):
        yield Request(method, path, (("list", str(id)),))


def each_tag_asked(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """Whether a tag is there shows neither in the answer nor in what comes."""
    for tag in tried.tags:
        yield Request(method, path, (("tag", tag),))


def each_scheduled(generator: Generator) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in (tried.scene.scheduled.get(tried.viewer, 1), tried.scene.scheduled["mia"], 1):
            yield from generator(tried, method, path.replace("{id}", str(id)))

    return generate


def each_filter(generator: Generator, name: str = "id") -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in (tried.scene.filters.get(tried.viewer, (1, 1))[0], tried.scene.filters["mia"][0], 1):
            yield from generator(tried, method, path.replace("{" + name + "}", str(id)))

    return generate


def each_keyword(*, body: dict[str, Any] | None = None) -> Generator:
    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in (tried.scene.filters.get(tried.viewer, (1, 1))[1], tried.scene.filters["mia"][1], 1):
            yield Request(method, path.replace("{id}", str(id)), (), body or {})

    return generate


def filtered_posts(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        yield Request(method, path, (), {"status_id": str(id)})


def each_filtered_post(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for secret in tried.secrets:
        id = tried.scene.filter_posts.get((tried.viewer, secret.id), 1)
        yield Request(method, path.replace("{id}", str(id)))


def with_each_person(field: str, **more: str) -> Generator:
    """Their id in the body, one by one."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for id in tried.people:
            yield Request(method, path, (), {field: [str(id)], **more})

    return generate


def reports(tried: Tried, method: str, path: str) -> Iterator[Request]:
    sol = str(tried.scene.people["sol"].id)
    for id in tried.people:
        yield Request(method, path, (), {"account_id": str(id), "comment": "hm"})
    for id in tried.posts:
        yield Request(method, path, (), {"account_id": sol, "status_ids": [str(id)]})


def linking(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for name in ("talk", "open", *(secret.name.replace(" ", "") for secret in tried.secrets)):
        yield Request(method, path, (("url", f"https://pumps.example/{name}"),))


def new_tag(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for tag in tried.tags:
        yield Request(method, path, (), {"name": tag})


def each_featured_tag(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in (tag_id("open"), "1"):
        yield Request(method, path.replace("{id}", id))


def markers(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.around:
        yield Request(method, path, (), {"home": {"last_read_id": str(id)}})


def each_conversation(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in [*tried.posts, *tried.scene.conversations]:
        yield Request(method, path.replace("{id}", str(id)))


def each_announcement(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in [1, tried.scene.announcement]:
        yield Request(method, path.replace("{id}", str(id)).replace("{name}", "%F0%9F%8E%89"))


def each_group(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        for key in (f"favourite-{id}", f"reblog-{id}", f"ungrouped-{id}"):
            yield Request(method, path.replace("{group_key}", key))


def each_notification(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for secret in tried.secrets:
        for id in tried.scene.notified.get((tried.viewer, secret.id), [1])[:2]:
            yield Request(method, path.replace("{id}", str(id)))


def each_notification_named(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for secret in tried.secrets:
        for id in tried.scene.notified.get((tried.viewer, secret.id), [1])[:2]:
            yield Request(method, path, (), {"id": str(id)})


def each_who_is_here(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """Whoever is suspended no more shows again, and rightly so."""
    for request in each_person()(tried, method, path):
        if str(tried.scene.people["una"].id) not in request.path:
            yield request


def first(tried: Tried, method: str, path: str) -> Iterator[Request]:
    yield Request(method, path.replace("{id}", "1"))


def each_collection(body: dict[str, Any] | None = None) -> Generator:
    """One's own, others', and one that never was, each with somebody in it."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        for owner in (tried.viewer, "sol", "una", "mia"):
            id, item_id = tried.scene.collections.get(owner, (1, 1))
            at = path.replace("{id}", str(id)).replace("{item_id}", str(item_id))
            yield Request(method, at, (), body or {})

    return generate


def put_in(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.people:
        yield from each_collection({"account_id": str(id)})(tried, method, path)


def measures(tried: Tried, method: str, path: str) -> Iterator[Request]:
    keys = ["new_users", "opened_reports", "tag_uses", "software_versions"]
    yield Request(method, path, (), {"keys": keys, "start_at": "2026-05-01", "end_at": "2026-05-10"})


def by_address(tried: Tried, method: str, path: str) -> Iterator[Request]:
    for id in tried.posts:
        yield Request(method, path, (("url", f"http://weetwie.test/@sol/{id}"),))


def each_media(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """By the plain address, and by the one that was made for who asks; files have the ids of their posts."""
    for id in tried.posts:
        stem = tried.scene.media_address(id, tried.viewer if "{viewer_key}" in path else "stranger")
        yield from _sizes(method, stem)
    yield from each_loose_file(tried, method, path)


def each_loose_file(tried: Tried, method: str, path: str) -> Iterator[Request]:
    """What hangs on no post, by the address made for who asks; and, as addresses get about, by its owner's: of what was
    posted before, and of who is suspended."""
    scene = tried.scene
    for loose, gets_about in ((scene.uploads, {"sus", "una"}), (scene.left_over, set(scene.left_over))):
        for owner, id in loose.items():
            if "{viewer_key}" not in path:
                yield from _sizes(method, scene.media_address(id, "stranger"))
                continue
            for made_for in {tried.viewer, *({owner} & gets_about)}:
                yield from _sizes(method, scene.media_address(id, made_for))


def _sizes(method: str, stem: str) -> Iterator[Request]:
    for file in ("original.png", "small-0.png"):
        yield Request(method, stem + file)


def each_file(body: dict[str, Any] | None = None) -> Generator:
    """Of a post, and those that hang on none."""

    def generate(tried: Tried, method: str, path: str) -> Iterator[Request]:
        yield from each_post(*([body] if body else []))(tried, method, path)
        for loose in (tried.scene.uploads, tried.scene.left_over):
            for id in loose.values():
                yield Request(method, path.replace("{id}", str(id)), (), body or {})

    return generate


def new_media(tried: Tried, method: str, path: str) -> Iterator[Request]:
    yield Request(method, path, (), {"description": "no file"})


GENERATORS: dict[tuple[str, str], Generator] = {
    ("POST", "/api/v1/apps"): once(body={"client_name": ""}),
    ("GET", "/api/v1/apps/verify_credentials"): once(),
    ("POST", "/oauth/token"): once(body={"grant_type": "none"}, is_form=True),
    ("POST", "/oauth/revoke"): once(body={"token": "x"}, is_form=True),
    ("GET", "/.well-known/oauth-authorization-server"): once(),
    ("GET", "/oauth/userinfo"): once(),
    ("GET", "/api/v2/instance"): once(),
    ("GET", "/api/v1/instance"): once(),
    ("GET", "/api/v1/instance/rules"): once(),
    ("GET", "/api/v1/instance/extended_description"): once(),
    ("GET", "/api/v1/instance/privacy_policy"): once(),
    ("GET", "/api/v1/instance/terms_of_service"): once(),
    ("GET", "/api/v1/instance/languages"): once(),
    ("GET", "/api/v1/instance/translation_languages"): once(),
    ("GET", "/api/v1/instance/peers"): once(),
    ("GET", "/api/v1/instance/activity"): once(),
    ("GET", "/api/v1/instance/domain_blocks"): once(),
    ("GET", "/api/v1/custom_emojis"): once(),
    ("GET", "/api/v1/announcements"): once(),
    ("GET", "/api/v1/preferences"): once(),
    ("GET", "/health"): once(),
    ("GET", "/.well-known/nodeinfo"): once(),
    ("GET", "/nodeinfo/2.0"): once(),
    ("GET", "/nodeinfo/2.1"): once(),
    ("GET", "/.well-known/webfinger"): each_handle("resource", form="acct:{}@weetwie.test"),
    ("GET", "/.well-known/host-meta"): once(),
    ("POST", "/api/v1/statuses"): new_posts,
    ("GET", "/api/v1/statuses"): at_once("posts"),
    ("GET", "/api/v1/statuses/{id}"): each_post(),
    ("PUT", "/api/v1/statuses/{id}"): each_post({"status": "other words"}),
    ("DELETE", "/api/v1/statuses/{id}"): each_post(),
    ("GET", "/api/v1/statuses/{id}/context"): each_post(),
    ("GET", "/api/v1/statuses/{id}/source"): each_post(),
    ("GET", "/api/v1/statuses/{id}/history"): each_post(),
    ("GET", "/api/v1/statuses/{id}/favourited_by"): each_post(),
    ("GET", "/api/v1/statuses/{id}/reblogged_by"): each_post(),
    ("POST", "/api/v1/statuses/{id}/reblog"): each_post(),
    ("POST", "/api/v1/statuses/{id}/unreblog"): each_post(),
    ("POST", "/api/v1/statuses/{id}/favourite"): each_post(),
    ("POST", "/api/v1/statuses/{id}/unfavourite"): each_post(),
    ("POST", "/api/v1/statuses/{id}/bookmark"): each_post(),
    ("POST", "/api/v1/statuses/{id}/unbookmark"): each_post(),
    ("POST", "/api/v1/statuses/{id}/pin"): each_post(),
    ("POST", "/api/v1/statuses/{id}/unpin"): each_post(),
    ("POST", "/api/v1/statuses/{id}/mute"): each_post(),
    ("POST", "/api/v1/statuses/{id}/unmute"): each_post(),
    ("POST", "/api/weetwie/v1/statuses/{id}/answer"): answers,
    ("POST", "/api/v1/media"): new_media,
    ("POST", "/api/v2/media"): new_media,
    ("GET", "/api/v1/media/{id}"): each_file(),
    ("PUT", "/api/v1/media/{id}"): each_file({"description": "mine"}),
    ("DELETE", "/api/v1/media/{id}"): each_file(),
    ("GET", "/media/{id}/{file}"): each_media,
    ("GET", "/media/{id}/{viewer_key}/{file}"): each_media,
    ("GET", "/faces/{name}"): once(),
    ("GET", "/emoji/{name}"): once(),
    ("GET", "/cards/{name}"): once(),
    ("DELETE", "/api/v1/profile/avatar"): once(),
    ("DELETE", "/api/v1/profile/header"): once(),
    ("GET", "/api/v1/statuses/{id}/quotes"): each_post(),
    ("POST", "/api/v1/statuses/{id}/quotes/{quoting_id}/revoke"): revoke,
    ("PUT", "/api/v1/statuses/{id}/interaction_policy"): each_post({"quote_approval_policy": "nobody"}),
    ("GET", "/api/v1/polls/{id}"): each_post(),
    ("POST", "/api/v1/polls/{id}/votes"): each_post({"choices": [0]}, {"choices": [7]}),
    ("GET", "/api/v1/scheduled_statuses"): pages(),
    ("GET", "/api/v1/scheduled_statuses/{id}"): each_scheduled(once()),
    ("PUT", "/api/v1/scheduled_statuses/{id}"): each_scheduled(
        once(body={"scheduled_at": "2027-01-01T00:00:00Z"})
    ),
    ("DELETE", "/api/v1/scheduled_statuses/{id}"): each_scheduled(once()),
    ("GET", "/api/v1/bookmarks"): pages(),
    ("GET", "/api/v1/favourites"): pages(),
    ("GET", "/api/v1/timelines/home"): pages(),
    ("GET", "/api/v1/timelines/public"): lambda tried, method, path: chain(
        pages()(tried, method, path), pages(only_media="true")(tried, method, path)
    ),
    ("GET", "/api/v1/timelines/tag/{hashtag}"): each_tag(
        "hashtag", several({"limit": "40"}, {"limit": "2"}, {"any[]": "open"}, {"only_media": "true"})
    ),
    ("GET", "/api/v1/timelines/list/{list_id}"): each_list(pages(), name="list_id"),
    ("GET", "/api/v1/streaming/health"): once(),
    ("GET", "/api/v1/streaming/user"): once(),
    ("GET", "/api/v1/streaming/user/notification"): once(),
    ("GET", "/api/v1/streaming/public"): once(),
    ("GET", "/api/v1/streaming/public/local"): once(only_media="true"),
    ("GET", "/api/v1/streaming/public/remote"): once(),
    ("GET", "/api/v1/streaming/hashtag"): each_tag_asked,
    ("GET", "/api/v1/streaming/hashtag/local"): each_tag_asked,
    ("GET", "/api/v1/streaming/list"): each_list_asked,
    ("GET", "/api/v1/streaming/direct"): once(),
    ("GET", "/api/v1/streaming/{stream}"): once(),
    ("GET", "/api/v1/accounts/verify_credentials"): once(),
    ("PATCH", "/api/v1/accounts/update_credentials"): once(
        body={"display_name": "Another", "note": "@sol #open"}
    ),
    ("GET", "/api/v1/accounts/lookup"): each_handle("acct"),
    ("GET", "/api/v1/accounts/search"): words("q"),
    ("GET", "/api/weetwie/v1/who_knows"): knowledge,
    ("POST", "/api/weetwie/v1/who_knows"): knowledge,
    ("GET", "/api/weetwie/v1/who_knows/me"): once(),
    ("PUT", "/api/weetwie/v1/who_knows/me"): once(body={"is_ranked": "false"}),
    ("GET", "/api/weetwie/v1/topics/{name}"): each_tag("name", once()),
    ("GET", "/api/weetwie/v1/me/lately"): once(),
    ("PUT", "/api/weetwie/v1/me/lately"): once(body={"words": ["open"]}),
    ("DELETE", "/api/weetwie/v1/me/lately"): once(),
    ("GET", "/api/weetwie/v1/me/units"): once(),
    ("PUT", "/api/weetwie/v1/me/units"): once(body={"name": "zqunit"}),
    ("DELETE", "/api/weetwie/v1/me/units"): once(name="zqunit"),
    ("GET", "/api/weetwie/v1/me/topics"): once(),
    ("PUT", "/api/weetwie/v1/me/topics"): once(body={"name": "Open", "choice": "never"}),
    ("DELETE", "/api/weetwie/v1/me/topics"): once(name="open"),
    ("GET", "/api/weetwie/v1/me/topics/proposals"): once(),
    ("GET", "/api/weetwie/v1/passages"): passages,
    ("GET", "/api/weetwie/v1/passages/{id}"): each_post(),
    ("POST", "/api/weetwie/v1/statuses/{id}/not_about"): each_post({"q": "open"}),
    ("GET", "/api/weetwie/v1/me/not_about"): once(),
    ("GET", "/api/weetwie/v1/glossary"): once(),
    ("GET", "/api/weetwie/v1/glossary/proposals"): once(),
    ("POST", "/api/weetwie/v1/glossary"): glossary_terms,
    ("PUT", "/api/weetwie/v1/glossary/{id}"): each_term({"words": {"en": ["open", "public"]}}),
    ("DELETE", "/api/weetwie/v1/glossary/{id}"): each_term(),
    ("DELETE", "/api/weetwie/v1/me/not_about/{id}"): each_post(),
    ("POST", "/api/weetwie/v1/me/watched_questions"): once(body={"q": "open"}),
    ("GET", "/api/weetwie/v1/me/watched_questions"): once(),
    ("DELETE", "/api/weetwie/v1/me/watched_questions/{id}"): each_post(),
    ("GET", "/api/weetwie/v1/ask/preview"): several({"q": "open"}, {"q": "who knows about open talk?"}),
    ("POST", "/api/weetwie/v1/ask"): asking,
    ("GET", "/api/weetwie/v1/ask"): several(
        {"of": "waiting"},
        {"of": "mine"},
        {"of": "unanswered"},
        {"of": "answered"},
        {"of": "answered", "tag": "open"},
    ),
    ("GET", "/api/weetwie/v1/ask/{id}"): each_post(),
    ("GET", "/api/weetwie/v1/ask/{id}/answers"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/widen"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/close"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/not_now"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/not_my_topic"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/refer"): referring,
    ("POST", "/api/weetwie/v1/ask/{id}/want_to_know"): each_post(),
    ("DELETE", "/api/weetwie/v1/ask/{id}/want_to_know"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/answer"): each_post({"status": "open it"}),
    ("POST", "/api/weetwie/v1/ask/{id}/accept"): answers,
    ("POST", "/api/weetwie/v1/ask/{id}/still_so"): each_post(),
    ("POST", "/api/weetwie/v1/ask/{id}/no_longer"): each_post(),
    ("GET", "/api/weetwie/v1/me/ask/preferences"): once(),
    ("PUT", "/api/weetwie/v1/me/ask/preferences"): once(body={"most_a_week": "2", "topics": ["open"]}),
    ("GET", "/api/weetwie/v1/me/ask/refused_topics"): once(),
    ("DELETE", "/api/weetwie/v1/me/ask/refused_topics/{id}"): each_post(),
    ("GET", "/api/weetwie/v1/me/ask/named"): once(),
    ("DELETE", "/api/weetwie/v1/me/ask/named/{id}"): each_post(),
    ("GET", "/api/weetwie/v1/me/inferred"): once(),
    ("GET", "/api/weetwie/v1/me/vouches"): once(),
    ("POST", "/api/weetwie/v1/me/vouches/{id}/decline"): each_post(),
    ("GET", "/api/weetwie/v1/people/{id}/topics"): each_person(),
    ("GET", "/api/weetwie/v1/people/{id}/knows"): each_person(),
    ("GET", "/api/weetwie/v1/people/{id}/vouches"): each_person(),
    ("POST", "/api/weetwie/v1/people/{id}/vouches"): vouches,
    ("DELETE", "/api/weetwie/v1/people/{id}/vouches"): each_person({"topic": "open"}),
    ("GET", "/api/v1/accounts/relationships"): at_once("people"),
    ("GET", "/api/v1/accounts/familiar_followers"): at_once("people"),
    ("GET", "/api/v1/accounts"): at_once("people"),
    ("GET", "/api/v1/accounts/{id}"): each_person(),
    ("GET", "/api/v1/accounts/{id}/statuses"): each_person(
        {},
        {"limit": "3"},
        {"exclude_replies": "true"},
        {"exclude_reblogs": "true"},
        {"pinned": "true"},
        {"only_media": "true"},
        {"tagged": "open"},
    ),
    ("GET", "/api/v1/accounts/{id}/followers"): each_person(),
    ("GET", "/api/v1/accounts/{id}/following"): each_person(),
    ("GET", "/api/v1/accounts/{id}/lists"): each_person(),
    ("GET", "/api/v1/accounts/{id}/identity_proofs"): each_person(),
    ("GET", "/api/v1/accounts/{id}/featured_tags"): each_person(),
    ("GET", "/api/v1/accounts/{id}/endorsements"): each_person(),
    ("POST", "/api/v1/accounts/{id}/note"): each_person(body={"comment": "mine"}),
    ("POST", "/api/v1/accounts/{id}/endorse"): each_person(),
    ("POST", "/api/v1/accounts/{id}/unendorse"): each_person(),
    ("POST", "/api/v1/accounts/{id}/pin"): each_person(),
    ("POST", "/api/v1/accounts/{id}/unpin"): each_person(),
    ("GET", "/api/v1/endorsements"): pages(),
    ("GET", "/api/v1/featured_tags"): once(),
    ("POST", "/api/v1/featured_tags"): new_tag,
    ("DELETE", "/api/v1/featured_tags/{id}"): each_featured_tag,
    ("GET", "/api/v1/featured_tags/suggestions"): once(),
    ("POST", "/api/v1/tags/{name}/feature"): each_tag("name", once()),
    ("POST", "/api/v1/tags/{name}/unfeature"): each_tag("name", once()),
    ("DELETE", "/api/v1/suggestions/{id}"): each_person(),
    ("POST", "/api/v1/accounts/{id}/follow"): each_person(),
    ("POST", "/api/v1/accounts/{id}/unfollow"): each_person(),
    ("POST", "/api/v1/accounts/{id}/remove_from_followers"): each_person(),
    ("POST", "/api/v1/accounts/{id}/block"): each_person(),
    ("POST", "/api/v1/accounts/{id}/unblock"): each_person(),
    ("POST", "/api/v1/accounts/{id}/mute"): each_person(),
    ("POST", "/api/v1/accounts/{id}/unmute"): each_person(),
    ("GET", "/api/v1/follow_requests"): pages(),
    ("POST", "/api/v1/follow_requests/{account_id}/authorize"): each_person(name="{account_id}"),
    ("POST", "/api/v1/follow_requests/{account_id}/reject"): each_person(name="{account_id}"),
    ("GET", "/api/v1/blocks"): pages(),
    ("GET", "/api/v1/mutes"): pages(),
    ("GET", "/api/v1/domain_blocks"): once(),
    ("POST", "/api/v1/domain_blocks"): once(body={"domain": "example.org"}),
    ("DELETE", "/api/v1/domain_blocks"): once(body={"domain": "example.org"}),
    ("GET", "/api/v1/tags/{name}"): each_tag("name", once()),
    ("POST", "/api/v1/tags/{name}/follow"): each_tag("name", once()),
    ("POST", "/api/v1/tags/{name}/unfollow"): each_tag("name", once()),
    ("GET", "/api/v1/followed_tags"): pages(),
    ("GET", "/api/v1/markers"): several({"timeline[]": "home"}, {"timeline[]": "notifications"}),
    ("POST", "/api/v1/markers"): markers,
    ("GET", "/api/v1/notifications"): pages(),
    ("GET", "/api/v1/notifications/unread_count"): once(),
    ("GET", "/api/v2/notifications/unread_count"): once(),
    ("GET", "/api/v1/notifications/requests"): pages(),
    ("GET", "/api/v1/notifications/requests/merged"): once(),
    ("GET", "/api/v1/notifications/requests/{id}"): each_person(),
    ("POST", "/api/v1/notifications/requests/{id}/accept"): each_person(),
    ("POST", "/api/v1/notifications/requests/{id}/dismiss"): each_person(),
    ("POST", "/api/v1/notifications/requests/accept"): with_each_person("id"),
    ("POST", "/api/v1/notifications/requests/dismiss"): with_each_person("id"),
    ("GET", "/api/v1/notifications/policy"): once(),
    ("PUT", "/api/v1/notifications/policy"): once(body={"filter_not_following": "true"}),
    ("GET", "/api/v2/notifications/policy"): once(),
    ("PATCH", "/api/v2/notifications/policy"): once(body={"for_not_following": "filter"}),
    ("GET", "/api/v2/notifications/{group_key}"): each_group,
    ("GET", "/api/v2/notifications/{group_key}/accounts"): each_group,
    ("POST", "/api/v2/notifications/{group_key}/dismiss"): each_group,
    ("GET", "/api/v1/notifications/{id}"): each_notification,
    ("POST", "/api/v1/notifications/clear"): once(),
    ("POST", "/api/v1/notifications/{id}/dismiss"): each_notification,
    ("GET", "/api/v2/notifications"): lambda tried, method, path: chain(
        pages()(tried, method, path),
        pages(include_filtered="true", expand_accounts="partial_avatars")(tried, method, path),
    ),
    ("GET", "/api/v2/search"): search,
    ("GET", "/api/v1/directory"): several({}, {"order": "new"}, {"order": "active"}, {"offset": "3"}),
    ("GET", "/api/v1/trends/tags"): several({"limit": "20"}, {"limit": "2", "offset": "1"}),
    ("GET", "/api/v1/trends"): once(),
    ("GET", "/api/v1/trends/links"): several({"limit": "20"}, {"limit": "2", "offset": "1"}),
    ("GET", "/api/v1/timelines/link"): linking,
    ("GET", "/api/v1/trends/statuses"): several({"limit": "40"}, {"limit": "2", "offset": "1"}),
    ("POST", "/api/v1/reports"): reports,
    ("GET", "/api/v2/suggestions"): once(),
    ("GET", "/api/v1/suggestions"): once(),
    ("GET", "/api/weetwie/v1/timelines/beyond"): pages(),
    ("GET", "/api/weetwie/v1/me/beyond"): once(),
    ("PUT", "/api/weetwie/v1/me/beyond"): once(body={"how_often": "often"}),
    ("GET", "/api/v1/lists"): once(),
    ("POST", "/api/v1/lists"): once(body={"title": "Others"}),
    ("GET", "/api/v1/lists/{id}"): each_list(once()),
    ("PUT", "/api/v1/lists/{id}"): each_list(once(body={"exclusive": "true"})),
    ("DELETE", "/api/v1/lists/{id}"): each_list(once()),
    ("GET", "/api/v1/lists/{id}/accounts"): each_list(several({}, {"limit": "0"}, {"limit": "2"})),
    ("POST", "/api/v1/lists/{id}/accounts"): each_list(with_each_person("account_ids")),
    ("DELETE", "/api/v1/lists/{id}/accounts"): each_list(with_each_person("account_ids")),
    ("GET", "/api/v1/conversations"): pages(),
    ("DELETE", "/api/v1/conversations/{id}"): each_conversation,
    ("POST", "/api/v1/conversations/{id}/read"): each_conversation,
    ("POST", "/api/v1/conversations/{id}/unread"): each_conversation,
    ("POST", "/api/v1/announcements/{id}/dismiss"): each_announcement,
    ("PUT", "/api/v1/announcements/{id}/reactions/{name}"): each_announcement,
    ("DELETE", "/api/v1/announcements/{id}/reactions/{name}"): each_announcement,
    ("GET", "/api/v2/filters"): once(),
    ("GET", "/api/v1/filters"): once(),
    ("POST", "/api/v2/filters"): once(body={"title": "x", "context": ["home"]}),
    ("GET", "/api/v2/filters/{id}"): each_filter(once()),
    ("PUT", "/api/v2/filters/{id}"): each_filter(once(body={"title": "y"})),
    ("DELETE", "/api/v2/filters/{id}"): each_filter(once()),
    ("GET", "/api/v2/filters/{filter_id}/keywords"): each_filter(once(), "filter_id"),
    ("POST", "/api/v2/filters/{filter_id}/keywords"): each_filter(once(body={"keyword": "z"}), "filter_id"),
    ("GET", "/api/v2/filters/keywords/{id}"): each_keyword(),
    ("PUT", "/api/v2/filters/keywords/{id}"): each_keyword(body={"keyword": "z"}),
    ("DELETE", "/api/v2/filters/keywords/{id}"): each_keyword(),
    ("GET", "/api/v2/filters/{filter_id}/statuses"): each_filter(once(), "filter_id"),
    ("POST", "/api/v2/filters/{filter_id}/statuses"): each_filter(filtered_posts, "filter_id"),
    ("GET", "/api/v2/filters/statuses/{id}"): each_filtered_post,
    ("DELETE", "/api/v2/filters/statuses/{id}"): each_filtered_post,
    ("POST", "/api/v1/filters"): once(body={"phrase": "x", "context": ["home"]}),
    ("GET", "/api/v1/filters/{id}"): each_keyword(),
    ("PUT", "/api/v1/filters/{id}"): each_keyword(body={"phrase": "x", "context": ["home"]}),
    ("DELETE", "/api/v1/filters/{id}"): each_keyword(),
    ("GET", "/api/v1/push/subscription"): once(),
    ("DELETE", "/api/v1/push/subscription"): once(),
    ("POST", "/api/v1/push/subscription"): once(
        body={
            "subscription": {"endpoint": "https://push.example/1", "keys": PUSH_KEYS},
            "data": {"alerts": {}},
        }
    ),
    ("PUT", "/api/v1/push/subscription"): once(body={"data": {"alerts": {"mention": True}}}),
    ("GET", "/api/v1/admin/accounts"): several({}, {"active": "true", "staff": "true"}, {"limit": "3"}),
    ("GET", "/api/v2/admin/accounts"): several({}, {"status": "suspended"}, {"username": "so"}),
    ("GET", "/api/v1/admin/accounts/{id}"): each_person(),
    ("POST", "/api/v1/admin/accounts/{id}/approve"): each_person(),
    ("POST", "/api/v1/admin/accounts/{id}/reject"): each_person(),
    ("DELETE", "/api/v1/admin/accounts/{id}"): each_person(),
    ("POST", "/api/v1/admin/accounts/{id}/action"): each_person(body={"type": "suspend"}),
    ("POST", "/api/v1/admin/accounts/{id}/enable"): each_person(),
    ("POST", "/api/v1/admin/accounts/{id}/unsilence"): each_person(),
    ("POST", "/api/v1/admin/accounts/{id}/unsuspend"): each_who_is_here,
    ("POST", "/api/v1/admin/accounts/{id}/unsensitive"): each_person(),
    ("GET", "/api/v1/admin/reports"): several({}, {"resolved": "true"}),
    ("GET", "/api/v1/admin/reports/{id}"): each_post(),
    ("PUT", "/api/v1/admin/reports/{id}"): each_post({"category": "spam"}),
    ("POST", "/api/v1/admin/reports/{id}/assign_to_self"): each_post(),
    ("POST", "/api/v1/admin/reports/{id}/unassign"): each_post(),
    ("POST", "/api/v1/admin/reports/{id}/resolve"): each_post(),
    ("POST", "/api/v1/admin/reports/{id}/reopen"): each_post(),
    ("GET", "/api/v1/admin/canonical_email_blocks"): once(),
    ("GET", "/api/v1/admin/canonical_email_blocks/{id}"): each_post(),
    ("POST", "/api/v1/admin/canonical_email_blocks/test"): once(body={"email": "ada@weetwie.test"}),
    ("POST", "/api/v1/admin/canonical_email_blocks"): once(body={"email": "no@weetwie.test"}),
    ("DELETE", "/api/v1/admin/canonical_email_blocks/{id}"): each_post(),
    **{
        (method, f"/api/v1/admin/{name}{at}"): first
        for name in ("domain_allows", "domain_blocks", "email_domain_blocks", "ip_blocks")
        for method, at in (("GET", ""), ("POST", ""), ("GET", "/{id}"), ("DELETE", "/{id}"))
    },
    ("PUT", "/api/v1/admin/domain_blocks/{id}"): first,
    ("PUT", "/api/v1/admin/ip_blocks/{id}"): first,
    ("POST", "/api/v1/admin/measures"): measures,
    ("POST", "/api/v1/admin/dimensions"): measures,
    ("POST", "/api/v1/admin/retention"): measures,
    ("GET", "/api/v1/admin/trends/links"): once(),
    ("GET", "/api/v1/admin/trends/statuses"): once(),
    ("GET", "/api/v1/admin/trends/tags"): once(),
    ("POST", "/api/v1/collections"): with_each_person("account_ids", name="Some"),
    ("GET", "/api/v1/collections/{id}"): each_collection(),
    ("PATCH", "/api/v1/collections/{id}"): each_collection({"name": "Others"}),
    ("DELETE", "/api/v1/collections/{id}"): each_collection(),
    ("POST", "/api/v1/collections/{id}/items"): put_in,
    ("DELETE", "/api/v1/collections/{id}/items/{item_id}"): each_collection(),
    ("POST", "/api/v1/collections/{id}/items/{item_id}/revoke"): each_collection(),
    ("GET", "/api/v1/accounts/{id}/collections"): each_person(),
    ("GET", "/api/v1/accounts/{id}/in_collections"): each_person(),
    ("GET", "/api/v1/profile"): once(),
    ("PATCH", "/api/v1/profile"): once(body={"display_name": "Another", "note": "@sol #open"}),
    ("GET", "/api/oembed"): by_address,
    ("POST", "/api/v1/accounts"): once(),
    ("POST", "/api/v1/emails/confirmations"): once(),
    ("POST", "/api/v1/statuses/{id}/translate"): each_post(),
    ("GET", "/api/v1/instance/terms_of_service/{date}"): once(),
    ("GET", "/api/v1/annual_reports"): once(),
    ("GET", "/api/v1/annual_reports/{year}"): once(),
    ("GET", "/api/v1/annual_reports/{year}/state"): once(),
    ("POST", "/api/v1/annual_reports/{year}/read"): once(),
    ("POST", "/api/v1/annual_reports/{year}/generate"): once(),
    ("GET", "/api/v1_alpha/async_refreshes/{key}"): once(),
    ("POST", "/api/v1/notifications/dismiss"): each_notification_named,
    ("GET", "/.well-known/oauth-protected-resource"): once(),
    ("GET", "/.well-known/oauth-protected-resource/mcp"): once(),
    ("POST", "/oauth/register"): once(
        body={"client_name": "An agent", "redirect_uris": ["http://127.0.0.1/back"]}
    ),
}
"""By method and path of the application's own table of routes."""
