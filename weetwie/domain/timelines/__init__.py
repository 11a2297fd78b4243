"""Timelines: home, public, tag; what they hold and in which order."""
