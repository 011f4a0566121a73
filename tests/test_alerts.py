"""Alerts and the dashboard ask for figures that exist, and who is woken by an alert finds its paragraph."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import backend.kernel.metrics  # noqa: F401  (registers what there is)

DOCS = Path(__file__).parents[1] / "docs"
RULES = DOCS / "prometheus" / "candor.rules.yml"
DASHBOARD = DOCS / "grafana" / "candor.json"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def series() -> dict[str, set[str]]:
    """Every name that `/metrics` can show, with its labels."""
    found = {}
    for metric in {id(each): each for each in REGISTRY._names_to_collectors.values()}.values():
        name, labels = getattr(metric, "_name", ""), getattr(metric, "_labelnames", ())
        for suffix in SUFFIXES.get(getattr(metric, "_type", ""), ()):
            found[name + suffix] = {*labels, *(("le",) if suffix == "_bucket" else ())}
    return found


def asked() -> list[tuple[str, str]]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    dashboard = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    return [*((rule["alert"], rule["expr"]) for rule in alerts()), *dashboard]


def test_every_alert_has_its_paragraph_and_no_paragraph_is_left_over() -> None:
    text = (DOCS / "operations.md").read_text()
    paragraphs = dict(re.findall(r"^### (Candor\w+)\n\n(.+?)(?=\n\n#|\Z)", text, re.M | re.S))
    names = [rule["alert"] for rule in alerts()]
    assert sorted(names) == sorted(set(names))
    assert set(paragraphs) == set(names)
    assert all(len(words.split()) > 20 for words in paragraphs.values())


@pytest.mark.parametrize(("where", "expression"), asked())
def test_what_is_asked_for_is_there(where: str, expression: str) -> None:
    known = series()
    names = set(re.findall(r"\bcandor_\w+", expression))
    assert names <= known.keys(), where
    labels = set(re.findall(r"[{,]\s*(\w+)\s*[=!]", expression))
    for group in re.findall(r"by \(([^)]+)\)", expression):
        labels |= {label.strip() for label in group.split(",")}
    assert labels <= {"job"}.union(*(known[name] for name in names)), where


def test_every_alert_says_how_long_and_what() -> None:
    for rule in alerts():
        assert rule["for"], rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
