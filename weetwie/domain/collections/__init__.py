"""People put forward together, for others to follow."""
