"""The doors: gateway, command line, site. Each translates, calls one thing below, and translates back."""
