"""The refusals that only an entry point can make: about the request itself, before anything is decided."""

from weetwie.errors import Refusal, _


class Malformed(Refusal):
    """The request cannot be read."""

    default = _("The request can't be read.")


class Unauthorized(Refusal):
    """There is no token, or it is not one of ours."""

    default = _("This needs a valid access token.")


class WrongSecret(Refusal):
    """What was shown as a secret is none. Counted, so that nobody tries for ever."""


class WrongToken(WrongSecret, Unauthorized):
    """There was never such a token."""

    default = Unauthorized.default


class NoScope(Refusal):
    """The token is good, but was not given for this."""

    default = _("This action is outside the authorized scopes.")


class WrongMethod(Refusal):
    """The address is there, but not for this method."""

    default = _("This address doesn't support that method.")

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.allow = allow


class UnknownForm(Refusal):
    """The body is written in a form that nobody here reads."""

    default = _("The body must be JSON, a form or a multipart form.")
