"""A real Home Assistant with the integration in it, made ready for trying things and for tests."""
