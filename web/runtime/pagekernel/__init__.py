"""Runs a lesson's code in the page: what a notebook's kernel is elsewhere. It knows nothing of the course."""
