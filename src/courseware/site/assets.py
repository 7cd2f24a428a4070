"""Builds what the page runs and wears (`web/`) into `build/web/`, when something in it has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from courseware.layout import Layout
from courseware.site.stamp import Stamp, digest_of

NOT_SOURCES = {"node_modules", "test", "strings"}
"""Folders of web/ that are installed, not built from, or made by the build itself."""


def build_assets(layout: Layout) -> bool:
    """Run web/'s own build; says whether it ran. Raises RuntimeError with its words if it fails."""
    source = layout.root / "web"
    if not (source / "package.json").is_file():
        return False
    stamp = Stamp(layout, "web")
    files = [path for path in source.rglob("*") if not NOT_SOURCES & set(path.relative_to(source).parts)]
    inputs = digest_of([*files, *(layout.curriculum / "strings").glob("*.yml")], layout.root)
    if stamp.holds(inputs, layout.web / "course.js"):
        return False
    beside = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where the wheel's Node is linked
    )
    npm = shutil.which("npm", path=beside)
    if npm is None:
        raise RuntimeError("npm is missing: `make setup` brings it")
    environment = os.environ | {"PATH": beside}
    command = [npm, "run", "--silent", "build"]
    ran = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"web/ does not build:\n{ran.stdout}{ran.stderr}".rstrip())
    stamp.set(inputs)
    return True
