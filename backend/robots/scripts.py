"""Makes the Lua that Redis runs: the state's names become places in an array, the thresholds' names become numbers.

Redis runs a script anew at each call, and tables by name cost more there than all the arithmetic: written out, the same score takes
half the time. A name that nobody knows stops the program when it starts.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.robots.thresholds import Thresholds, write_weight

INSTANTS = ("at", "revealed_at", "woke_at", "sat_at", "score")
# Side by side, because they fade together.
WORK = ("again", "search", "filter", "note", "tag", "group", "export", "crm_push", "view_contact", "settings")
NUMBERS = (
    "step", "position", "shared_device", "hour", "day", "three_days", "awake_reveals",
    "gaps", "sum", "square", "low", "high", "plain", "plain_square",
    "gaps1", "sum1", "square1", "low1", "high1", "plain1", "plain_square1", "sitting", "sittings", "echoes",
    "lingering", "lingering_n", "instant", "run", "last_run", "last_pause", "same_runs", "runs",
    "reveals", "named", "lookup", *WORK,
    "ahead", "ahead_n", "dwell_n", "dwell_mean", "dwell_square", "proof_n", "unproven", "network_changes",
    "gap1", "gap2", "gap3", "gap4", "gap5", "gap6", "met_before", "bare",
)  # fmt: skip
WHOLE = ("epoch", "person", "network", "network1", "network2")
LANDMARKS = 48
"""Marks of gaps heard, four bytes each. They stay packed: they are looked at once in 16 reveals."""

_PLACES = {name: place for place, name in enumerate((*INSTANTS, *NUMBERS, *WHOLE, "marks"), start=1)}
_SIZES = {
    "FORMAT": f"'<{'d' * len(INSTANTS)}{'f' * len(NUMBERS)}{'I4' * len(WHOLE)}c{4 * LANDMARKS}'",
    "SIZE": str(8 * len(INSTANTS) + 4 * (len(NUMBERS) + len(WHOLE) + LANDMARKS)),
    "PLACES": str(len(_PLACES)),
    "LANDMARKS": str(LANDMARKS),
}
_NAMES = re.compile(r"'[^'\n]*'|--[^\n]*|\bs\.([a-z]\w*)|@([a-z]\w*)|\bT((?:\.[a-z]\w*)+)|\b(FORMAT|SIZE|PLACES|LANDMARKS|KEPT)\b")
_EVIDENCE = re.compile(r"^ *EVIDENCE\((\w+); (.+); (.+)\)$", re.MULTILINE)


def write_lua(thresholds: Thresholds, *files: str) -> str:
    """The files as one script: `s.name` is a number of the state, `@name` its place, `T.…` a number of the thresholds."""
    kept = f"'{round(86_400 * thresholds.tree['windows']['kept_days'])}'"

    def put(found: re.Match[str]) -> str:
        field, place, path, size = found.groups()
        if field or place:
            return f"s[{_PLACES[field]}]" if field else str(_PLACES[place])
        if path:
            return _written(thresholds.tree, path[1:].split("."))
        if size:
            return {**_SIZES, "KEPT": kept}[size]
        return "" if found[0].startswith("--") else found[0]

    text = "".join((Path(__file__).parent / file).read_text() for file in files)
    return _NAMES.sub(put, _EVIDENCE.sub(lambda found: _write_out(thresholds, *found.groups()), text))


def _written(tree: Mapping[str, Any], path: list[str]) -> str:
    value: Any = tree
    for name in path:
        value = value[name]
    return ", ".join(repr(float(each)) for each in (value if isinstance(value, list) else [value]))


def _write_out(thresholds: Thresholds, name: str, measure: str, sure: str) -> str:
    rule = thresholds.tree["evidence"][name]
    gated = f"if e > 0 then {'e = e * gate' if rule.get('gated') else 'beyond_hands = beyond_hands + e'} end "
    weight = f"local x = {measure} local e {write_weight(rule['knots'])} e = e * {sure}"
    return f"do {weight} {gated}sum = sum + e if told then tell(told, '{name}', x, e) end end"
