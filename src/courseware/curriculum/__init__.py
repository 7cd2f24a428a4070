"""The course as data: typed models of every file in `curriculum/`, read with line numbers.

`load` gives the whole course or raises `CurriculumError` with every fault; `python -m courseware check` goes
further and looks at what the files say about each other and about the lessons.
"""

from courseware.curriculum.base import LANGS, Lang, Text
from courseware.curriculum.course import Course, Document, Path, Stage
from courseware.curriculum.faults import CurriculumError, Fault
from courseware.curriculum.load import Curriculum, load

__all__ = [
    "LANGS",
    "Course",
    "Curriculum",
    "CurriculumError",
    "Document",
    "Fault",
    "Lang",
    "Path",
    "Stage",
    "Text",
    "load",
]
