"""The formats that the feed is read from and written in."""
