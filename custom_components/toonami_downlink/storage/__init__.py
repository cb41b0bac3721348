"""Storage: the settings, the state and the secrets that survive a restart."""
