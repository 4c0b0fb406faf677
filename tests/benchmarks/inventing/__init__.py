"""An invented season: its people, its rows, its documents and receipts, and where they are written to."""
