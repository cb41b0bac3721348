"""Transport streams: what is let through, and how segments become one stream."""
