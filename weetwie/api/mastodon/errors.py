"""From a refusal, or a failure, to the answer that the client API gives: the one table of it."""

from collections.abc import Callable, Mapping
from typing import Final

from weetwie.api.call import Answer
from weetwie.api.refusals import (
    Malformed,
    NoScope,
    Unauthorized,
    UnknownForm,
    WrongMethod,
    WrongSecret,
    WrongToken,
)
from weetwie.database.unavailable import outage
from weetwie.errors import (
    Conflict,
    Detail,
    Filling,
    Forbidden,
    Invalid,
    NoSpace,
    NotFound,
    Refusal,
    TooMany,
    Unavailable,
    _,
    fill,
)
from weetwie.http import body as bodies
from weetwie.runtime.json import Json
from weetwie.runtime.log import logger

log = logger(__name__)

Translate = Callable[[str, str], str]
"""A sentence and the wanted languages, as in `Accept-Language`; gives the sentence in the best of them."""

STATUS: Final[dict[type[Refusal], int]] = {
    Malformed: 400,
    Unauthorized: 401,
    WrongSecret: 401,
    WrongToken: 401,
    Forbidden: 403,
    NoScope: 403,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    UnknownForm: 415,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
    NoSpace: 507,
    **bodies.STATUS,
}

FAILED: Final = _("Something went wrong on our side. Give the administrators this number: {number}")


def answer_to(error: Exception, number: str, languages: str, translate: Translate) -> Answer:
    """What is said to the caller; anything but a refusal is logged under its number and never shown."""
    refusal = error if isinstance(error, Refusal) else outage(error)
    if refusal is None:
        log.error("a request failed", number=number, exc_info=error)
        sentence = fill(translate(FAILED, languages), {"number": number})
        return Answer(500, {"error": sentence, "number": number})
    if isinstance(refusal, Unavailable) and refusal is not error:
        log.warning(
            "something that a request needs is out of order",
            number=number,
            cause=type(error).__name__,
        )
    sentence = _say(refusal.sentence, refusal.values, languages, translate)
    body: dict[str, Json] = {"error": sentence}
    if isinstance(refusal, Invalid) and (refusal.details or refusal.field):
        body["details"] = _details(refusal, sentence, languages, translate)
    if isinstance(refusal, Invalid) and refusal.known_as:
        known = _say(refusal.known_as, refusal.values, languages, translate)
        body["error"] = _say(_("Validation failed: {reason}"), {"reason": known}, languages, translate)
    return Answer(status_of(refusal), body, _headers(refusal))


def status_of(refusal: Refusal) -> int:
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 422)


def _say(sentence: str, values: Mapping[str, Filling], languages: str, translate: Translate) -> str:
    return fill(translate(sentence, languages), values)


def _details(
    refusal: Invalid, sentence: str, languages: str, translate: Translate
) -> dict[str, list[dict[str, str]]]:
    if not refusal.details:
        return {str(refusal.field): [{"error": "ERR_INVALID", "description": sentence}]}

    def one(detail: Detail) -> dict[str, str]:
        return {
            "error": detail.code,
            "description": _say(detail.sentence, detail.values, languages, translate),
        }

    return {field: [one(detail) for detail in details] for field, details in refusal.details.items()}


def _headers(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, TooMany | Unavailable):
        return {"retry-after": str(refusal.retry_after)}
    if isinstance(refusal, Unauthorized):
        return {"www-authenticate": 'Bearer realm="Weetwie"'}
    if isinstance(refusal, NoScope):
        return {"www-authenticate": 'Bearer realm="Weetwie", error="insufficient_scope"'}
    if isinstance(refusal, tuple(bodies.STATUS)):
        return {"connection": "close"}  # the rest of the body is not read
    return {"allow": refusal.allow} if isinstance(refusal, WrongMethod) else {}
