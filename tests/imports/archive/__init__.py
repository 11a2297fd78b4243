"""Archives of other networks: the readers, and what comes in."""
