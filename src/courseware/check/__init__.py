"""Everything that can be wrong in the course's sources, found without building anything."""

from __future__ import annotations

from pathlib import Path

from courseware.check.files import check_files
from courseware.check.mentions import check_mentions
from courseware.check.minutes import check_minutes
from courseware.check.order import check_order
from courseware.check.pairs import check_pairs
from courseware.check.references import check_references
from courseware.check.strings_used import check_strings
from courseware.check.texts import beside, passages, read_lessons
from courseware.curriculum import Fault
from courseware.curriculum.reading import read


def check(root: Path) -> list[Fault]:
    """Every fault, sorted by file and line.

    What a file says about others is checked as far as the file can be understood; a missing translation or an unknown
    key does not hide what else is wrong.
    """
    reading = read(root)
    lessons = read_lessons(root)
    written = list(passages(root, lessons))
    faults = [
        *reading.faults,
        *(fault for lesson in lessons for fault in lesson.faults),
        *check_references(reading, lessons),
        *check_order(reading),
        *check_files(reading),
        *check_mentions(reading, lessons, written),
        *check_pairs(written),
        *check_minutes(reading, [*written, *beside(root)]),
        *check_strings(reading),
    ]
    return sorted(set(faults))
