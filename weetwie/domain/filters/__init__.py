"""What a person would rather not read."""
