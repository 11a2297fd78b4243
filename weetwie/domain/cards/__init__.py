"""Cards: what the links in posts lead to."""
