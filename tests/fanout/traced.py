"""A pytest plugin: run every test under `trace_runnables`, and read the trace."""

from collections.abc import Iterator

import pytest

from fanout.langchain import trace_runnables
from fanout.trace import Trace


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    with trace_runnables() as trace:
        yield
    assert Trace.from_json(trace.to_json()).to_dict() == trace.to_dict()
