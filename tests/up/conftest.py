"""A data folder for a copy that is started as a process of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Under /tmp rather than pytest's own folder, which root's servers may not enter."""
    with tempfile.TemporaryDirectory(prefix="candor-up-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"
