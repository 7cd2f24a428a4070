"""Lines of code per module of `fanout`, without docstrings, comments, blank lines: `python -m benchmarks.lines`."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import fanout

NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(source: str) -> int:
    """The lines on which there is a token of code; a string that stands alone is documentation."""
    documented = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def main() -> None:
    root = Path(fanout.__file__).parent
    total = 0
    for path in sorted(root.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        lines = code_lines(source)
        total += lines
        print(f"{lines:6} of {source.count(chr(10)):4}  {path.relative_to(root)}")
    print(f"{total:6} in all")


if __name__ == "__main__":
    main()
