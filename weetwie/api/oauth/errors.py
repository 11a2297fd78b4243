"""How OAuth says no: a code from its own list and a sentence beside it."""

from typing import Any

from weetwie.api.call import Answer
from weetwie.api.mastodon.errors import answer_to
from weetwie.api.refusals import Malformed, WrongSecret
from weetwie.errors import Forbidden, Invalid, Refusal, _, fill
from weetwie.text import language


class OAuthRefusal(Refusal):
    """A no with one of the codes of RFC 6749 and its kin."""

    code = "invalid_request"
    status = 400
    default = _("The request lacks something, or something in it is not right.")


class InvalidClient(WrongSecret, OAuthRefusal):
    code = "invalid_client"
    status = 401
    default = _("The app is not known, or its secret is not right.")


class InvalidGrant(WrongSecret, OAuthRefusal):
    code = "invalid_grant"
    default = _("The code is not, or no longer, good for this app.")


class InvalidScope(OAuthRefusal):
    code = "invalid_scope"
    default = _("The app asks for a scope that it did not register or that there is not.")


class UnsupportedGrantType(OAuthRefusal):
    code = "unsupported_grant_type"
    default = _("This grant is not known here. There are authorization_code and client_credentials.")


class UnauthorizedClient(OAuthRefusal):
    code = "unauthorized_client"
    status = 403
    default = _("This token belongs to another app.")


def refuse(call: Any, error: Exception) -> Answer:
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
