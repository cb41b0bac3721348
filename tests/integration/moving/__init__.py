"""A house that moves to another Home Assistant."""
