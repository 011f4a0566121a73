"""Loads what a newcomer tries Candor with: the sample directory and the sample account."""

from __future__ import annotations

from backend.up.data_folder import Samples


def load_samples() -> Samples | None:
    return None
