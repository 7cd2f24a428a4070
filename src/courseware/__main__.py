"""`python -m courseware`."""

from courseware.cli import app

app()
