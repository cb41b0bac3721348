"""Streams for players: fresh addresses, and the processes behind continuous MPEG-TS."""
