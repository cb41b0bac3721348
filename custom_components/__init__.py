"""A real package, so that the tests find this one before the test plugin's own folder of the same name."""
