"""The doors of those who run the place."""
