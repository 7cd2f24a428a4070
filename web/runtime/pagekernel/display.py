"""What a value looks like: the methods that Jupyter asks for, and text."""

import pprint
from collections.abc import Callable
from typing import Any

_METHODS = {
    "_repr_html_": "text/html",
    "_repr_svg_": "image/svg+xml",
    "_repr_markdown_": "text/markdown",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}
TRACE = "application/vnd.fanout.trace+json"
WIDTH = 79


def bundle(value: object, labels: dict[str, str]) -> dict[str, Any]:
    """`{MIME type: data}` of a value; text is always among it. Traces are drawn with the words of `labels`."""
    found: dict[str, Any] = {"text/plain": text(value)}
    if isinstance(value, type):
        return found
    whole = _asked(value, "_repr_mimebundle_")
    if isinstance(whole, tuple):
        whole = whole[0]
    if isinstance(whole, dict):
        found |= whole
    for method, mime in _METHODS.items():
        if mime not in found and (data := _asked(value, method)) is not None:
            found[mime] = data
    if TRACE in found:
        found["text/html"] = _drawn(found[TRACE], labels)
        found.pop("image/svg+xml", None)
    return found


def _drawn(trace: Any, labels: dict[str, str]) -> str:
    from fanout.timeline import LABELS, timeline  # not before threads are in place
    from fanout.trace import Trace

    return timeline(Trace.from_json(trace), labels={**LABELS, **labels}).html()


def _asked(value: object, method: str) -> Any:
    function: Callable[[], Any] | None = getattr(value, method, None)
    try:
        return function() if callable(function) else None
    except Exception:
        return None  # a value that cannot draw itself still has its text


def text(value: object) -> str:
    """One line if it fits, as in a notebook; else one item per line."""
    shown = repr(value)
    if len(shown) <= WIDTH or type(value) not in (dict, list, tuple, set, frozenset):
        return shown
    return pprint.pformat(value, width=WIDTH + 1, sort_dicts=False)
