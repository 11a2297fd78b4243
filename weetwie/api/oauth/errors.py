"""How OAuth says no: a code from its own list and a sentence beside it."""

from weetwie.api.call import Answer, Call
from weetwie.api.mastodon.errors import answer_to
from weetwie.api.refusals import Malformed, WrongSecret
from weetwie.errors import Forbidden, Invalid, Refusal, _, fill
from weetwie.text import language


class OAuthRefusal(Refusal):
    """A no with one of the codes of RFC 6749 and its kin."""

    code = "invalid_request"
    status = 400
    default = _("Something in the request is missing or wrong.")


class InvalidClient(WrongSecret, OAuthRefusal):
    code = "invalid_client"
    status = 401
    default = _("The app is unknown, or its secret is wrong.")


class InvalidGrant(WrongSecret, OAuthRefusal):
    code = "invalid_grant"
    default = _("The code doesn't work for this app, or has expired.")


class InvalidScope(OAuthRefusal):
    code = "invalid_scope"
    default = _("The app asks for a scope that doesn't exist or that it didn't register.")


class UnsupportedGrantType(OAuthRefusal):
    code = "unsupported_grant_type"
    default = _("This grant isn't supported. Use authorization_code or client_credentials.")


class InvalidTarget(OAuthRefusal):
    code = "invalid_target"
    default = _("The agent asks for access to something else than this installation.")


class InvalidRedirectUri(OAuthRefusal):
    code = "invalid_redirect_uri"
    default = _("A redirect address of an agent must be https, or http on the person's own computer.")


class InvalidClientMetadata(OAuthRefusal):
    code = "invalid_client_metadata"
    default = _("The agent's description can't be read.")


class UnauthorizedClient(OAuthRefusal):
    code = "unauthorized_client"
    status = 403
    default = _("This token belongs to another app.")


def refuse(call: Call, error: Exception) -> Answer:
    """The answer to a refusal in the form of OAuth; failures of ours are told as everywhere."""
    if isinstance(error, Forbidden):
        error = UnauthorizedClient()
    elif isinstance(error, Malformed | Invalid):
        error = OAuthRefusal(error.sentence, **error.values)
    languages = call.languages
    if not isinstance(error, OAuthRefusal):
        return answer_to(error, call.request_id, languages, language.translate_for)
    sentence = fill(language.translate_for(error.sentence, languages), error.values)
    headers = {"www-authenticate": 'Basic realm="Weetwie"'} if error.status == 401 else {}
    return Answer(error.status, {"error": error.code, "error_description": sentence}, headers)
