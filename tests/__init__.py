"""Tests; see scripts/test for how each folder is run."""
