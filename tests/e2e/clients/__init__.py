"""Players and libraries of others, used on a real Home Assistant."""
