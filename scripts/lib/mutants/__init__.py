"""Change the code a little, and see whether a test notices; see scripts/mutants."""
