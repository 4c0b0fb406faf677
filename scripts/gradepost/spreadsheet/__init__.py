"""Spreadsheets: files read into texts, texts taken into a document, a document written as a workbook."""
