"""LangChain's face: everything here needs `langchain-core`."""

from llmsim.chat_model import SimulatedChatModel
from llmsim.retrievers import GraphRetriever, KeywordRetriever, SimulatedRetriever, VectorRetriever

__all__ = [
    "GraphRetriever",
    "KeywordRetriever",
    "SimulatedChatModel",
    "SimulatedRetriever",
    "VectorRetriever",
]
