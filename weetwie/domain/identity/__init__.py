"""Identity: who signs in; passwords, sessions, links, apps and their tokens."""
