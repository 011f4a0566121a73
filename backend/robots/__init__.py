"""Floor 1, human or machine: the score of each account's actions and the ladder it climbs. A stranger to credits and directory.

The score is evidence, never a verdict: it may watch, ask and hold; a person decides what follows.
"""

from backend.robots.scoring import ACTIONS, IN_ONE_TRIP, STEPS, Action, Scorer, Verdict, arguments_of, keys_of, read_verdict
from backend.robots.thresholds import THRESHOLDS
from backend.robots.words import say_why

__all__ = [
    "ACTIONS",
    "IN_ONE_TRIP",
    "STEPS",
    "THRESHOLDS",
    "Action",
    "Scorer",
    "Verdict",
    "arguments_of",
    "keys_of",
    "read_verdict",
    "say_why",
]
