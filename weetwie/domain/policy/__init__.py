"""Policy: what the organisation chooses."""
