"""What is kept over a restart: settings, state, secrets."""
