"""A house that moves to another Home Assistant: everything in one file, and back."""
