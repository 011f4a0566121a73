"""Loads over loopback, from one process, and the times they waited: connections that ask one after the other, and a fixed rate."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Load:
    """What came of it: answers by status, seconds in all, and every waiting time in seconds, sorted."""

    statuses: dict[int, int]
    seconds: float
    waits: list[float]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def wait(self, share: float) -> float:
        """The waiting time that `share` of the answers did not exceed, in milliseconds."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))] * 1000


def get(host: str, path: str, token: str) -> bytes:
    """One request without a body, as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(host: str, path: str, token: str, body: bytes) -> bytes:
    """One request, as bytes."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def run_load(port: int, requests: Iterator[bytes], seconds: float, connections: int = 16) -> Load:
    """Send `requests` over `connections` for `seconds`; each connection waits for its answer before it asks again."""
    chooser = selectors.DefaultSelector()
    waiting: dict[socket.socket, tuple[float, bytearray]] = {}
    statuses: dict[int, int] = {}
    waits: list[float] = []
    for _ in range(connections):
        link = _connect(port, chooser)
        waiting[link] = (time.perf_counter(), bytearray())
        link.sendall(next(requests))
    begun = time.perf_counter()
    end = begun + seconds
    open_links = connections
    while open_links:
        for key, _ in chooser.select(5):
            link = key.fileobj  # type: ignore[assignment]
            sent, answer = waiting[link]
            answer += link.recv(65536)
            if not _is_whole(answer):
                continue
            now = time.perf_counter()
            waits.append(now - sent)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
            if now < end:
                waiting[link] = (now, bytearray())
                link.sendall(next(requests))
            else:
                chooser.unregister(link)
                link.close()
                open_links -= 1
    return Load(statuses, time.perf_counter() - begun, sorted(waits))


@dataclass(frozen=True)
class Ask:
    """One request, and who hears its status and body: True where they are right."""

    what: str
    request: bytes
    hear: Callable[[int, bytes], bool]


class Heard(NamedTuple):
    """What came of it: when it was to be sent, in seconds from the begin, how long after that its answer was there, and which."""

    what: str
    planned: float
    wait: float
    status: int
    right: bool


def run_at_rate(port: int, asks: Iterator[Ask], a_second: float, seconds: float, connections: int = 128) -> list[Heard]:
    """Send one of `asks` at each of its instants, whether or not the answers keep pace: who waits for a connection waits, too.

    At an infinite rate every connection asks again as soon as it is answered. No answer within 30 seconds is status 0.
    """
    chooser, idle, heard = selectors.DefaultSelector(), deque[socket.socket](), list[Heard]()
    busy: dict[socket.socket, tuple[float, Ask, bytearray]] = {}
    begun, sent = time.perf_counter(), 0

    def settle(link: socket.socket, status: int, body: bytes) -> None:
        planned, ask, _ = busy.pop(link)
        heard.append(Heard(ask.what, planned - begun, time.perf_counter() - planned, status, ask.hear(status, body)))

    def drop(link: socket.socket) -> None:
        chooser.unregister(link)
        link.close()

    while (now := time.perf_counter()) < begun + seconds or (busy and now < begun + seconds + 30):
        planned = begun + sent / a_second
        while planned <= now < begun + seconds and (idle or len(busy) < connections):
            link = idle.popleft() if idle else _connect(port, chooser)
            busy[link] = (planned, ask := next(asks), bytearray())
            link.sendall(ask.request)
            sent += 1
            planned = begun + sent / a_second
        pause = planned - now if planned > now and now < begun + seconds else 0.5
        for key, _ in chooser.select(min(pause, 0.5)):
            link = key.fileobj  # type: ignore[assignment]
            part = _receive(link)
            if link not in busy:  # closed while nothing was asked of it
                idle.remove(link)
                drop(link)
                continue
            answer = busy[link][2]
            answer += part
            if _is_whole(answer):
                settle(link, int(answer[9:12]), bytes(answer.partition(b"\r\n\r\n")[2]))
                idle.append(link)
            elif not part:
                settle(link, 0, b"")
                drop(link)
    for link in [*busy]:
        settle(link, 0, b"")
    chooser.close()
    return heard


def _connect(port: int, chooser: selectors.BaseSelector) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    chooser.register(link, selectors.EVENT_READ)
    return link


def _receive(link: socket.socket) -> bytes:
    try:
        return link.recv(65536)
    except OSError:
        return b""


def _is_whole(answer: bytearray) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
    return len(body) >= int(length)
