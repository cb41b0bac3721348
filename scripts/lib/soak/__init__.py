"""Endurance test: weeks of use in an hour; see scripts/soak."""
