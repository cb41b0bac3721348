"""A campaign of faults against a real Home Assistant; see scripts/chaos."""
