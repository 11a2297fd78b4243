"""What use cases know of this installation, from its settings."""

from weetwie.context import Site
from weetwie.serve import store
from weetwie.settings import Settings


def site_of(settings: Settings) -> Site:
    return Site(
        base_url=settings.base_url.rstrip("/"),
        sends_mail=settings.smtp_url is not None,
        store=store.chosen(settings),
        data=settings.data,
        directory=settings.directory,
        sso=settings.sso,
        saml=settings.saml,
        mail_in=settings.mail_in,
        remote_user=settings.remote_user,
    )
