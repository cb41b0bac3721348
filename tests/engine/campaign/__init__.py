"""Everything that upstream can do wrong, and what viewers get then."""
