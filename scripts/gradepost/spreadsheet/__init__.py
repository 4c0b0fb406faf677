"""Spreadsheets in and out: a series' own workbook, and whatever a centre's systems export."""
