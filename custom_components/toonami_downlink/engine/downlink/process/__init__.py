"""Providers as processes: command lines, runs, and what they leave behind."""
