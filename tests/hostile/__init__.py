"""Input that means harm: texts for D001, and ledgers that somebody has damaged."""
