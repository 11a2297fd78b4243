"""Weetwie: a microblog for an organisation, which knows who knows what."""

__version__ = "0.1.0"
