"""Fault injection into a real Home Assistant; see scripts/chaos."""
