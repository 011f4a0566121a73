"""The score's numbers: one file, its hash, and its knots written as Lua for the script that works with them."""

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


def write_weight(knots: list[list[float]]) -> str:
    """Lua that sets `e` to the weight of `x`: on a straight line between two knots, beyond the ends flat."""
    x, y = knots[0]
    parts = [f"if x <= {x!r} then e = {y!r}"]
    for (x0, y0), (x1, y1) in pairwise(knots):
        parts.append(f"elseif x <= {x1!r} then e = {y0!r} + {(y1 - y0) / (x1 - x0)!r} * (x - {x0!r})")
    return f"{' '.join(parts)} else e = {knots[-1][1]!r} end"


THRESHOLDS = read_thresholds()
