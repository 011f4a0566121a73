"""One Candor for every walk, in the sandbox: it is the only place where something can be paid."""

from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.settings import Settings
from tests.model.world import World


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sandbox's settings."""
    return settings.model_copy(update={"sandbox": True, "candor_data": tmp_path_factory.mktemp("data")})


@pytest.fixture
def world(app: Flask, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[Any]) -> World:
    """Candor, emptied when a walk begins."""
    return World(app, kernel, clock, owner)
