"""When and how the feed is refreshed, and what is said about it."""
