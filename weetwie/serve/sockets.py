"""Where the program listens: bound before anything else starts, so that a port in use is told at once."""

import errno
import os
import socket
import time

from weetwie.errors import Unavailable

_IN_USE = "Port {port} of {host} is in use by another program. End it, or choose another port (--port, WEETWIE_PORT)."
_CANNOT = "Can't listen on {host}, port {port}: {why}. Choose another (--host, --port)."

_PATIENCE, _LOOK_AGAIN = 6.0, 0.1


def bind(host: str, port: int, *, shares: int = 1) -> list[list[socket.socket]]:
    """For each process that shares the port its own sockets: one for each address of the host. Nobody is let in yet.

    Processes of a program that was killed end by themselves a moment later, so a port in use is tried for a few seconds."""
    if given := _given():
        return [[one.dup() for one in given] for _share in range(shares)]
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return _bind(host, port, shares)
        except Unavailable as problem:
            if problem.sentence != _IN_USE or time.monotonic() > until:
                raise
        time.sleep(_LOOK_AGAIN)


_FIRST_GIVEN = 3


def _given() -> list[socket.socket]:
    """Those that systemd holds for us (`packaging/weetwie.socket`): while one program ends and the next one starts, people wait in
    them. Other programs that we start are not meant."""
    count, process = os.environ.pop("LISTEN_FDS", "0"), os.environ.pop("LISTEN_PID", "")
    if process != str(os.getpid()):
        return []
    given = [socket.socket(fileno=_FIRST_GIVEN + number) for number in range(int(count))]
    for one in given:
        one.setblocking(False)
    return given


def _bind(host: str, port: int, shares: int) -> list[list[socket.socket]]:
    try:
        addresses = _addresses(host, port)
        if shares > 1:  # sockets that share a port would also share it with a stranger
            for place in addresses:
                _bound(place, is_shared=False).close()
        return [[_bound(place, is_shared=shares > 1) for place in addresses] for _share in range(shares)]
    except OSError as error:
        sentence = _IN_USE if error.errno == errno.EADDRINUSE else _CANNOT
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise Unavailable(sentence, host=host, port=port, why=why) from error


Socket = socket.socket
_Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Place = tuple[socket.AddressFamily, _Address]


def _addresses(host: str, port: int) -> list[_Place]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _kind, _proto, _name, address in found))


def _bound(place: _Place, *, is_shared: bool) -> socket.socket:
    family, address = place
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address[0] != "::"))
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
