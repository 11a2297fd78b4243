"""People who might like to know each other, and the first weeks of somebody new."""
