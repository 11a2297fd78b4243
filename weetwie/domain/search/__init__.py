"""Posts by their words."""
