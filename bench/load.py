"""A load over loopback: keep-alive connections that ask one after the other, from one process, and the times they waited."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass


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
        link = socket.create_connection(("127.0.0.1", port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chooser.register(link, selectors.EVENT_READ)
        waiting[link] = (time.perf_counter(), bytearray())
        link.sendall(next(requests))
    begun = time.perf_counter()
    end = begun + seconds
    open_links = connections
    while open_links:
        for key, _ in chooser.select(5):
            link: socket.socket = key.fileobj  # type: ignore[assignment]
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


def _is_whole(answer: bytearray) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
    return len(body) >= int(length)
