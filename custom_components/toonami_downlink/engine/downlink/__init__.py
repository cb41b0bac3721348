"""Toonami Downlink's engine: everything that needs no Home Assistant."""
