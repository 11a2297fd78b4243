"""People who might like to know each other."""
