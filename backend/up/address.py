"""Where the API listens and how the world calls it; refuses what would show a newcomer's Candor to strangers."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.up.failures import CannotStart


@dataclass(frozen=True)
class Address:
    """`ip` and `port` to listen at, `public_url` for links in mails and pages."""

    ip: str
    port: int
    loopback: bool
    public_url: str

    @property
    def local_url(self) -> str:
        """How this machine itself reaches the API."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
        return f"http://{_bracketed(anywhere.get(self.ip, self.ip))}:{self.port}"


def settle_address(host: str, port: int, environment: Mapping[str, str], sandbox: bool) -> Address:
    """Check host, port, PUBLIC_URL and SMTP_URL against each other."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        ip = str(min(found, key=lambda one: one[0] != socket.AF_INET)[4][0])  # of both kinds, the one people type
    except OSError:
        raise CannotStart(f"There is no address called “{host}”. Try --host 127.0.0.1.") from None
    loopback = ipaddress.ip_address(ip).is_loopback
    given = environment.get("PUBLIC_URL", "").rstrip("/")
    mails = bool(environment.get("SMTP_URL"))
    public_host = urlsplit(given).hostname or "" if given else host
    public = not loopback or not _is_loopback(public_host)
    if public and sandbox:
        raise CannotStart("--sandbox moves clocks and reads mail: it opens on 127.0.0.1 only.")
    if sandbox and mails:
        raise CannotStart("--sandbox and SMTP_URL exclude each other: a test clock must not send real mail.")
    if public and not mails:
        reached = host if not loopback else f"PUBLIC_URL {given}"
        raise CannotStart(
            f"{reached} can be reached by others, and without SMTP_URL everybody could read everybody's mail.\n"
            "Set SMTP_URL (smtp://user:password@server:587), or stay on 127.0.0.1."
        )
    if not loopback and not given:
        raise CannotStart("Set PUBLIC_URL to the address people use (https://candor.example): mails link to it.")
    return Address(ip, port, loopback, given or f"http://{_bracketed(host)}:{port}")


def check_port(address: Address, patience: float = 2) -> None:
    """Refuse a taken port. A copy that was just stopped is given a moment to let go of it."""
    until = time.monotonic() + patience
    while problem := _try_port(address.ip, address.port):
        if problem.errno == errno.EACCES:
            raise CannotStart(f"Port {address.port} is for root only. Choose one above 1023 with --port.")
        if problem.errno != errno.EADDRINUSE:
            raise CannotStart(f"Cannot listen at {address.ip}: {problem.strerror}.")
        if time.monotonic() > until:
            other = free_port(address.ip, address.port + 1)
            raise CannotStart(f"Port {address.port} is taken by another program. Choose another one: --port {other}")
        time.sleep(0.1)


def _try_port(ip: str, port: int) -> OSError | None:
    # Without SO_REUSEPORT on purpose: with it, two copies would silently share a port.
    with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
            probe.listen()
        except OSError as problem:
            return problem
    return None


def free_port(ip: str, first: int) -> int:
    """The first free port from `first` on."""
    return next((port for port in range(first, 65536) if _try_port(ip, port) is None), first)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
