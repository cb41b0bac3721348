"""The websocket commands about recordings."""
