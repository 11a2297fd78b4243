"""OpenID Connect as the relying party: discovery, the way to the provider and back, keys that change, tokens that are checked.

Nothing that a provider says is believed unless its signature, issuer, audience, times and nonce are right
(OpenID Connect Core 1.0, section 3.1.3.7; RFC 9700; RFC 9207 against mix-up).
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from weetwie.errors import Forbidden, Invalid, Unavailable, _
from weetwie.runtime.later import httpx, jose_errors, jwk, jws, jwt
from weetwie.runtime.shared_fetch import SharedFetch

SECONDS: Final = 4.0
"""A provider answers within this, or does not answer: for what it says of itself and its keys, and for everything together
that is asked when somebody comes back from it."""
LEEWAY: Final = 120
"""How far the clocks of two servers may differ (seconds)."""
_METADATA_LASTS: Final = 3600.0
_BETWEEN_KEY_LOOKS: Final = 10.0
"""A token with an unknown key makes us look for new keys, but not more often than this."""
_LARGEST: Final = 512 * 1024
_OLDEST_NOTICE: Final = 600
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"

ALGORITHMS: Final = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
"""Signatures with a key pair; never none, never a shared secret."""

Claims = Mapping[str, Any]

_AWAY: Final = _(
    "{provider} isn't responding. Try again in a few minutes. If it keeps happening, contact an administrator."
)
_MISSET: Final = _(
    "Logging in with {provider} isn't set up correctly: {why}. Ask an administrator to fix this."
)
_UNTRUE: Final = _("{provider} sent an answer for a different login: {why}. Start again.")
_CLOCK: Final = _(
    "The clocks of {provider} and this server differ too much. Ask an administrator to fix this."
)
_EXPIRED: Final = _("Logging in with {provider} took too long. Start again.")


class ProviderMetadata(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class SignedIn(msgspec.Struct, frozen=True):
    """Who has signed in, as the provider says."""

    claims: Claims
    id_token: str

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def provider_session(self) -> str:
        sid = self.claims.get("sid")
        return sid if isinstance(sid, str) else ""


class Notice(msgspec.Struct, frozen=True):
    """The provider says that somebody signed out there."""

    subject: str
    provider_session: str
    issued_at: int


class OidcProvider:
    """One provider, with its metadata and keys as last seen."""

    def __init__(
        self,
        name: str,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        transport: "httpx.AsyncBaseTransport | None" = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.issuer = issuer
        self.client_id = client_id
        self._secret = client_secret
        self._transport = transport
        self._now = now
        self._metadata = SharedFetch(self._fetch_metadata)
        self._keys = SharedFetch(self._fetch_keys)

    async def metadata(self) -> ProviderMetadata:
        """Raises Unavailable, and Forbidden for metadata that cannot be right."""
        return await self._metadata.get(_METADATA_LASTS)

    async def _fetch_metadata(self) -> ProviderMetadata:
        return self._read(
            await self._json("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        )

    async def way_there(
        self, redirect_uri: str, scopes: str, state: str, nonce: str, verifier: str, more: Mapping[str, str]
    ) -> str:
        """The address at which somebody signs in with the provider."""
        metadata = await self.metadata()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            **more,
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with(metadata.authorization_endpoint, asked)

    async def check_sender(self, issuer: str | None) -> None:
        """Against mix-up: an answer that names its issuer must name this one. Raises Invalid."""
        metadata = await self.metadata()
        is_missing = issuer is None and metadata.authorization_response_iss_parameter_supported
        if is_missing or (issuer is not None and issuer != metadata.issuer):
            raise self._untrue(_("it comes from another provider"))

    async def answer(self, code: str, redirect_uri: str, verifier: str, nonce: str) -> SignedIn:
        """Changes the code for who it is. Raises Unavailable, Invalid, Forbidden."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._answer(code, redirect_uri, verifier, nonce)
        except TimeoutError as error:
            raise Unavailable(_AWAY, provider=self.name) from error

    async def _answer(self, code: str, redirect_uri: str, verifier: str, nonce: str) -> SignedIn:
        metadata = await self.metadata()
        tokens = await self._exchange(metadata, code, redirect_uri, verifier)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise self._misset(_("it sent no ID token"))
        claims = await self._verified(id_token)
        self._check(claims)
        if claims.get("nonce") != nonce:
            raise self._untrue(_("it answers another request"))
        return SignedIn(await self._more(metadata, claims, tokens.get("access_token")), id_token)

    async def notice(self, logout_token: str) -> Notice:
        """A logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6). Raises Invalid, Unavailable."""
        claims = await self._verified(logout_token)
        self._check(claims, needs_subject=False)
        events = claims.get("events")
        if not isinstance(events, Mapping) or _LOGOUT_EVENT not in events or "nonce" in claims:
            raise self._untrue(_("it isn't a logout message"))
        subject, session = claims.get("sub") or "", claims.get("sid") or ""
        if not (isinstance(subject, str) and isinstance(session, str) and (subject or session)):
            raise self._untrue(_("it doesn't say who logged out"))
        if not isinstance(claims.get("jti"), str) or self._now() - claims["iat"] > _OLDEST_NOTICE:
            raise self._untrue(_("it's too old"))
        return Notice(subject, session, int(claims["iat"]))

    async def way_out(self, id_token: str, back_to: str) -> str:
        """Where one signs out of the provider too; empty where there is no such place (RP-Initiated Logout 1.0)."""
        metadata = await self.metadata()
        if not metadata.end_session_endpoint:
            return ""
        asked = {"client_id": self.client_id, "post_logout_redirect_uri": back_to}
        return _with(metadata.end_session_endpoint, asked | ({"id_token_hint": id_token} if id_token else {}))

    def _read(self, found: Any) -> ProviderMetadata:
        try:
            metadata = msgspec.convert(found, ProviderMetadata)
        except msgspec.ValidationError as error:
            raise self._misset(str(error)) from None
        if metadata.issuer != self.issuer:
            raise self._misset(_("it calls itself {issuer}"), issuer=metadata.issuer[:200])
        for address in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            if urlsplit(self.issuer).scheme == "https" and not address.startswith("https://"):
                raise self._misset(_("it uses an unencrypted connection"))
        return metadata

    async def _exchange(self, metadata: ProviderMetadata, code: str, redirect_uri: str, verifier: str) -> Any:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if not self._secret:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            quoted = (httpx.QueryParams({"": part}).__str__()[1:] for part in (self.client_id, self._secret))
            auth = httpx.BasicAuth(*quoted)  # each is form-encoded first (RFC 6749, section 2.3.1)
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        return await self._json("POST", metadata.token_endpoint, data=form, auth=auth)

    async def _more(self, metadata: ProviderMetadata, claims: Claims, access_token: Any) -> Claims:
        """Some providers tell only the subject in the token, and the rest when asked."""
        if {"name", "email"} <= claims.keys() or not metadata.userinfo_endpoint or not access_token:
            return claims
        told = await self._json(
            "GET", metadata.userinfo_endpoint, headers={"authorization": f"Bearer {access_token}"}
        )
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise self._untrue(_("it's about someone else"))
        return {**told, **claims}

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature is right; with a key that is new to us, the keys are read again."""
        if len(token) > _LARGEST:
            raise self._untrue(_("it's too large"))
        keys = await self._key_set()
        try:
            return self._decoded(token, keys)
        except (jose_errors.JoseError, ValueError, TypeError):
            fresh = await self._key_set(is_stale=True)
            if fresh is keys:
                raise self._untrue(_("its signature is wrong")) from None
        try:
            return self._decoded(token, fresh)
        except (jose_errors.JoseError, ValueError, TypeError):
            raise self._untrue(_("its signature is wrong")) from None

    @staticmethod
    def _decoded(token: str, keys: "jwk.KeySet") -> dict[str, Any]:
        header = jws.extract_compact(token.encode()).headers()
        if header.get("kid"):
            return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        for key in keys.keys:
            try:
                return dict(jwt.decode(token, key, algorithms=ALGORITHMS).claims)
            except (jose_errors.JoseError, ValueError, TypeError):
                continue
        raise ValueError("no key fits")

    async def _key_set(self, *, is_stale: bool = False) -> "jwk.KeySet":
        return await self._keys.get(self.between_key_looks if is_stale else _METADATA_LASTS)

    async def _fetch_keys(self) -> "jwk.KeySet":
        found = await self._json("GET", (await self.metadata()).jwks_uri)
        try:
            return jwk.KeySet.import_key_set(_known(found))
        except (jose_errors.JoseError, ValueError, TypeError, KeyError) as error:
            raise self._misset(_("its keys can't be read")) from error

    between_key_looks = _BETWEEN_KEY_LOOKS

    def _check(self, claims: Claims, *, needs_subject: bool = True) -> None:
        now = self._now()
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        if claims.get("iss") != self.issuer:
            raise self._untrue(_("it comes from another provider"))
        if not isinstance(audiences, list) or self.client_id not in audiences:
            raise self._untrue(_("it's meant for another application"))
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp", self.client_id) != self.client_id:
            raise self._untrue(_("it's meant for another application"))
        times = [claims.get(name, 0) for name in ("iat", "nbf", "exp")]
        if not all(isinstance(at, int | float) and not isinstance(at, bool) for at in times) or not times[0]:
            raise self._untrue(_("it has no date"))
        if max(times[0], times[1]) > now + LEEWAY:
            raise Invalid(_CLOCK, provider=self.name)
        if (needs_subject or "exp" in claims) and times[2] < now - LEEWAY:
            raise Invalid(_EXPIRED, provider=self.name)
        subject = claims.get("sub")
        if needs_subject and not (isinstance(subject, str) and 0 < len(subject) <= 255):
            raise self._untrue(_("it doesn't say who it's about"))

    async def _json(self, method: str, address: str, **more: Any) -> Any:
        try:
            async with (
                httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client,
                asyncio.timeout(SECONDS),
            ):
                got = await client.request(method, address, **more)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise Unavailable(_AWAY, provider=self.name) from error
        if got.status_code >= 500:
            raise Unavailable(_AWAY, provider=self.name)
        if got.status_code == 400 and method == "POST" and _error_of(got) == "invalid_grant":
            raise Invalid(_EXPIRED, provider=self.name)
        if got.status_code != 200:
            why = _("it answered {status} {error}")
            raise self._misset(why, status=got.status_code, error=_error_of(got))
        try:
            return msgspec.json.decode(got.content[:_LARGEST])
        except msgspec.DecodeError:
            raise self._misset(_("its answer can't be read")) from None

    def _misset(self, why: str, **values: object) -> Forbidden:
        return Forbidden(_MISSET, provider=self.name, why=why.format(**values) if values else why)

    def _untrue(self, why: str) -> Invalid:
        return Invalid(_UNTRUE, provider=self.name, why=why)


def _known(found: Any) -> Any:
    """Keys for signing, of kinds that we know: others beside them must not spoil the set."""
    keys = found["keys"]
    return {
        "keys": [
            one for one in keys if one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig"
        ]
    }


def _error_of(got: "httpx.Response") -> str:
    """The provider's own word for what is wrong, if it is a plain one."""
    try:
        error = msgspec.json.decode(got.content[:_LARGEST], type=dict[str, Any]).get("error", "")
    except msgspec.DecodeError:
        return ""
    return error if isinstance(error, str) and error.replace("_", "").isalnum() and len(error) < 60 else ""


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
