"""What holds for all tests."""

import os

from hypothesis import settings

# No test asserts a time, so no example has a deadline: a busy machine is no fault of the code. CI repeats the same
# examples on every run, so that a change is judged by what it changed; elsewhere each run looks for new ones.
settings.register_profile("course", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("course")
