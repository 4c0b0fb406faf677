"""The systems at either end: documents written as the rows that another system takes, and such rows read back."""
