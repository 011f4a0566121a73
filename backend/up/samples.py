"""Loads what a newcomer tries Candor with: the sample directory and the sample account."""

from __future__ import annotations

from backend.up.data_folder import Samples
from backend.up.progress import step


def load_samples() -> Samples | None:
    """Once for each database; the environment already leads to it."""
    from backend.directory import sample
    from backend.kernel import build_kernel
    from backend.settings import Settings

    kernel = build_kernel(Settings())
    try:
        with step("Loading the sample directory", "The sample directory is there") as tell:
            sample.load(kernel, tell)
    finally:
        kernel.database.close()
    return None
