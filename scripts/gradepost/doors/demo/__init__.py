"""The demo: invented centres and people, example documents, and a dossier in each state."""
