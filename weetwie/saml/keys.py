"""Our own key and certificate: with which requests are signed, and for which assertions are encrypted."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_LASTS: Final = timedelta(days=3650)
_BITS: Final = 3072


class OwnKey(msgspec.Struct, frozen=True):
    """Both as PEM."""

    key: str
    certificate: str

    @property
    def ends_at(self) -> datetime:
        return x509.load_pem_x509_certificate(self.certificate.encode()).not_valid_after_utc


class OwnKeys(msgspec.Struct, frozen=True):
    """The first signs; all of them are in our metadata and open what is encrypted for us, so that they can be changed while people sign in."""

    keys: tuple[OwnKey, ...]

    def with_next(self) -> "OwnKeys":
        """One that was made next and is not used yet gives way."""
        return OwnKeys((self.keys[0], made(self.name)))

    def on_next(self) -> "OwnKeys":
        """The newest alone."""
        return OwnKeys(self.keys[-1:])

    @property
    def name(self) -> str:
        certificate = x509.load_pem_x509_certificate(self.keys[0].certificate.encode())
        return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def first(host: str) -> OwnKeys:
    return OwnKeys((made(host),))


def made(host: str) -> OwnKey:
    """Takes some tenths of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    begins = datetime.now().astimezone() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + _LASTS)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return OwnKey(
        key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


def read(text: str) -> OwnKeys:
    return msgspec.json.decode(text, type=OwnKeys)


def written(keys: OwnKeys) -> str:
    return msgspec.json.encode(keys).decode()
