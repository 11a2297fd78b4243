"""Exports: people take along everything about themselves."""
