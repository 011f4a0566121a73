"""The score's numbers: one file, its hash, and the same numbers written as Lua for the script that works with them."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "thresholds.toml"


@dataclass(frozen=True)
class Thresholds:
    """The numbers as a tree, and the SHA-256 of the file they stand in."""

    tree: Mapping[str, Any]
    sha256: str

    @property
    def lua(self) -> str:
        """`local T = {…}`, with each kind's knots as a function: a script is run anew at each call, and tables cost more."""
        evidence = self.tree["evidence"]
        written = {name: self.tree[name] for name in ("ladder", "score", "windows", "volume_gate", "sitting")}
        written["volume"] = {name: value for name, value in evidence["volume"].items() if name != "knots"}
        written["gated"] = {name: True for name, rule in evidence.items() if rule.get("gated")}
        functions = ", ".join(f"{name} = {_on_line(rule['knots'])}" for name, rule in evidence.items())
        return f"local T = {_lua(written)}\nT.weigh = {{{functions}}}\n"


def read_thresholds(file: Path = FILE) -> Thresholds:
    """The numbers of a file. ValueError where the knots of a kind of evidence, or the steps of the ladder, do not rise."""
    content = file.read_bytes()
    tree = tomllib.loads(content.decode())
    steps = list(tree["ladder"].values())
    if steps != sorted(set(steps)):
        raise ValueError("the steps of the ladder do not rise")
    for name, rule in tree["evidence"].items():
        places = [knot[0] for knot in rule["knots"]]
        if places != sorted(set(places)):
            raise ValueError(f"the knots of {name} do not rise")
    return Thresholds(tree, hashlib.sha256(content).hexdigest())


def _on_line(knots: list[list[float]]) -> str:
    x, y = knots[0]
    parts = [f"if x <= {x!r} then return {y!r} end"]
    for (x0, y0), (x1, y1) in pairwise(knots):
        parts.append(f"if x <= {x1!r} then return {y0!r} + {(y1 - y0) / (x1 - x0)!r} * (x - {x0!r}) end")
    return f"function(x) {' '.join(parts)} return {knots[-1][1]!r} end"


def _lua(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_lua(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(_lua(each) for each in value) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value))


THRESHOLDS = read_thresholds()
