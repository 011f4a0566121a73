"""Debian's own Prometheus beside a Candor that runs: what it is promised is there, and it sees when something is away."""

import http.client
import json
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.mmap_dict import MmapedDict

from backend.up.data_folder import REPOSITORY
from tests.prometheus import FOLDER, Prometheus, needs_prometheus, promtool, running_prometheus
from tests.up.copies import Copy

pytestmark = needs_prometheus

CANDOR = ("-m", "backend.cli")
RULES = yaml.safe_load((FOLDER / "candor.rules.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((REPOSITORY / "docs" / "grafana" / "candor.json").read_text())
ASKED = 60


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    with tempfile.TemporaryDirectory(prefix="candor-up-") as name:
        Path(name).chmod(0o755)
        running = Copy(Path(name) / "data", program=CANDOR)
        try:
            yield running.up()
        finally:
            if running.process.poll() is None:
                running.stop()
            running.output.close()


@pytest.fixture(scope="module")
def prometheus(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with running_prometheus(tmp_path_factory.mktemp("prometheus"), f"127.0.0.1:{copy.port}") as running:
        running.wait_until(lambda: running.value('up{job="candor"}') == 1)
        yield running


def named_in(expressions: list[str]) -> set[str]:
    return set(re.findall(r"\bcandor_\w+", " ".join(expressions)))


def told_to_come_later() -> set[str]:
    (sentence,) = re.findall(
        r"come only with their first event:(.+?)\.\s", (REPOSITORY / "docs" / "operations.md").read_text(), re.S
    )
    return set(re.findall(r"`(candor_\w+)`", sentence))


def served_by(copy: Copy, route: str) -> list[int]:
    """How many answers of a route each process of this Candor counted, of those that counted any."""
    counts = []
    for file in (copy.data / "metrics").glob("histogram_*.db"):
        for key, value, *_ in MmapedDict.read_all_values_from_file(file):
            _, name, labels, _ = json.loads(key)
            if name == "candor_request_seconds_sum" and labels["route"] == route and value:
                counts.append(file.name)
    return [counts.count(name) for name in set(counts)]


def test_what_is_shipped_is_taken_by_promtool() -> None:
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "candor.rules.yml")
    promtool("test", "rules", "candor.test.yml")


def test_every_rule_is_evaluated_and_none_wakes_anybody(prometheus: Prometheus) -> None:
    def evaluated() -> list[dict[str, str]]:
        return [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"] if rule["health"] != "unknown"]

    prometheus.wait_until(lambda: len(evaluated()) == len(RULES))
    assert {rule["name"]: rule["health"] for rule in evaluated()} == {rule["alert"]: "ok" for rule in RULES}
    prometheus.wait_until(lambda: prometheus.value("candor_database_up") == prometheus.value("candor_redis_up") == 1)
    prometheus.wait_until(lambda: prometheus.alerts() == {})


def test_what_rules_and_dashboard_ask_for_is_there_or_told_to_come_with_its_first_event(prometheus: Prometheus) -> None:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = named_in([*(rule["expr"] for rule in RULES), *panels])
    prometheus.wait_until(lambda: "candor_mails_waiting" in prometheus.get("label/__name__/values"))
    there = {name for name in prometheus.get("label/__name__/values") if prometheus.value(f"count({name})")}
    assert asked - there == told_to_come_later() & asked
    for expression in panels:
        prometheus.get("query", query=expression)


def test_what_two_processes_counted_adds_up(copy: Copy, prometheus: Prometheus) -> None:
    counted = 'sum(candor_request_seconds_count{route="/openapi.json"})'
    before = prometheus.value(counted) or 0
    for _ in range(ASKED):
        connection = http.client.HTTPConnection("127.0.0.1", copy.port, timeout=5)
        connection.request("GET", "/openapi.json")
        assert connection.getresponse().read()
        connection.close()
    prometheus.wait_until(lambda: (prometheus.value(counted) or 0) - before >= ASKED)
    assert (prometheus.value(counted) or 0) - before == ASKED
    assert len(served_by(copy, "/openapi.json")) == 2, "one process served them all"


def test_redis_that_does_not_answer_is_an_alert(copy: Copy, prometheus: Prometheus) -> None:
    redis = copy.child("redis-server")
    redis.send_signal(signal.SIGSTOP)
    try:
        prometheus.wait_until(lambda: prometheus.alerts().get("CandorRedisAway") == "pending")
        assert prometheus.value('up{job="candor"}') == 1
        assert prometheus.value("sum(rate(candor_limiter_away_total[5m]))")
    finally:
        redis.send_signal(signal.SIGCONT)


def test_a_candor_that_is_gone_is_an_alert(copy: Copy, prometheus: Prometheus) -> None:
    assert "CandorDown" not in prometheus.alerts()
    copy.stop()
    prometheus.wait_until(lambda: prometheus.alerts().get("CandorDown") == "pending")
