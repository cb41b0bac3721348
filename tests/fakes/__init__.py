"""Provider commands that are not the bundled one: a well-behaved one, and all sorts of bad ones."""
