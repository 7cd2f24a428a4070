"""The packages that the page's Python can import: downloaded once, checked by hash, laid into one folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

PLATFORM = ["--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14", "--implementation", "cp"]
NO_NETWORK = (
    "下载页面中运行的 Python 失败。首次构建需要联网访问 PyPI；之后使用 .cache/ 中的副本。\n"
    "Python for the page could not be downloaded. The first build needs PyPI; later ones use the copy in .cache/."
)
_UNNEEDED = ("langsmith/cli/", "langsmith/sandbox/", "langchain_core/language_models/_fake")
_NOT_FOR_THE_PAGE = {"llmsim/server", "llmsim/__main__.py"}


def download(lock: Path, folder: Path) -> None:
    """Bring exactly the wheels of `lock` into `folder`. Raises RuntimeError, in both languages, where that fails.

    pip compares every file with its hash.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", *PLATFORM, "--require-hashes", "-d", str(folder), "-r", str(lock)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"{NO_NETWORK}\n\n{ran.stderr.strip()}")


def unpack(wheels: Path, folder: Path) -> None:
    """Lay the wheels' packages side by side, with the names and versions that `importlib.metadata` reads."""
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if _is_needed(name)])
    yaml = distribution("pyyaml")
    for file in yaml.files or ():
        if file.parts[0] == "yaml" and file.suffix == ".py":
            _copy(Path(str(yaml.locate_file(file))), folder / str(file))


def _is_needed(name: str) -> bool:
    if ".dist-info/" in name:
        return name.endswith(("/METADATA", "/entry_points.txt"))
    return not name.endswith((".pyi", "/py.typed")) and not name.startswith(_UNNEEDED)


def add_own(source: Path, kernel: Path, folder: Path) -> None:
    """Add the executor, the simulator without its server, and the page's kernel."""
    for path in own_files(source, kernel):
        top = kernel.parent if path.is_relative_to(kernel) else source
        _copy(path, folder / path.relative_to(top))


def own_files(source: Path, kernel: Path) -> list[Path]:
    """The files of ours that run in the page."""
    found = [
        path for top in (source / "fanout", source / "llmsim", kernel) for path in sorted(top.rglob("*"))
    ]
    return [path for path in found if path.suffix in (".py", ".json") and not _stays_behind(path, source)]


def _stays_behind(path: Path, source: Path) -> bool:
    return any(path.is_relative_to(source / name) for name in _NOT_FOR_THE_PAGE)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
