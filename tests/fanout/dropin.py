"""A pytest plugin: put `fanout.langchain.RunnableParallel` in the place of LangChain's own before anybody takes it."""

import sys

from langchain_core.runnables import base

if "langchain_core.runnables.passthrough" in sys.modules:
    raise RuntimeError(
        "too late: langchain_core.runnables.passthrough already has the original RunnableParallel"
    )

from fanout.langchain import RunnableParallel

if "langchain_core.runnables.passthrough" in sys.modules:
    raise RuntimeError("importing the drop-in imported langchain_core.runnables.passthrough")

setattr(base, "RunnableParallel", RunnableParallel)  # noqa: B010 - a type checker rightly refuses the plain assignment
setattr(base, "RunnableMap", RunnableParallel)  # noqa: B010


def pytest_collection_finish() -> None:
    """The proof that the tests see the drop-in, and dicts in chains become it."""
    from langchain_core import runnables
    from langchain_core.runnables import RunnableLambda

    chain = RunnableLambda(lambda x: x) | {"a": lambda x: x}
    if runnables.RunnableParallel is not RunnableParallel or type(chain.last) is not RunnableParallel:
        raise RuntimeError("the tests do not run against the drop-in")
