"""For programs: the APIs."""
