"""What the house follows, and when it can be seen."""
