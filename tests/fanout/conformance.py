"""LangChain's own unit tests of `runnables`, run against the drop-in: `python -m tests.fanout.conformance`.

The tests are not in the wheel, so the sdist of the installed version is fetched into `.cache/conformance` and checked
against a pinned hash. They run, each time in a process of their own, on the unmodified library, whose outcomes are the
measure (kept until the library or Python changes); with the drop-in in the place of the original (`dropin.py`); and on
the original under the tracer (`traced.py`), which must change nothing. Test by test the outcomes must be equal.
"""

import json
import os
import platform
import subprocess
import sys
import tarfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "conformance"
VERSION = "1.7.2"
SHA256 = "7810d029eaa4286838baad56752efb771868a5eebaf52aefe45764645dbea649"
TESTS = "tests/unit_tests/runnables"
RUNS: list[tuple[str, str, dict[str, str]]] = [
    ("with fanout's RunnableParallel", "dropin", {}),
    (
        "the original under trace_runnables",
        "traced",
        {"tests.unit_tests.runnables.test_config::test_merge_config_callbacks": "counts the handlers"},
    ),
]
Outcomes = dict[str, str]


def fetch() -> Path:
    """The unpacked sdist. `pip` checks the hash."""
    if (installed := version("langchain-core")) != VERSION:
        raise SystemExit(
            f"langchain-core {installed} is installed, but {__file__} pins the tests of {VERSION}"
        )
    source = CACHE / f"langchain_core-{VERSION}"
    if (source / TESTS).is_dir():
        return source
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = CACHE / "wanted.txt"
    wanted.write_text(f"langchain-core=={VERSION} --hash=sha256:{SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run(
        [*pip, "--no-binary", "langchain-core", "--require-hashes", "-r", str(wanted), "-d", str(CACHE)],
        check=True,
    )
    with tarfile.open(CACHE / f"langchain_core-{VERSION}.tar.gz") as sdist:
        sdist.extractall(CACHE, filter="data")
    return source


def run(source: Path, *options: str) -> Outcomes:
    """Run the tests and return the outcome of each. A crash of pytest itself ends the program."""
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("LANGSMITH_", "LANGCHAIN_", "PYTEST_"))
    }
    environment["PYTHONPATH"] = str(
        Path(__file__).parent
    )  # for the plugin: `tests` is LangChain's package there
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            TESTS,
            "-q",
            "--no-header",
            "-n",
            "2",
            f"--junitxml={report}",
        ]
        command += [
            "--disable-socket",
            "--allow-unix-socket",
            "--benchmark-disable",
            "-p",
            "no:cacheprovider",
        ]
        done = subprocess.run(
            [*command, *options], cwd=source, env=environment, capture_output=True, text=True
        )
        if done.returncode not in (0, 1):
            raise SystemExit(
                f"pytest ended with {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
            )
        outcomes = dict(map(_outcome, ElementTree.parse(report).iter("testcase")))
    if not outcomes:
        raise SystemExit(f"no test ran\n{done.stdout[-4000:]}")
    return outcomes


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    kinds = {"failure": "failed", "error": "failed", "skipped": "skipped"}
    outcome = next((kinds[child.tag] for child in case if child.tag in kinds), "passed")
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("type") == "pytest.xfail":
        outcome = "xfailed"
    return f"{case.get('classname')}::{case.get('name')}", outcome


def baseline(source: Path) -> Outcomes:
    """The outcomes on the unmodified library, measured once for each version of it and of Python."""
    kept = CACHE / f"baseline-{VERSION}-py{platform.python_version()}.json"
    if not kept.exists():
        kept.write_text(json.dumps(run(source), indent=0))
    outcomes: Outcomes = json.loads(kept.read_text())
    return outcomes


def counts(outcomes: Outcomes) -> str:
    return ", ".join(f"{n} {outcome}" for outcome, n in sorted(Counter(outcomes.values()).items()))


def compare(expected: Outcomes, found: Outcomes, excused: dict[str, str]) -> list[str]:
    """The tests whose outcome differs without an excuse, and the excuses that are none any more."""
    different = {name for name in expected | found if expected.get(name) != found.get(name)}
    return [
        *(
            f"{name}: {expected.get(name, 'absent')} → {found.get(name, 'absent')}"
            for name in sorted(different - set(excused))
        ),
        *(f"{name}: excused, but not different" for name in sorted(set(excused) - different)),
    ]


def main() -> int:
    source = fetch()
    expected = baseline(source)
    print(f"langchain-core {VERSION}, unmodified: {counts(expected)}")
    wrong: list[str] = []
    for title, plugin, excused in RUNS:
        found = run(source, "-p", plugin)
        print(
            f"{title}: {counts(found)}", *(f"(excused: {name}, which {why})" for name, why in excused.items())
        )
        wrong += [f"{title}: {line}" for line in compare(expected, found, excused)]
    print(*wrong or ["no other test differs"], sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
