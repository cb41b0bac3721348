"""Streams for players: fresh addresses, and the relay with the sessions of those who watch."""
