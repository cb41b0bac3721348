"""A real package, so that tests find it before the test plugin's own folder of that name."""
