"""Tests of the engine's process, without Home Assistant."""
