"""Tests of the engine's formats, without Home Assistant."""
