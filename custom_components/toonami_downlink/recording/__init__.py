"""Recordings in Home Assistant: what is planned, made, kept and deleted."""
