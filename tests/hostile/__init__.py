"""A hostile client on the network: generated requests, and checks on their answers."""
