"""The HTTP face: OpenAI's protocol over a socket.  Needs Starlette and uvicorn."""

from llmsim.server.app import create_app
from llmsim.server.run import background, listen, serve

__all__ = ["background", "create_app", "listen", "serve"]
