"""Tests of the engine's ingest, without Home Assistant."""
