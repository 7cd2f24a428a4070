"""What Python in the page is made of."""

import hashlib
import re
from pathlib import Path

import pytest

from courseware.layout import Layout
from courseware.runtime import build_runtime
from courseware.runtime.build import zipped
from courseware.runtime.wheels import download, own_files

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "web" / "runtime" / "wheels.txt"
PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def test_page_and_notebooks_run_the_same_versions() -> None:
    in_page = dict(PIN.findall(LOCK.read_text("utf-8")))
    installed = dict(PIN.findall((ROOT / "requirements.txt").read_text("utf-8")))
    assert "langchain-core" in in_page
    assert in_page == {name: installed[name] for name in in_page}


def test_every_wheel_is_pinned_by_its_hash() -> None:
    pins = [line for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==\S+ --hash=sha256:[0-9a-f]{64}", pin) for pin in pins)


def test_the_page_gets_the_simulator_without_its_server() -> None:
    names = {
        path.relative_to(ROOT).as_posix()
        for path in own_files(ROOT / "src", ROOT / "web" / "runtime" / "pagekernel")
    }
    assert {"src/fanout/clock/baton.py", "src/llmsim/corpus/corpus.json"} <= names
    assert "web/runtime/pagekernel/kernel.py" in names
    assert not [name for name in names if name.startswith("src/llmsim/server") or "__pycache__" in name]


def test_without_network_the_message_is_in_both_languages_and_nothing_half_done_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock, wheels = tmp_path / "wheels.txt", tmp_path / "wheels"
    lock.write_text(f"annotated-types==0.8.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(RuntimeError, match=r"需要联网[\s\S]*The first build needs PyPI"):
        download(lock, wheels)
    assert not wheels.exists()


def test_the_archive_depends_on_the_files_alone(tmp_path: Path) -> None:
    digests = set()
    for order in (("a", "b"), ("b", "a")):
        folder = tmp_path / "-".join(order)
        folder.mkdir()
        for name in order:
            (folder / f"{name}.pyc").write_bytes(name.encode() * 100)
        digests.add(hashlib.sha256(zipped(folder)).hexdigest())
    assert len(digests) == 1


def test_a_course_without_a_runtime_has_none(tmp_path: Path) -> None:
    assert build_runtime(Layout(tmp_path)) is False
