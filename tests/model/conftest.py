"""The sandbox: it is the only place where something can be paid."""

import pytest

from backend.settings import Settings


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sandbox's settings."""
    return settings.model_copy(update={"sandbox": True, "candor_data": tmp_path_factory.mktemp("data")})
