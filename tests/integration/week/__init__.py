"""A week of recordings in fast time: a station, a house that records it, faults, and a judge."""
