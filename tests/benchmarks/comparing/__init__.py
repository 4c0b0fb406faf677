"""What a benchmark of judging measures with: costs, other judges, tables."""
