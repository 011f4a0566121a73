"""HTTP: the sandbox's clock. It exists with `--sandbox` only, on this machine only."""

from datetime import UTC, datetime, timedelta

from flask import current_app
from pydantic import AwareDatetime, model_validator
from typing_extensions import TypedDict

from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import CHECKS
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.problems import Problem
from backend.kernel.travel import Backwards, TooFar, travel

api = Room("sandbox-clock", __name__)
api.before_request(refuse_other_hosts)

DUE_PIECES = "candor.due-pieces"
"""Under this name `app.py` leaves what time does."""


class Move(Body):
    """One of the two: an instant, or a duration such as P40D or PT12H (ISO 8601; a year is 365 days, a month 30)."""

    now: AwareDatetime | None = None
    advance: timedelta | None = None

    @model_validator(mode="after")
    def _name_one(self) -> "Move":
        if (self.now is None) == (self.advance is None):
            raise ValueError("say `now` or `advance`, one of the two")
        return self


class ClockShown(TypedDict):
    now: datetime


class Moved(TypedDict):
    now: datetime
    done: int


@api.get("/v1/sandbox/clock", who="anyone", limit=CHECKS, answer=ClockShown)
def read_clock() -> ClockShown:
    """The time it is for Candor: the machine's, until the clock is moved."""
    return {"now": kernel().clock.now()}


@api.post("/v1/sandbox/clock", who="anyone", limit=CHECKS, body=Move, answer=Moved)
def move_clock(body: Move) -> Moved:
    """Move the clock forward. What falls due on the way is done, in order, before the answer; then the clock stands still.

    Tokens stay on the machine's clock.
    """
    house = kernel()
    now = house.clock.now()
    try:
        to = body.now.astimezone(UTC) if body.now is not None else now + (body.advance or timedelta())
        done = travel(house, current_app.extensions[DUE_PIECES], to)
    except (Backwards, TooFar, OverflowError):
        wrong = {
            "field": "now" if body.now is not None else "advance",
            "code": "range",
            "message": "forward only, ten years at most",
        }
        raise Problem("invalid-body", errors=[wrong]) from None
    return {"now": to, "done": done}
