"""Outputs are the same on every machine."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path

import pytest

from courseware.lessons.scrub import Scrubber

LIBRARY = sysconfig.get_path("stdlib")
ROOT = Path("/somewhere/side-by-side")


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber(ROOT, {"123456": "run"})


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("<object at 0x7fb2a4faf300>", "<object at 0x…>"),
        ("a mask of 0xff", "a mask of 0xff"),
        (f"{ROOT}/notebooks/data.txt", "data.txt"),
        (f"{ROOT}/src/fanout/step.py", "fanout/step.py"),
        (f'File "{LIBRARY}/json/decoder.py"', 'File "json/decoder.py"'),
        (f"{Path.home()}/notes", "~/notes"),
        ("/tmp/ipykernel_77/123456.py:3: UserWarning: hm", "[run]:3: UserWarning: hm"),
        ("/tmp/ipykernel_77/999999.py:3: UserWarning: hm", "[cell]:3: UserWarning: hm"),
        ("123456.py:3", "[run]:3"),
        ("999999.py:3", "999999.py:3"),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_nothing_of_the_machine_stays_in_text(scrubber: Scrubber, text: str, scrubbed: str) -> None:
    assert scrubber.text(text) == scrubbed


def test_a_traceback_keeps_the_learners_frames_and_the_one_that_raised(scrubber: Scrubber) -> None:
    error = {
        "ename": "JSONDecodeError",
        "evalue": "no",
        "traceback": [
            "Traceback (most recent call last):\n",
            "  Cell In[2], line 4\n    outer()\n",
            f"  File {LIBRARY}/asyncio/runners.py:190 in run\n    return runner.run(main)\n",
            f"  File {LIBRARY}/asyncio/base_events.py:654 in run\n    return future.result()\n",
            "  Cell In[2], line 2 in inner\n    json.loads('')\n",
            f"  File {LIBRARY}/json/__init__.py:346 in loads\n    return decode(s)\n",
            f"  File {LIBRARY}/json/decoder.py:355 in raw_decode\n    raise JSONDecodeError\n",
            "JSONDecodeError: no",
        ],
    }

    assert scrubber.traceback(error).split("\n") == [
        "Traceback (most recent call last):",
        "  Cell In[2], line 4",
        "    outer()",
        "  … 2 frames in asyncio",
        "  Cell In[2], line 2 in inner",
        "    json.loads('')",
        "  … 1 frame in json",
        "  File json/decoder.py:355 in raw_decode",
        "    raise JSONDecodeError",
        "JSONDecodeError: no",
    ]


def test_rich_outputs_are_scrubbed_inside_and_images_are_left_alone(scrubber: Scrubber) -> None:
    image = "aGVsbG8gMHg3ZmIyYTRmYWYzMDA="
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {
            "text/html": "<p>0x7fb2a4faf300</p>",
            "image/png": image,
            "application/vnd.fanout.trace+json": {
                "spans": [{"code": {"file": "/tmp/ipykernel_1/123456.py"}, "end": 1.0}]
            },
        },
    }

    scrubbed = scrubber.output(output)

    assert scrubbed["data"]["text/html"] == "<p>0x…</p>"
    assert scrubbed["data"]["image/png"] == image
    assert scrubbed["data"]["application/vnd.fanout.trace+json"] == {
        "spans": [{"code": {"file": "[run]"}, "end": 1.0}]
    }
    assert "ipykernel" in json.dumps(output), "the cached output itself is not touched"
