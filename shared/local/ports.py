"""Free TCP ports of this machine for servers that keep their port over restarts."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

LOWEST, HIGHEST = 20_000, 32_000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def listens(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a server accepts connections on `port` of `address`, a name or a number, now."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> tuple[int, ...]:
    """`count` different ports on which nobody listens, outside the range that the system gives to outgoing connections.

    A port of that range may be taken by anybody's outgoing connection while its server restarts; a client that keeps trying to reach the
    stopped server can even be connected to itself. Raises OSError when none is found.
    """
    highest = min(HIGHEST, _first_ephemeral() - 1)
    if highest < LOWEST:
        highest = HIGHEST
    ports: list[int] = []
    for _ in range(1000):
        port = LOWEST + secrets.randbelow(highest - LOWEST + 1)
        if port not in ports and is_free(port):
            ports.append(port)
            if len(ports) == count:
                return tuple(ports)
    raise OSError(f"expected {count} free ports between {LOWEST} and {highest}, found {len(ports)}; stop servers that are not needed")


def free_port() -> int:
    return free_ports(1)[0]


def _first_ephemeral() -> int:
    try:
        return int(EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768
