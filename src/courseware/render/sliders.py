"""What a slider's code returns at the settings that its plain table shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from courseware.curriculum.faults import CurriculumError, Fault
from courseware.curriculum.widgets import Slider

SECONDS = 60
_RUN = """
import json, sys
given = json.load(sys.stdin)
space = {}
exec(compile(given["code"], "<slider>", "exec"), space)
print(json.dumps([space["run"](**setting) for setting in given["settings"]]))
"""


def settings(slider: Slider) -> list[dict[str, float]]:
    """The stops, or else each parameter at its ends with the others at their defaults; the default itself always."""
    default = {one.id: one.default for one in slider.parameters}
    found = [default | stop.at for stop in slider.stops] or [
        default | {one.id: value} for one in slider.parameters for value in (one.min, one.max)
    ]
    rows = [*found, default]
    return sorted(
        (dict(row) for row in {tuple(sorted(row.items())) for row in rows}), key=lambda row: [*row.values()]
    )


def values(root: Path, id: str, slider: Slider) -> list[dict[str, float]]:
    """Parameters and results together, one row for each setting.

    The code runs in a process of its own. Raises CurriculumError if it fails or returns something else than promised.
    """
    rows = settings(slider)
    given = json.dumps({"code": slider.code, "settings": rows})
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _RUN],
            input=given, capture_output=True, text=True, timeout=SECONDS, cwd=root, check=True,
        )  # fmt: skip
        found: list[dict[str, float]] = json.loads(ran.stdout)
        return [
            row | {result.id: result_of[result.id] for result in slider.results}
            for row, result_of in zip(rows, found, strict=True)
        ]
    except subprocess.CalledProcessError as error:
        words = error.stderr.strip().rpartition("\n")[2]
    except subprocess.TimeoutExpired:
        words = f"took longer than {SECONDS} s"
    except (ValueError, KeyError, TypeError) as error:
        words = f"did not return the promised results: {error}"
    raise CurriculumError([Fault(f"curriculum/widgets/slider/{id}.yml", 1, f"the slider's code {words}")])
