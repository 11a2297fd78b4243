"""What makes the pages an app that can be installed: how it is called, and what works without a network."""

from typing import Final

from starlette.responses import JSONResponse, Response

from weetwie.web.assets import SCRIPTS
from weetwie.web.visit import Visit

_MAY: Final = "default-src 'none'; connect-src 'self'"
SHELL: Final = ("weetwie.css", "inter.woff2", "icons.svg", "mark.svg", "say.js", "files.js", *SCRIPTS)


async def manifest(visit: Visit) -> Response:
    """https://www.w3.org/TR/appmanifest/"""
    asset, name = visit.site.assets.address, visit.viewer.policy.name
    told = {
        "name": name,
        "short_name": name[:12].strip(),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#0d6453",
        "icons": [
            {"src": asset("icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": asset("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
        "share_target": {"action": "/", "method": "GET", "params": {"text": "text", "url": "url"}},
    }
    return JSONResponse(
        told, media_type="application/manifest+json", headers={"cache-control": "public, max-age=3600"}
    )


async def worker(visit: Visit) -> Response:
    """The service worker, with the addresses of this release in it."""
    assets = visit.site.assets
    shell = [*(assets.address(name) for name in SHELL), "/offline"]
    head = f"const VERSION = {assets.version!r};\nconst SHELL = {shell!r};\n"
    return Response(
        head + assets.text("worker.js"),
        media_type="text/javascript",
        headers={"cache-control": "no-cache", "content-security-policy": _MAY},
    )


async def offline(visit: Visit) -> Response:
    return visit.show("offline.html")
