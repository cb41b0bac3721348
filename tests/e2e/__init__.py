"""The whole: a real Home Assistant, a real browser, real players, the simulated upstream."""
