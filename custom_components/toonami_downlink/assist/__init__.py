"""Questions to the guide, asked by voice or by a language model."""
