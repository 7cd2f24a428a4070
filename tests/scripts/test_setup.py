"""`make` on machines that lack something: each gets a message that says what to do, in both languages."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
assert spec
assert spec.loader
bootstrap = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bootstrap)


def run_setup(path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """scripts/setup with only `path` and the bare shell tools to be found."""
    for tool in ("sh", "dirname", "cat"):
        found = Path("/bin") / tool if (Path("/bin") / tool).exists() else Path("/usr/bin") / tool
        (path / tool).symlink_to(found)
    setup = [str(path / "sh"), str(ROOT / "scripts" / "setup")]
    return subprocess.run(setup, env={"PATH": str(path), **env}, capture_output=True, text=True, check=False)


def fake_python(folder: Path, name: str, version: str, is_new_enough: bool) -> None:
    script = folder / name
    answers = f"*sys.exit*) exit {0 if is_new_enough else 1};; *print*) echo {version};; *) echo ran $*;;"
    script.write_text(f'#!/bin/sh\ncase "$*" in {answers} esac\n')
    script.chmod(0o755)


def test_without_python_the_message_says_what_to_install(tmp_path):
    done = run_setup(tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; found: none" in done.stderr
    assert "需要 Python 3.11 或更新版本" in done.stderr


def test_a_python_that_is_too_old_is_named_with_its_version(tmp_path):
    fake_python(tmp_path, "python3", "3.9", is_new_enough=False)
    done = run_setup(tmp_path)
    assert done.returncode == 1
    assert "python3 (3.9)" in done.stderr


def test_a_newer_python_beside_an_old_one_is_found(tmp_path):
    fake_python(tmp_path, "python3", "3.9", is_new_enough=False)
    fake_python(tmp_path, "python3.12", "3.12", is_new_enough=True)
    assert run_setup(tmp_path).stdout.strip() == "ran scripts/bootstrap.py"


def test_the_python_that_was_asked_for_comes_first(tmp_path):
    fake_python(tmp_path, "python3", "3.12", is_new_enough=True)
    fake_python(tmp_path, "mine", "3.13", is_new_enough=True)
    (tmp_path / "mine").write_text((tmp_path / "mine").read_text().replace("echo ran", "echo mine ran"))
    assert run_setup(tmp_path, PYTHON="mine").stdout.strip() == "mine ran scripts/bootstrap.py"


def test_a_failed_installation_shows_the_end_of_its_output_and_a_hint():
    failing = [sys.executable, "-c", "print('line'); raise SystemExit('no route to host')"]
    with pytest.raises(bootstrap.SetupError) as failure:
        bootstrap.run(failing, bootstrap.NETWORK)
    assert "no route to host" in str(failure.value)
    assert "PIP_INDEX_URL" in str(failure.value)
    assert "依赖安装失败" in str(failure.value)


def test_an_installation_is_fresh_only_with_the_same_pins(tmp_path):
    pins, stamp = tmp_path / "requirements.txt", tmp_path / ".ready"
    pins.write_text("a==1")
    assert not bootstrap.is_fresh(stamp, bootstrap.digest(pins))
    stamp.write_text(bootstrap.digest(pins))
    assert bootstrap.is_fresh(stamp, bootstrap.digest(pins))
    pins.write_text("a==2")
    assert not bootstrap.is_fresh(stamp, bootstrap.digest(pins))


def test_bare_make_lists_the_targets():
    listed = subprocess.run(
        ["make"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    ).stdout
    for target in ("serve", "build", "test", "check", "lab", "bench", "lint"):
        assert any(line.split()[0] == target for line in listed.splitlines()), target
