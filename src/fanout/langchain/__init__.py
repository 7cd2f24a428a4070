"""LangChain beside `fanout`: a tracer for the original library."""

from fanout.langchain.tracer import trace_runnables

__all__ = ["trace_runnables"]
