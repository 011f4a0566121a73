"""Pure rules of an operator's session and codes: how long one lasts, and which code of which time step is taken (RFC 6238)."""

import hmac
from datetime import datetime, timedelta

import pyotp

LONGEST_SESSION = timedelta(hours=12)
LONGEST_PAUSE = timedelta(minutes=30)
LINK_LASTS = timedelta(hours=24)
_STEP_SECONDS = 30
_STEPS_EITHER_WAY = 1
"""A clock that is half a minute off, and a code typed in its last second, are let pass."""


def session_lives(opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session opened and last seen then is still open: half a day at most, half an hour without use."""
    return now - opened_at < LONGEST_SESSION and now - seen_at < LONGEST_PAUSE


def find_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The time step whose code this is, later than the last one taken; None where it is no code of about now."""
    codes, present = pyotp.TOTP(secret), int(now.timestamp()) // _STEP_SECONDS
    typed = "".join(code.split())
    for step in range(present - _STEPS_EITHER_WAY, present + _STEPS_EITHER_WAY + 1):
        if step > last_step and hmac.compare_digest(codes.generate_otp(step).encode(), typed.encode()):
            return step
    return None
