"""People whom one reads together."""
