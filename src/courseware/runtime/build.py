"""Makes `site/runtime/` from pinned packages, when a pin or one of our own packages has changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from courseware.layout import Layout
from courseware.lessons.cache import write_whole
from courseware.runtime.wheels import add_own, download, own_files, unpack
from courseware.site.stamp import Stamp, digest_of

PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
_EPOCH = (2026, 1, 1, 0, 0, 0)


def build_runtime(layout: Layout) -> bool:
    """Bring `site/runtime/` up to date; says whether anything was made. Raises RuntimeError in words for the reader.

    Two folders, each named by a hash of its content, so that a browser may keep them for ever, and
    `manifest.json`, which names their files, sizes in bytes and the archive's SHA-256.
    """
    web = layout.root / "web"
    if not (web / "runtime" / "wheels.txt").is_file():
        return False
    stamp, kernel = Stamp(layout, "runtime"), web / "runtime" / "pagekernel"
    inputs = digest_of(
        [*own_files(layout.root / "src", kernel), *(web / "runtime").glob("*.*"), web / "package-lock.json",
         *(layout.root / "src" / "courseware" / "runtime").glob("*.py")],
        layout.root,
    )  # fmt: skip
    target = layout.site / "runtime"
    if stamp.holds(inputs, target / "manifest.json"):
        return False
    pyodide = web / "node_modules" / "pyodide"
    if not pyodide.is_dir():
        raise RuntimeError("web/node_modules/pyodide is missing: `make setup` brings it")
    archive = _archive(layout, web, kernel)
    shutil.rmtree(target, ignore_errors=True)
    engine = _place(target, "pyodide", {name: (pyodide / name).read_bytes() for name in PYODIDE})
    packages = _place(target, "packages", {"packages.zip": archive})
    manifest = {
        "pyodide": engine,
        "packages": packages,
        "sha256": hashlib.sha256(archive).hexdigest(),
        "versions": _versions(web / "runtime" / "wheels.txt"),
    }
    write_whole(target / "manifest.json", json.dumps(manifest))
    stamp.set(inputs)
    return True


def _place(target: Path, name: str, files: dict[str, bytes]) -> dict[str, object]:
    digest = hashlib.sha256()
    for file, content in files.items():
        digest.update(file.encode() + hashlib.sha256(content).digest())
    folder = target / f"{name}-{digest.hexdigest()[:8]}"
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return {"folder": folder.name, "files": {file: len(content) for file, content in files.items()}}


def _archive(layout: Layout, web: Path, kernel: Path) -> bytes:
    lock = web / "runtime" / "wheels.txt"
    wheels = layout.cache / "wheels" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    if not wheels.is_dir():
        download(lock, wheels)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unpack(wheels, folder)
        add_own(layout.root / "src", kernel, folder)
        _compile(web / "runtime" / "compile.mjs", folder)
        return zipped(folder)


def _compile(script: Path, folder: Path) -> None:
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=beside)
    if node is None:
        raise RuntimeError("node is missing: `make setup` brings it")
    ran = subprocess.run([node, str(script), str(folder)], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"the page's packages do not compile:\n{ran.stdout}{ran.stderr}".rstrip())


def zipped(folder: Path) -> bytes:
    """The same bytes for the same files, whoever builds and whenever."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes(), compresslevel=9)
        file.seek(0)
        return file.read()


def _versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE))
