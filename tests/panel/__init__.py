"""Tests of the panel's own code, and a harness that shows it without Home Assistant."""
