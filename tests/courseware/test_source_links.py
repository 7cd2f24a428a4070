"""Links from lessons into LangChain's source point at the lines they speak of, in the version that is installed."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import langchain_core
import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(
    r"https://github\.com/langchain-ai/langchain/blob/langchain-core%3D%3D(?P<version>[\d.]+)"
    r"/libs/core/langchain_core/(?P<file>[\w/]+\.py)(?:#L(?P<line>\d+))?"
)
LINKS = sorted(
    {
        match.groups()
        for path in (ROOT / "notebooks").glob("*.py")
        for match in LINK.finditer(path.read_text("utf-8"))
    },
    key=str,
)
HOLDS = {
    ("runnables/base.py", 3868): "class RunnableParallel(",
    ("runnables/base.py", 4148): "CallbackManager.configure(",
    ("runnables/base.py", 4165): "def _invoke_step(",
    ("runnables/base.py", 4185): "with get_executor_for_config(config) as executor:",
    ("runnables/base.py", 4190): "output = {",
    ("runnables/base.py", 4211): "get_async_callback_manager_for_config(config)",
    ("runnables/base.py", 4220): "async def _ainvoke_step(",
    ("runnables/base.py", 4236): "await asyncio.gather(",
    ("runnables/base.py", 4248): "dict(zip(steps, results",
    ("runnables/base.py", 5254): "await run_in_executor(config, func",
    ("runnables/base.py", 6644): "def coerce_to_runnable(",
    ("runnables/config.py", 610): "def submit(",
    ("runnables/config.py", 660): "def get_executor_for_config(",
}


@pytest.mark.parametrize(("linked", "file", "line"), LINKS)
def test_link_points_at_what_it_says(linked: str, file: str, line: str | None) -> None:
    assert linked == version("langchain-core")
    source = (Path(langchain_core.__file__).parent / file).read_text("utf-8").splitlines()
    if line is not None:
        assert HOLDS[file, int(line)] in source[int(line) - 1]
