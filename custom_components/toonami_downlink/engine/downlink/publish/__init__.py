"""From a provider's files to the published feed, and its place on disk."""
