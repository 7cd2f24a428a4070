"""LangChain's face: everything here needs `langchain-core`."""

from llmsim.langchain_chat import SimulatedChatModel
from llmsim.langchain_retrievers import GraphRetriever, KeywordRetriever, SimulatedRetriever, VectorRetriever

__all__ = [
    "GraphRetriever",
    "KeywordRetriever",
    "SimulatedChatModel",
    "SimulatedRetriever",
    "VectorRetriever",
]
