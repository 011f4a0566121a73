"""Switches reach every process within seconds, and the answers say what they say."""

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from backend.kernel import Kernel
from backend.kernel.commands import extension_command
from backend.kernel.switches import EXTENSION_OFF
from backend.settings import Settings


@pytest.fixture
def candor(settings: Settings, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> CliRunner:
    """The command line, with the settings of the tests."""
    monkeypatch.setattr("backend.kernel.commands.Settings", lambda: settings)
    return CliRunner()


def test_the_extension_is_switched_off_and_on_and_every_answer_says_so(
    candor: CliRunner, client: FlaskClient, kernel: Kernel
) -> None:
    assert client.get("/healthz").headers["X-Candor-Extension"] == "on"
    for state in ("off", "off", "on"):
        assert candor.invoke(extension_command, [state, "--reason", "a fault in the card"]).exit_code == 0
        kernel.switches.forget()
        assert client.get("/healthz").headers["X-Candor-Extension"] == state


def test_it_is_not_switched_off_without_a_reason(candor: CliRunner, kernel: Kernel) -> None:
    assert candor.invoke(extension_command, ["off"]).exit_code == 2
    assert not kernel.switches.is_on(EXTENSION_OFF)


def test_switches_are_read_once_in_a_while(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    call = type(kernel.database).call
    monkeypatch.setattr(type(kernel.database), "call", lambda self, *a: reads.append("") or call(self, *a))  # type: ignore[func-returns-value]
    for _ in range(100):
        kernel.switches.is_on(EXTENSION_OFF)
    assert len(reads) == 1
