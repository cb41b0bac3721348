"""A hostile guest on the network: what he sends, and how the answers are judged."""
