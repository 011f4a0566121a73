"""Floor 1, human or machine: the score of each account's actions and the ladder it climbs. A stranger to credits and directory.

The score is evidence, never a verdict: it may watch, ask and hold; a person decides what follows.
"""

from backend.robots.catches import (
    HIGHEST,
    LEAST,
    LEVEL,
    Path,
    Replay,
    add_steps,
    begin_replay,
    count_steps,
    end_replay,
    follow,
    keep_part,
    next_replay,
    read_climbs,
    read_paths,
    read_replay,
    take_replay,
)
from backend.robots.checks import NothingAsked, Question, answer_question, ask_question
from backend.robots.easing import ScoreAway, ease
from backend.robots.human_band import HumanBand, Range, read_human_band
from backend.robots.ladder import LadderClimbed, Step, climb, follow_score, forget, note_step, read_newest, read_steps
from backend.robots.scoring import (
    ACTIONS,
    IN_ONE_TRIP,
    STEPS,
    Action,
    Proof,
    Scorer,
    Sign,
    Verdict,
    arguments_of,
    digest,
    keys_of,
    read_verdict,
)
from backend.robots.thresholds import THRESHOLDS
from backend.robots.views import judge_view, make_view
from backend.robots.words import say_why

__all__ = [
    "ACTIONS", "HIGHEST", "IN_ONE_TRIP", "LEAST", "LEVEL", "STEPS", "THRESHOLDS", "Action", "HumanBand", "LadderClimbed",
    "NothingAsked", "Path", "Proof", "Question", "Range", "Replay", "ScoreAway", "Scorer", "Sign", "Step", "Verdict",
    "add_steps",
    "answer_question", "arguments_of", "ask_question", "begin_replay", "climb", "count_steps", "digest", "ease", "end_replay",
    "follow", "follow_score", "forget", "judge_view", "keep_part", "keys_of", "make_view", "next_replay", "note_step",
    "read_climbs", "read_human_band", "read_newest", "read_paths", "read_replay", "read_steps", "read_verdict", "say_why",
    "take_replay",
]  # fmt: skip
