"""Strict JSON in, canonical JSON out, the place of a value in its file, and the path a document is filed at."""
