"""A person in the directory, and a seller who may look them up."""

import pytest

from backend.kernel import Kernel
from tests.directory.conftest import Directory
from tests.lookup.conftest import ann, seller

__all__ = ["ann", "seller"]


@pytest.fixture
def directory(kernel: Kernel) -> Directory:
    """The directory, empty."""
    return Directory(kernel)
