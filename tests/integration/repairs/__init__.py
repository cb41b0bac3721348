"""Repairs: the issues and their dialogs."""
