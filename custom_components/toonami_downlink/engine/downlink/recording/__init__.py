"""Recordings: airings that are kept, and the rules that make them."""
