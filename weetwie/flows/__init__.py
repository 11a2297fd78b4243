"""Use cases: each takes a `Context`, and calls acts and findings of as many domains as it needs, in one transaction."""
