"""Tests of the panel's own code, and a stand for the panel without Home Assistant."""
