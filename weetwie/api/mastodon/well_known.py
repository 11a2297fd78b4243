"""How other programs find this installation and the people in it: nodeinfo, WebFinger, host-meta."""

from urllib.parse import urlsplit

import msgspec

from weetwie import __version__
from weetwie.access.policy import Policy
from weetwie.api.call import Answer, Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.instance import domain
from weetwie.api.refusals import Malformed
from weetwie.domain.people.census import census
from weetwie.domain.people.lookup import lookup
from weetwie.errors import NotFound, _
from weetwie.views import people as seen_people

routes = Routes("discovery")

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
_PROFILE_PAGE = "http://webfinger.net/rel/profile-page"


class LinkTo(msgspec.Struct, omit_defaults=True):
    rel: str
    href: str = ""
    type: str = ""
    template: str = ""


class Links(msgspec.Struct):
    links: list[LinkTo]


class NodeInfo(msgspec.Struct):
    version: str
    software: dict[str, str]
    usage: dict[str, int | dict[str, int]]
    metadata: dict[str, str]
    protocols: list[str] = []
    services: dict[str, list[str]] = msgspec.field(default_factory=lambda: {"inbound": [], "outbound": []})
    open_registrations: bool = msgspec.field(name="openRegistrations", default=False)


class WebFingerParams(msgspec.Struct):
    resource: str = ""


class Jrd(msgspec.Struct):
    subject: str
    aliases: list[str]
    links: list[LinkTo]


@routes.get("/.well-known/nodeinfo")
async def nodeinfo_places(call: Call) -> Links:
    """Links to the documents about this server."""
    return Links(
        [LinkTo(f"{_SCHEMA}{version}", f"{call.base_url}/nodeinfo/{version}") for version in ("2.0", "2.1")]
    )


@routes.get("/nodeinfo/2.0")
async def nodeinfo(call: Call) -> NodeInfo:
    """What kind of server this is."""
    return await _nodeinfo(call, "2.0")


@routes.get("/nodeinfo/2.1")
async def nodeinfo_with_homepage(call: Call) -> NodeInfo:
    """What kind of server this is, and where it is."""
    return await _nodeinfo(call, "2.1")


async def _nodeinfo(call: Call, version: str) -> NodeInfo:
    policy: Policy = call.viewer.policy
    count = await census(await call.db(), call.viewer)
    software = {"name": "weetwie", "version": __version__}
    if version == "2.1":
        software["homepage"] = call.base_url
    return NodeInfo(
        version=version,
        software=software,
        usage={"users": {"total": count.people, "activeMonth": count.active}, "localPosts": count.posts},
        metadata={"nodeName": policy.name, "nodeDescription": policy.description},
    )


@routes.get("/.well-known/webfinger", answer=Jrd)
async def webfinger(call: Call, asked: WebFingerParams) -> Answer:
    """Resolve an address like ada@example.org; people the viewer cannot see look like nobody."""
    if not asked.resource:
        raise Malformed(_("{field} is missing."), field="resource")
    db = await call.db()
    person_id = await lookup(db, call.viewer, _handle(asked.resource, call.base_url))
    seen = await seen_people.people(db, call.viewer, [person_id])
    if not seen:
        raise NotFound
    [profile] = await seen_people.profiles(db, seen)
    page = f"{call.base_url}/@{profile.handle}"
    actor = f"{call.base_url}/users/{profile.handle}"
    jrd = Jrd(
        subject=f"acct:{profile.handle}@{domain(call.base_url)}",
        aliases=[page, actor],
        links=[LinkTo(_PROFILE_PAGE, page, "text/html")],
    )
    return Answer(200, jrd, content_type="application/jrd+json; charset=utf-8")


def _handle(resource: str, base_url: str) -> str:
    """The handle in `acct:ada@here`, `ada@here`, or the address of a profile. Raises NotFound for other places."""
    if resource.startswith(("http://", "https://")):
        place, path = _place_and_path(resource)
        steps = path.strip("/").split("/")
        if place.lower() != domain(base_url).lower():
            raise NotFound
        if len(steps) == 1 and steps[0].startswith("@"):
            return steps[0][1:]
        if len(steps) == 2 and steps[0] == "users":
            return steps[1]
        raise NotFound
    handle, _at, place = resource.removeprefix("acct:").lstrip("@").rpartition("@")
    if not handle or place.lower() != domain(base_url).lower():
        raise NotFound
    return handle


def _place_and_path(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise NotFound from None
    return parts.netloc, parts.path


@routes.get("/.well-known/host-meta")
async def host_meta(call: Call) -> Answer:
    """The address of WebFinger, for older programs."""
    template = f"{call.base_url}/.well-known/webfinger?resource={{uri}}"
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{template}"/>\n</XRD>\n'
    )
    return Answer(200, xml.encode(), content_type="application/xrd+xml; charset=utf-8")
