"""Debian's Prometheus for tests: where it is, and one that runs on a folder of its own."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.up.copies import free_port

FOLDER = Path(__file__).parents[1] / "docs" / "prometheus"
_UNPACKED = Path(__file__).parents[1] / ".venv" / "prometheus" / "usr" / "bin"
_PATIENCE = 20


def find_program(name: str) -> Path | None:
    """`prometheus` or `promtool`: the machine's own, else what bin/test unpacked."""
    found = shutil.which(name) or shutil.which(name, path=str(_UNPACKED))
    return Path(found) if found else None


needs_prometheus = pytest.mark.skipif(
    find_program("prometheus") is None or find_program("promtool") is None,
    reason="no Prometheus here: bin/test fetches Debian's package where apt-get is",
)


def promtool(*arguments: str) -> None:
    """Run promtool on files of docs/prometheus; what it does not like fails the test in its own words."""
    program = find_program("promtool")
    assert program is not None
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


class Prometheus:
    """One that scrapes a Candor every second, with the files of docs/prometheus."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API."""
        with urllib.request.urlopen(f"{self._url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=5) as answer:
            return json.load(answer)["data"]

    def value(self, expression: str) -> float | None:
        """What an expression of one value is now; None where there is nothing."""
        found = self.get("query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    def alerts(self) -> dict[str, str]:
        """Pending or firing, by the alert's name."""
        return {alert["labels"]["alertname"]: alert["state"] for alert in self.get("alerts")["alerts"]}

    def wait_until(self, true: Callable[[], object]) -> None:
        """Until it has seen it."""
        end = time.monotonic() + _PATIENCE
        while not true():
            assert time.monotonic() < end, self.get("targets")["activeTargets"]
            time.sleep(0.1)


@contextmanager
def running_prometheus(folder: Path, target: str) -> Iterator[Prometheus]:
    """Prometheus as docs/prometheus says, but every second, with this target, and on loopback only."""
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(FOLDER / name) for name in config["rule_files"]]
    (job,) = config["scrape_configs"]
    job["static_configs"] = [{"targets": [target]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    program, port, log = find_program("prometheus"), free_port(), folder / "prometheus.log"
    assert program is not None
    command = [
        *(str(program), f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"),
    ]
    with log.open("w") as output, subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            running, end = Prometheus(port), time.monotonic() + _PATIENCE
            while True:
                try:
                    running.get("labels")
                    break
                except OSError:
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < end, log.read_text()
                    time.sleep(0.05)
            yield running
        finally:
            process.terminate()
