"""The commands of `python -m courseware`. Each calls one function of the module that does the work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from courseware.curriculum.base import LANGS, Lang

ROOT = Path(__file__).resolve().parents[2]
app = typer.Typer(no_args_is_help=True, add_completion=False, help="Check the course and build its site.")


@app.callback()
def courseware() -> None:
    """Check the course and build its site."""


@app.command()
def check() -> None:
    """Report every fault in the course's sources as `file:line: words`."""
    from courseware.check import check as find
    from courseware.check.report import report

    raise typer.Exit(report(find(ROOT)))


@app.command()
def formats() -> None:
    """Print the formats of the files in `curriculum/`."""
    from courseware.curriculum.formats import describe
    from courseware.pages import places

    typer.echo(f"{describe()}\n## {places.__doc__}")


@app.command()
def lessons(
    stems: Annotated[
        list[str] | None, typer.Argument(help="Stems, as 04_minimal_usable; all if none is named.")
    ] = None,
) -> None:
    """Check, execute (what has changed) and stage lessons."""
    from courseware.site.commands import lessons as run

    raise typer.Exit(run(ROOT, stems or []))


@app.command()
def build() -> None:
    """Build everything into site/."""
    from courseware.site.commands import build as run

    raise typer.Exit(run(ROOT))


@app.command()
def serve(port: int = typer.Option(8000, help="On 127.0.0.1.", envvar="PORT")) -> None:
    """Serve the built site."""
    from courseware.serve import CannotServe
    from courseware.serve import serve as run

    try:
        run(ROOT, port)
    except CannotServe as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def lab(lang: str = typer.Argument("zh", help="zh or en.")) -> None:
    """Open the lessons of one language in JupyterLab, as copies in lab/."""
    from courseware.site.commands import lab as run

    raise typer.Exit(run(ROOT, _language(lang)))


@app.command()
def dev(lang: str = typer.Argument("zh", help="zh or en."), port: int = 8000) -> None:
    """Edit one language and see the pages change."""
    from courseware.site.commands import dev as run

    raise typer.Exit(run(ROOT, _language(lang), port))


def _language(name: str) -> Lang:
    for lang in LANGS:
        if name == lang:
            return lang
    raise typer.BadParameter(f"{name!r} is not one of {', '.join(LANGS)}")
