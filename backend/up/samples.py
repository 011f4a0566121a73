"""Loads what a newcomer tries Candor with: the sample directory and the sample account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Samples:
    """What the banner shows."""

    email: str
    password: str
    profile_url: str


def load_samples() -> Samples | None:
    return None
