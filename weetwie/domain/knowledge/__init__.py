"""Who knows what: evidence out of posts, and the people whom it speaks for."""
