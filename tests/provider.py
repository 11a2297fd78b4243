"""A provider of OpenID Connect on loopback that can be told to go wrong."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.loopback import Quiet, served_by

CLIENT, SECRET = "weetwie", "a secret: with %+ signs"
_KEYS = [RSAKey.generate_key(2048, {"kid": name, "use": "sig"}) for name in ("one", "two")]


@dataclass
class Provider:
    """What it says; tests change it."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """Of whoever signs in. None takes a claim away."""
    key: int = 0
    published: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    """More in the address that leads back."""
    is_down: bool = False
    hangs: bool = False
    """It takes what is asked and does not answer until this is over."""
    looks: int = 0
    """How often it was asked what it says of itself."""
    exchanges: int = 0
    """How many codes were shown to it."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key_looks: int = 0
    answers: threading.Condition = field(default_factory=threading.Condition)

    def answers_again(self) -> None:
        with self.answers:
            self.hangs = False
            self.answers.notify_all()

    def signs(self, **claims: Any) -> str:
        now = int(time.time())
        all_claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **claims}
        kept = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": f"{('one', 'two')[self.key]}"}, kept, _KEYS[self.key])

    def lets_in(self, address: str) -> str:
        """Somebody opens the address and signs in: where they are sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]} | self.answer
        return f"{asked['redirect_uri']}?{urlencode(back)}"


@contextmanager
def provider() -> Iterator[Provider]:
    told = Provider(claims={"sub": "s-1"})

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                told.looks += 1
            if told.is_down:
                return self._say(503, {})
            self._hang()
            if self.path == "/.well-known/openid-configuration":
                return self._say(200, _metadata(told) | told.metadata)
            if self.path == "/keys":
                told.key_looks += 1
                return self._say(200, {"keys": [_KEYS[told.published].as_dict(private=False)]})
            return self._say(404, {})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            told.exchanges += 1
            self._hang()
            asked = told.codes.pop(form["code"][0], None)
            if asked is None or form["redirect_uri"][0] != asked["redirect_uri"]:
                return self._say(400, {"error": "invalid_grant"})
            digest = sha256(form["code_verifier"][0].encode()).digest()
            if urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
                return self._say(400, {"error": "invalid_grant"})
            claims = {"nonce": asked["nonce"]} | told.claims
            return self._say(
                200, {"access_token": "a", "token_type": "Bearer", "id_token": told.signs(**claims)}
            )

        def _hang(self) -> None:
            with told.answers:
                told.answers.wait_for(lambda: not told.hangs)

        def _say(self, status: int, answer: Any) -> None:
            body = json.dumps(answer).encode()
            with suppress(OSError):  # whoever asked may have gone
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    with served_by(Handler) as told.issuer:
        try:
            yield told
        finally:
            told.answers_again()


def _metadata(told: Provider) -> dict[str, Any]:
    return {
        "issuer": told.issuer,
        "authorization_endpoint": f"{told.issuer}/authorize",
        "token_endpoint": f"{told.issuer}/token",
        "jwks_uri": f"{told.issuer}/keys",
        "end_session_endpoint": f"{told.issuer}/out",
    }
