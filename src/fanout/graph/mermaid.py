"""A graph in Mermaid's language, for READMEs and pages that have Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from fanout.graph.parts import ANY_OF, END, START
from fanout.graph.plan import Plan


def ways(plan: Plan) -> Iterator[tuple[str, str, str | None]]:
    """All edges as `(source, target, answer)`: the answer of the router in words, "" if it is the target's name, and
    None for an edge that is always taken."""
    for source, targets in plan.edges.items():
        for target in targets:
            yield source, target, None
    for source, route in plan.routes.items():
        answers: dict[str, list[str]] = {}
        for answer, target in route.targets.items():
            answers.setdefault(target, []).append(str(answer) if route.named else "")
        for target, words in answers.items():
            yield source, target, " / ".join(filter(None, words))


def mermaid(plan: Plan, name: str) -> str:
    ids = {node: f"n{index}" for index, node in enumerate(plan.paths.names)}
    lines = ["---", f"title: {_quoted(name)}", "---", "flowchart TD"]
    for node, short in ids.items():
        if node in (START, END):
            lines.append(f'    {short}(["{"START" if node == START else "END"}"])')
        else:
            sign = f"<br/>{ANY_OF.value}" if node in plan.any_of else ""
            lines.append(f'    {short}["{_escaped(node)}{sign}"]')
    for source, target, answer in ways(plan):
        arrow = "-->" if answer is None else f'-. "{_escaped(answer)}" .->' if answer else "-.->"
        lines.append(f"    {ids[source]} {arrow} {ids[target]}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    for char, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(char, code)
    return text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
