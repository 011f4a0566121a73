"""Slow, broken and odd clients on the wire: what reaches the application behind the door, and who has to wait."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from backend.kernel.http import LARGEST_BODY
from backend.up.data_folder import REPOSITORY
from tests.up.copies import PATIENCE, free_port, until
from tests.up.echo import THREADS


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    command = [sys.executable, "-m", "granian", "tests.up.echo:make", "--factory", "--interface", "rsgi", "--port", str(number)]
    with subprocess.Popen([*command, "--http", "1", "--no-ws", "--log-level", "error"], cwd=REPOSITORY) as process:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", number)) == 0, lambda: "the server did not start")
        yield number
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def send(port: int, head: str, body: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(f"{head}\r\nHost: candor.example\r\n\r\n".encode() + body)
    return connection


def read(connection: socket.socket) -> Any:
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return json.loads(answer.read())


def test_clients_that_dawdle_keep_nobody_else_waiting(port: int) -> None:
    slow = [send(port, "POST / HTTP/1.1\r\nContent-Length: 9", b"{") for _ in range(THREADS * 4)]
    slow += [send(port, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked", b"1\r\n{\r\n") for _ in range(THREADS * 4)]
    slower = [socket.create_connection(("127.0.0.1", port)) for _ in range(THREADS * 4)]
    quick = read(send(port, "POST / HTTP/1.1\r\nContent-Length: 2", b"{}"))
    assert quick["length"] == 2
    for one in slow:
        one.setblocking(False)
        with pytest.raises(BlockingIOError):  # none of them was answered before
            one.recv(1)
    for one in [*slow, *slower]:
        one.close()


def test_a_body_that_does_not_come_in_time_is_told_so(port: int) -> None:
    assert read(send(port, "POST / HTTP/1.1\r\nContent-Length: 9", b"{"))["too slow"]


def test_a_client_that_leaves_in_the_middle_is_forgotten(port: int) -> None:
    send(port, "POST / HTTP/1.1\r\nContent-Length: 9", b"{").close()
    assert read(send(port, "GET / HTTP/1.1"))["length"] == 0


def test_a_body_in_chunks_arrives_whole(port: int) -> None:
    said = read(send(port, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert (said["length"], said["CONTENT_LENGTH"]) == (5, "5")
    assert "HTTP_TRANSFER_ENCODING" not in said


@pytest.mark.parametrize("head", [f"Content-Length: {LARGEST_BODY * 100}", "Transfer-Encoding: chunked"])
def test_of_a_body_too_large_no_more_is_read_than_shows_it(port: int, head: str) -> None:
    chunk = b"x" * (LARGEST_BODY + 1)
    body = f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" if "chunked" in head else chunk
    assert LARGEST_BODY < read(send(port, f"POST / HTTP/1.1\r\n{head}", body))["length"] < LARGEST_BODY * 3


def test_address_and_headers_are_those_of_the_request(port: int) -> None:
    head = "GET /caf%C3%A9/?q=%C3%A9 HTTP/1.1\r\nX-Twice: 1\r\nX-Twice: 2\r\nCookie: a=1\r\nCookie: b=2"
    said = read(send(port, head))
    assert said["PATH_INFO"].encode("latin-1").decode() == "/café/"
    assert said["QUERY_STRING"] == "q=%C3%A9"
    assert (said["HTTP_X_TWICE"], said["HTTP_COOKIE"], said["HTTP_HOST"]) == ("1,2", "a=1; b=2", "candor.example")
    assert (said["REMOTE_ADDR"], said["SERVER_PORT"], said["wsgi.url_scheme"]) == ("127.0.0.1", str(port), "http")


def test_a_header_cannot_pass_for_another_by_an_underscore(port: int) -> None:
    assert "HTTP_X_FORWARDED_FOR" not in read(send(port, "GET / HTTP/1.1\r\nX_Forwarded_For: 192.0.2.1"))


def test_every_cookie_of_an_answer_is_sent(port: int) -> None:
    connection = send(port, "GET / HTTP/1.1")
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
