"""Passes: what each device in the house may see, as Home Assistant keeps it."""
