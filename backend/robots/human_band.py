"""What most people do in an hour, and how long they wait between two reveals: measured on the people of bench/robots.

The numbers stand in human_band.toml with the command that made them. They are to look at: nothing is decided by them.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOURS = 24


@dataclass(frozen=True)
class Range:
    """From the 5th to the 95th of a hundred."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class HumanBand:
    """Of each hour of a working day in Paris, what nine people in ten do; and their gaps between reveals, in seconds."""

    command: str
    people: int
    days: int
    reveals: tuple[Range, ...]
    other: tuple[Range, ...]
    gaps: Range
    longest_gap: float
    """Longer ones are breaks, and were not counted."""


@cache
def read_human_band() -> HumanBand:
    """The numbers of the file."""
    tree = tomllib.loads((Path(__file__).parent / "human_band.toml").read_text(encoding="utf-8"))
    return HumanBand(
        command=tree["command"],
        people=tree["people"],
        days=tree["days"],
        reveals=tuple(Range(*pair) for pair in tree["reveals"]),
        other=tuple(Range(*pair) for pair in tree["other"]),
        gaps=Range(*tree["gaps"]),
        longest_gap=tree["longest_gap"],
    )
