"""Identity: who is at the door; passwords, sessions, links, apps and their tokens."""
