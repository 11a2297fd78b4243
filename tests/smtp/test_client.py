"""Letters by SMTP over TLS, against a real mail server on loopback with a certificate of its own."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from weetwie.smtp.client import SmtpClient
from weetwie.smtp.failed import SendFailed


class Box:
    def __init__(self) -> None:
        self.got: list[Any] = []

    async def handle_DATA(  # noqa: N802
        self, _server: Any, session: Any, envelope: Any
    ) -> str:
        self.got.append((session.ssl is not None, message_from_bytes(envelope.content)))
        return "250 OK"


def certificate(folder: Path) -> Path:
    """For `localhost`, signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def server(pem: Path) -> Iterator[tuple[Controller, Box]]:
    """One that takes letters after STARTTLS alone."""
    box, context = Box(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="localhost", port=port, tls_context=context, require_starttls=True)
    server.start()
    yield server, box
    server.stop()


async def test_a_letter_goes_over_tls_and_says_how_to_end_them(
    server: tuple[Controller, Box], pem: Path
) -> None:
    running, box = server
    trusting = ssl.create_default_context(cafile=str(pem))
    post = SmtpClient(f"smtp://localhost:{running.port}", "house@house.example", "House", tls=trusting)
    stop = f"https://house.example/letters/stop/{'x' * 120}"
    await post.send("ada@house.example", "Grüße, " * 20, "Hello Ada", "<p>Hello Ada</p>", stop)
    ((was_tls, letter),) = box.got
    assert was_tls
    assert letter["List-Unsubscribe"] == f"<{stop}>", "as it is, however long: encoded, no program finds it"
    assert str(make_header(decode_header(letter["Subject"]))) == ("Grüße, " * 20).strip()


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_letter(
    server: tuple[Controller, Box],
) -> None:
    running, box = server
    post = SmtpClient(f"smtp://localhost:{running.port}", "house@house.example")
    with pytest.raises(SendFailed) as refusal:
        await post.send("ada@house.example", "Hello", "Hello", "<p>Hello</p>")
    assert not refusal.value.is_final, "it may be set right"
    assert box.got == []


async def test_a_server_that_wants_tls_gets_none_from_who_is_told_not_to(
    server: tuple[Controller, Box],
) -> None:
    running, box = server
    post = SmtpClient(f"smtp+plain://localhost:{running.port}", "house@house.example")
    with pytest.raises(SendFailed):
        await post.send("ada@house.example", "Hello", "Hello", "<p>Hello</p>")
    assert box.got == []
