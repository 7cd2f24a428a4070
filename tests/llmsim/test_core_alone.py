"""The core runs where only the standard library is: in the reader's browser before anything else is loaded."""

import subprocess
import sys

SCRIPT = """
import sys
from llmsim import Faults, Latency, Limits, Simulator
sim = Simulator(latency=Latency.fixed(0.0), limits=Limits(rpm=60), faults=Faults())
assert sim.complete("Translate to Chinese: Worth the price.").text == "值得这个价格。"
print(sim.bill())
known = set(sys.stdlib_module_names) | {"llmsim", "__main__"}
print("foreign:", sorted({name.partition(".")[0] for name in sys.modules} - known - BEFORE))
"""


def test_the_core_imports_nothing_but_the_standard_library() -> None:
    # What the interpreter itself loads at start (editable-install hooks and the like) does not count.
    script = f"import sys; BEFORE = {{name.partition('.')[0] for name in sys.modules}}\n{SCRIPT}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "foreign: []"
