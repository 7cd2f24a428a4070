"""Notebook to page: Markdown that Material renders, with the course's own marks in it."""
