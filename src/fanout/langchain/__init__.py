"""LangChain and `fanout` together: a tracer for the original, steps as Runnables, and a drop-in `RunnableParallel`."""

from fanout.langchain.runnable import RunnableParallel
from fanout.langchain.step_runnable import as_runnable
from fanout.langchain.tracer import trace_runnables

__all__ = ["RunnableParallel", "as_runnable", "trace_runnables"]
