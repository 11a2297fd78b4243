"""A real directory on loopback: Debian's slapd with TLS, its people as tests want them."""

import datetime as dt
import ipaddress
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import machine
from tests.patience import PATIENCE
from weetwie.settings import sources
from weetwie.settings.sources import Directory

BASE = "dc=house,dc=example"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
ADMIN, READER = f"cn=admin,{BASE}", f"cn=reader,{BASE}"
READERS_PASSWORD = "may read: & (only)"
SECRET = "Grün & blau 42"


@dataclass
class Slapd:
    folder: Path
    port: int
    tls_port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ca_file(self) -> str:
        return str(self.folder / "ca.pem")

    def told(self, **more: Any) -> Directory:
        given = {
            "kind": "ldap",
            "urls": [f"ldaps://localhost:{self.tls_port}"],
            "bind_dn": READER,
            "people_base": PEOPLE,
            "groups_base": GROUPS,
            "ca_file": self.ca_file,
        }
        return sources.directory({**given, **more})

    def start(self) -> None:
        urls = f"ldap://localhost:{self.port}/ ldaps://localhost:{self.tls_port}/"
        # Debug level 0 stays in the foreground.
        words = [_program("slapd"), "-d", "0", "-h", urls, "-f", str(self.folder / "slapd.conf")]
        self.process = subprocess.Popen(words, env=_environment(), stderr=subprocess.DEVNULL)
        for _attempt in range(1000):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            assert self.process.poll() is None, "slapd has ended"
            threading.Event().wait(0.01)
        raise AssertionError("slapd did not open its port")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    async def add(self, dn: str, **values: Any) -> None:
        async with self._admin() as connection:
            await connection.add_s(dn, [(name, _bytes(value)) for name, value in values.items()])

    async def put(self, dn: str, **values: Any) -> None:
        """Replaces the values of these attributes; None removes them."""
        from anyldap import ldap

        async with self._admin() as connection:
            changes = [(ldap.MOD_REPLACE, name, _bytes(value) or None) for name, value in values.items()]
            await connection.modify_s(dn, changes)

    async def remove(self, dn: str) -> None:
        async with self._admin() as connection:
            await connection.delete_s(dn)

    async def rename(self, dn: str, rdn: str) -> None:
        async with self._admin() as connection:
            await connection.rename_s(dn, rdn)

    async def person(self, uid: str, **more: Any) -> str:
        """Somebody new; gives the name of the entry."""
        dn = f"uid={uid},{PEOPLE}"
        kinds = ["inetOrgPerson", "shadowAccount"]
        given = {"objectClass": kinds, "cn": uid, "sn": uid, "uid": uid, "userPassword": SECRET}
        given |= {"displayName": uid.title(), "mail": f"{uid}@house.example"} | more
        await self.add(dn, **{name: value for name, value in given.items() if value is not None})
        return dn

    async def group(self, cn: str, *members: str) -> str:
        dn = f"cn={cn},{GROUPS}"
        await self.add(dn, objectClass="groupOfNames", cn=cn, member=list(members))
        return dn

    @asynccontextmanager
    async def _admin(self) -> Any:
        from weetwie.ldap import connection

        async with connection.opened(self.told()) as found:
            assert await found.bind(ADMIN, SECRET)
            yield found._found


def _bytes(value: Any) -> list[bytes]:
    values: Sequence[Any] = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [one if isinstance(one, bytes) else str(one).encode() for one in values]


_CONF = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/nis.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb.so
pidfile {folder}/pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
sizelimit size.soft=1200 size.hard=1200 size.prtotal=unlimited
{more}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{secret}"
directory {folder}/data
dbnosync
index objectClass,uid,mail,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by anonymous auth by * none
"""
_FIRST = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: house
o: House

dn: {READER}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: reader
userPassword: {READERS_PASSWORD}

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups
"""


@contextmanager
def slapd(folder: Path, more: str = "", first: str = "") -> Iterator[Slapd]:
    (folder / "data").mkdir(parents=True)
    certificates(folder)
    root = machine.slapd()
    assert root is not None
    conf = _CONF.format(
        schema=f"{root}/etc/ldap/schema", modules=f"{root}/usr/lib/ldap", folder=folder, more=more, base=BASE,
        admin=ADMIN, reader=READER, secret=SECRET,
    )  # fmt: skip
    (folder / "slapd.conf").write_text(conf)
    adding = ["-T", "add", "-q", "-f", str(folder / "slapd.conf")]
    subprocess.run(
        [_program("slapd"), *adding], input=(_FIRST + first).encode(), env=_environment(), check=True
    )
    found = Slapd(folder, _free_port(), _free_port())
    found.start()
    try:
        yield found
    finally:
        found.stop()


def _program(name: str) -> str:
    return f"{machine.slapd()}/usr/sbin/{name}"


def _environment() -> dict[str, str]:
    return machine.unpacked(machine.slapd() or "/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificates(folder: Path, name: str = "localhost") -> None:
    """An authority of our own, and a server that it vouches for."""
    now = dt.datetime.now(dt.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "House CA")])

    def made(subject: x509.Name, public: Any, *extensions: Any) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(ca_key, hashes.SHA256())

    ca = made(
        ca_name,
        ca_key.public_key(),
        x509.BasicConstraints(ca=True, path_length=None),
        x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()),
    )
    names = x509.SubjectAlternativeName(
        [
            x509.DNSName(name),
            *([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))] if name == "localhost" else []),
        ]
    )
    server = made(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        key.public_key(),
        names,
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
    )
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
