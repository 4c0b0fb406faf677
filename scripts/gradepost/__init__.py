"""Gradepost: from a form in the browser to a reviewed pull request, judged by one rule book."""

__version__ = "0.1.0"
