"""Python in the page: Pyodide and one precompiled archive, as `site/runtime/`, the same for both languages."""

from courseware.runtime.build import build_runtime

__all__ = ["build_runtime"]
