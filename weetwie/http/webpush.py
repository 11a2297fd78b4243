"""A message to a phone or a browser by way of its push service: RFC 8030, encrypted by RFC 8291, signed by RFC 8292."""

import base64
import ipaddress
import os
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Final, Literal
from urllib.parse import urlsplit

import http_ece
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from weetwie.http.fetch import Allows, guarded, is_public
from weetwie.runtime.later import httpx, jwk, jwt

SECONDS: Final = 10.0
LARGEST: Final = 3000
"""Bytes of a message before it is encrypted: every service takes 4,096 after it."""
_SIGNED_FOR: Final = 12 * 3600
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256, https://www.secg.org/sec2-v2.pdf."""


class PushFailed(Exception):
    """The service did not take it. `gone`: nobody is there any more; `refused`: it will never take this one; `ours`: it does
    not know this installation, or no longer; else it may be tried again, after `retry_after` seconds where the service says so."""

    def __init__(
        self, why: str, kind: Literal["gone", "refused", "ours", "later"], retry_after: float = 0.0
    ) -> None:
        super().__init__(why)
        self.kind = kind
        self.retry_after = retry_after


class Device(msgspec.Struct, frozen=True):
    endpoint: str
    p256dh: bytes
    """Its public key, an uncompressed point: 65 bytes."""
    auth: bytes
    """16 bytes."""
    is_standard: bool = True


class Sender:
    """Signs as this installation. `seed` are 32 random bytes that stay the same; `contact` is an address (`mailto:`, `https:`)
    at which the services reach those who run it."""

    def __init__(
        self,
        seed: bytes,
        contact: str,
        user_agent: str,
        *,
        allows: Allows = is_public,
        only_https: bool = True,
    ) -> None:
        self._contact = contact
        self._seed = seed
        self._only_https = only_https
        self.public_key = public_key(seed)
        self._user_agent = user_agent
        self._allows = allows

    @cached_property
    def _key(self) -> "jwk.ECKey":
        return jwk.ECKey.import_key(_private(self._seed))

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        return httpx.AsyncClient(
            transport=guarded(self._allows),
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": self._user_agent},
        )

    def unseal(self, sealed: bytes) -> str:
        """Empty for what was sealed with another key."""
        try:
            return AESGCM(self._seed).decrypt(sealed[:12], sealed[12:], None).decode()
        except (InvalidTag, ValueError):
            return ""

    async def send(self, to: Device, content: bytes, *, ttl: int, is_urgent: bool = False) -> None:
        """`ttl` is for how many seconds it is of use. Raises PushFailed."""
        try:
            body, headers = _encrypted(to, content)
        except ValueError as error:
            raise PushFailed("the device gave no such key", "gone") from error
        headers |= self._signature(to, headers) | {
            "ttl": str(ttl),
            "urgency": "high" if is_urgent else "normal",
            "content-type": "application/octet-stream",
        }
        if self._only_https and not to.endpoint.startswith("https://"):
            raise PushFailed("only https is pushed to", "gone")
        try:
            answer = await self._client.post(to.endpoint, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise PushFailed(type(error).__name__, "later") from error
        _check(answer)

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._client.aclose()

    def _signature(self, to: Device, headers: dict[str, str]) -> dict[str, str]:
        parts = urlsplit(to.endpoint)
        claims: dict[str, str | int] = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + _SIGNED_FOR,
            "sub": self._contact,
        }
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._key)
        if to.is_standard:
            return {"authorization": f"vapid t={token}, k={self.public_key}"}
        return {
            "authorization": f"WebPush {token}",
            "crypto-key": f"{headers['crypto-key']};p256ecdsa={self.public_key}",
        }


def seal(seed: bytes, text: str) -> bytes:
    """For what only a sender with this seed is to read."""
    nonce = os.urandom(12)
    return nonce + AESGCM(seed).encrypt(nonce, text.encode(), None)


def public_key(seed: bytes) -> str:
    """As apps want it: an uncompressed point in base64url without padding."""
    return encoded(_private(seed).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding. Raises ValueError."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


def is_point(content: bytes) -> bool:
    """Whether it is a public key that something can be encrypted for."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content)
    except ValueError:
        return False
    return len(content) == 65


def is_endpoint(address: str, *, only_https: bool = True) -> bool:
    """Whether one could push there, as far as the address says: the numbers behind the name are looked at when it is done."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in (("https",) if only_https else ("https", "http")) or not host or parts.username:
        return False
    try:
        return not only_https or is_public(ipaddress.ip_address(host))
    except ValueError:
        return len(address) <= 2000


def _private(seed: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())


def _encrypted(to: Device, content: bytes) -> tuple[bytes, dict[str, str]]:
    once = ec.generate_private_key(ec.SECP256R1())
    version = "aes128gcm" if to.is_standard else "aesgcm"
    salt = os.urandom(16)
    body: bytes = http_ece.encrypt(
        content, salt=salt, private_key=once, dh=to.p256dh, auth_secret=to.auth, version=version
    )
    headers = {"content-encoding": version}
    if not to.is_standard:
        ours = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        headers |= {"encryption": f"salt={encoded(salt)}", "crypto-key": f"dh={encoded(ours)}"}
    return body, headers


def _check(answer: "httpx.Response") -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise PushFailed(f"it answered {status}", "gone")
    if status in (408, 425, 429) or status >= 500:
        raise PushFailed(f"it answered {status}", "later", _asked_wait(answer.headers.get("retry-after", "")))
    if status in (401, 403):  # the signature or its key (RFC 8292), never the device
        host = answer.request.url.host
        raise PushFailed(
            f"{host} answered {status}", "ours", _asked_wait(answer.headers.get("retry-after", ""))
        )
    raise PushFailed(f"it answered {status}", "refused")


def _asked_wait(told: str) -> float:
    """Seconds, or until a moment (RFC 9110, 10.2.3); 0 where it says neither."""
    if told.isascii() and told.isdigit() and len(told) < 7:
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return 0.0
    now = datetime.now(until.tzinfo)
    return min(max((until - now).total_seconds(), 0.0), 999_999.0)
