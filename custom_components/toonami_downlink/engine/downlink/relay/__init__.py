"""Channels fetched from upstream once, for every viewer in the house."""
