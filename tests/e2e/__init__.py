"""The whole thing: a real Home Assistant, a real browser, real players, and the simulated upstream."""
