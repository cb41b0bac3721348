"""Tests of the engine's publish, without Home Assistant."""
