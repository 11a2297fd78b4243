"""An app registers itself, and asks who it is."""

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Application, CredentialApplication
from weetwie.api.mastodon.push import public_key
from weetwie.domain.identity import apps
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.errors import or_not_found

routes = Routes("apps")


class NewApp(msgspec.Struct, kw_only=True):
    client_name: str
    redirect_uris: list[str]
    scopes: str = ""
    website: str | None = None


@routes.post("/api/v1/apps")
async def register(call: Call, new: NewApp) -> CredentialApplication:
    """Register an app; no token is needed."""
    redirects = [redirect for given in new.redirect_uris for redirect in given.split()]
    db = await call.db()
    app, secret = await apps.register(db, new.client_name, redirects, new.scopes, new.website)
    return CredentialApplication(
        id=str(app.id),
        name=app.name,
        website=app.website or None,
        scopes=app.scopes,
        redirect_uris=app.redirect_uris,
        redirect_uri="\n".join(app.redirect_uris),
        vapid_key=await public_key(db),
        client_id=app.client_id,
        client_secret=secret,
        client_secret_expires_at=0,
    )


@routes.get("/api/v1/apps/verify_credentials", access="app")
async def verify_credentials(call: Call) -> Application:
    """The app this token belongs to."""
    db = await call.db()
    app = or_not_found(await apps.by_id(db, call.viewer.app_id))
    return application(app, await public_key(db))


def application(app: RegisteredApp, vapid_key: str) -> Application:
    return Application(
        id=str(app.id),
        name=app.name,
        website=app.website or None,
        scopes=app.scopes,
        redirect_uris=app.redirect_uris,
        redirect_uri="\n".join(app.redirect_uris),
        vapid_key=vapid_key,
    )
