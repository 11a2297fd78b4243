"""Direct posts by the thread that they stand in."""
