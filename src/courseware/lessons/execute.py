"""Executes a lesson's code once, in a fresh kernel of this very Python, and tells what its outputs are.

The kernel sees as little of the machine as can be: no user configuration, no keys of LLM providers, a fixed hash seed.
Code runs as the English notebook shows it; translated comments come in twins, so line numbers are right in both.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.compiler import get_file_name
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from courseware.curriculum.faults import Fault
from courseware.lessons.localise import localise
from courseware.lessons.scrub import Scrubber
from courseware.lessons.source import Cell, Lesson

Output = dict[str, Any]
"""One output of a code cell in nbformat's form (`output_type` stream, display_data, execute_result or error)."""

CELL_SECONDS = 60
"""Real seconds a cell may take. Lessons wait on the virtual clock, so a slow cell is a mistake."""

_NOT_FOR_LESSONS = ("LANGCHAIN_", "LANGSMITH_", "OPENAI_", "ANTHROPIC_", "JUPYTER_", "IPYTHON", "PYTHON")
_KERNEL_OPTIONS = [
    "--InteractiveShell.xmode=Plain",
    "--InteractiveShell.colors=nocolor",
    "--HistoryManager.enabled=False",
    "--IPKernelApp.exec_lines=__import__('courseware.lessons.kernel', fromlist=['prepare']).prepare()",
    "--IPKernelApp.log_level=ERROR",
]


async def execute(
    lesson: Lesson,
    folder: Path,
    *,
    on_cell: Callable[[int], None] = lambda done: None,
    seconds: int = CELL_SECONDS,
) -> tuple[list[list[Output]], list[Fault]]:
    """Run the code cells in order, with `folder` as working folder.

    Returns the outputs of each code cell and the faults: an error that no tag announces, an announced error that does
    not come, a cell that takes longer than `seconds`, a kernel that dies. After the last two the remaining cells are
    not run. `on_cell` hears how many cells are done.
    """
    cells = lesson.code_cells
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(_code(cell), id=cell.block) for cell in cells]
    )
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory() as configuration:
        client = NotebookClient(
            notebook,
            km=_kernel_manager(),
            resources={"metadata": {"path": str(folder)}},
            timeout=seconds,
            allow_errors=True,
            coalesce_streams=True,
            extra_arguments=_KERNEL_OPTIONS,
        )
        async with client.async_setup_kernel(env=_environment(configuration), cleanup_kc=True):
            for number, cell in enumerate(cells):
                try:
                    await client.async_execute_cell(notebook.cells[number], number)
                except CellTimeoutError:
                    faults.append(_fault(lesson, cell, f"ran longer than {seconds} s and was stopped"))
                    break
                except DeadKernelError:
                    faults.append(
                        _fault(lesson, cell, "ended the kernel (out of memory, or a crash below Python)")
                    )
                    break
                on_cell(number + 1)
    outputs = [[_plain(output) for output in cell.outputs] for cell in notebook.cells]
    for cell, found in zip(cells, outputs, strict=True):
        if not any(fault.line == cell.line for fault in faults):
            faults.extend(_unexpected(lesson, cell, found))
    return outputs, faults


def cell_names(lesson: Lesson) -> dict[str, str]:
    """{what the kernel calls a cell's file, without its ending: id of the block}."""
    return {Path(get_file_name(_code(cell))).stem: cell.block for cell in lesson.code_cells}


def _code(cell: Cell) -> str:
    return localise(cell.source, "en")


def _kernel_manager() -> AsyncKernelManager:
    """A manager that knows no kernel but the running interpreter's own."""
    specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)


def _environment(configuration: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_FOR_LESSONS)}
    return kept | {"IPYTHONDIR": configuration, "PYTHONHASHSEED": "0", "TZ": "UTC", "COLUMNS": "100"}


def _plain(output: Any) -> Output:
    found: Output = {key: dict(value) if isinstance(value, dict) else value for key, value in output.items()}
    found.pop("execution_count", None)
    return found


def _unexpected(lesson: Lesson, cell: Cell, outputs: Sequence[Output]) -> list[Fault]:
    error = next((output for output in outputs if output["output_type"] == "error"), None)
    announced = "raises-exception" in cell.tags
    if error is None:
        if announced:
            return [_fault(lesson, cell, "is tagged raises-exception but did not raise")]
        return []
    if announced:
        return []
    trace = Scrubber(cells=cell_names(lesson)).traceback(error)
    words = (
        f"raised {error['ename']}: {error['evalue']}; an error on purpose needs the tag raises-exception\n"
    )
    return [_fault(lesson, cell, words + "\n".join(f"    {line}" for line in trace.splitlines()))]


def _fault(lesson: Lesson, cell: Cell, words: str) -> Fault:
    return Fault(lesson.file, cell.line, f"code of block {cell.block!r} {words}")


def execute_now(lesson: Lesson, folder: Path, **options: Any) -> tuple[list[list[Output]], list[Fault]]:
    """`execute` for callers without an event loop."""
    return asyncio.run(execute(lesson, folder, **options))
