"""People: how they come, leave, come back and go for good; their profile, and who finds them."""
