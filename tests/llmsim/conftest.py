"""What `langchain-tests` expects of plug-ins that are switched off in this project."""

from collections.abc import Callable
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    for name in ("benchmark", "vcr"):
        config.addinivalue_line("markers", f"{name}: set by langchain-tests")


@pytest.fixture
def benchmark() -> Callable[[Callable[[], Any]], Any]:
    """Run the work once instead of timing it."""
    return lambda work: work()


@pytest.fixture
def vcr() -> None:
    """No recorded HTTP traffic."""
