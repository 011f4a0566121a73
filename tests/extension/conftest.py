"""What the extension's own tests need beside the browser of e2e/candor_browser.py: a stand-in server, and somebody signed in.

The stand-in is for what the true server cannot easily be brought to show; the two together are tried in e2e/.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.extension.fake_server import FakeServer


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    server = FakeServer()
    server.address = server.start()
    yield server
    server.stop()


@pytest.fixture
def signed_in(fake: FakeServer, tell_worker: Callable[..., Any]) -> None:
    """Agreed, and signed in on the stand-in, which has forgotten how that came about."""
    assert tell_worker(type="agree")["ok"]
    assert tell_worker(type="server", server=fake.address)["ok"]
    assert tell_worker(type="signIn", email="sam@buyer.example", password="a long password")["ok"]
    fake.requests.clear()
