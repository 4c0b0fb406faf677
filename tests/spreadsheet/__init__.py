"""Spreadsheets that tests read: invented exports, and files that nobody means well with."""
